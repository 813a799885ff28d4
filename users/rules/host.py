"""What a rule may ask the server to do: update the metadata of the user, and send HTTP requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from users.actions.account.documents import Patch, check_by_schema
from users.actions.account.edit_user import Edit, edit_user
from users.actions.errors import Conflict, UserNotFound
from users.actions.rules.enabled_rules import RuleScript
from users.conf import conf
from users.javascript.script import Json, ScriptCallRefused
from users.log.request_origin import current_origin
from users.metadata.documents import APP_METADATA, USER_METADATA, Document
from users.metadata.errors import MetadataError
from users.metadata.merge import merge
from users.metadata.validate import check_size, validate
from users.models import User
from users.rights.actor import Actor, rule_actor
from users.rights.errors import Denied
from users.rules.network import send_request
from users.rules.objects import serialize_user

HTTP = "http"
OPERATIONS = {"users.updateUserMetadata": USER_METADATA, "users.updateAppMetadata": APP_METADATA}


def actor_of(rule: RuleScript, user: User, *, ip: str | None) -> Actor:
    """The rule as the actor of what it writes, as far as RECORD_IP allows."""
    return rule_actor(rule.rule_id, rule.name, user, request_id=current_origin().request_id, ip=ip)


class Host:
    """Answers the calls of the rules of one sign-in. `user` is the account as the latest write left it.

    A write is committed when the script calls for it, and stays even if a later step denies the sign-in.
    """

    def __init__(self, user: User, *, ip: str | None) -> None:
        self.user = user
        self._ip = ip

    def of(self, rule: RuleScript) -> Callable[..., Json]:
        """What answers the calls of this rule (`HostCalls`)."""
        actor = actor_of(rule, self.user, ip=self._ip)

        def answer(operation: str, arguments: list[Json], *, seconds: float) -> Json:
            if operation == HTTP:
                return send_request(arguments, seconds=seconds)
            return self._write(*read_write(operation, arguments, self.user), actor)

        return answer

    def _write(self, user_id: str, document: str, patch: Document, actor: Actor) -> Json:
        try:
            written = edit_user(user_id, Edit(documents={document: Patch(patch)}), actor=actor)
        except (MetadataError, Conflict, UserNotFound, Denied) as error:
            raise refused(error) from None
        if written.pk == self.user.pk:
            self.user = written
        return serialize_user(written, actor)


class DryRunHost:
    """Answers the calls of rules that are tried: updates change the copies of the documents in `documents`
    alone, and requests are sent only where `sends_requests` says so."""

    def __init__(self, user: User, *, sends_requests: bool) -> None:
        self._user = user
        self._sends_requests = sends_requests
        self.documents: dict[str, Document] = {
            name: dict(getattr(user, name) or {}) for name in (USER_METADATA, APP_METADATA)
        }

    def of(self, rule: RuleScript) -> Callable[..., Json]:
        """What answers the calls of this rule (`HostCalls`)."""
        actor = actor_of(rule, self._user, ip=None)

        def answer(operation: str, arguments: list[Json], *, seconds: float) -> Json:
            if operation == HTTP:
                if not self._sends_requests:
                    raise ScriptCallRefused("No request is sent while rules are tried without the network.")
                return send_request(arguments, seconds=seconds)
            user_id, document, patch = read_write(operation, arguments, self._user)
            if user_id != self._user.user_id:
                raise ScriptCallRefused("While rules are tried, only the user of the trial is updated.")
            self._write(document, patch, actor)
            return {**serialize_user(self._user, actor), **self.documents}

        return answer

    def _write(self, document: str, patch: Document, actor: Actor) -> None:
        """As the action does it, without saving."""
        before = self.documents[document]
        try:
            validate(document, patch, conf.limits)
            after = merge(document, before, patch) or {}
            check_size(document, after, conf.limits)
            check_by_schema(actor, document, before, after)
        except MetadataError as error:
            raise refused(error) from None
        self.documents[document] = after


def read_write(operation: str, arguments: list[Json], user: User) -> tuple[str, str, Document]:
    """The user_id, the document and the patch of an update. Raises ScriptCallRefused."""
    document = OPERATIONS.get(operation)
    if document is None:
        raise ScriptCallRefused(f"There is no operation {operation[:100]}.")
    user_id, patch = (*arguments, None, None)[:2]
    name = operation.rpartition(".")[2]
    if not isinstance(user_id, str) or not isinstance(patch, dict):
        raise ScriptCallRefused(f"{name} takes a user_id and an object.")
    if user_id != user.user_id and not conf.rules_update_other_users:
        raise ScriptCallRefused(
            f"{name}: a rule may update the user who signs in and no other"
            " (the setting RULES_UPDATE_OTHER_USERS would allow it)."
        )
    return user_id, document, patch


def refused(error: Exception) -> ScriptCallRefused:
    """The refusal of an update, in words for the script."""
    reason: Any = getattr(error, "reason", "")
    match error:
        case MetadataError():
            return ScriptCallRefused(f"{error.place}: {reason}")
        case UserNotFound():
            return ScriptCallRefused("The user does not exist.")
    return ScriptCallRefused(str(reason or error))
