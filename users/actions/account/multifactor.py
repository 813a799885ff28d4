"""Second factors: removed for somebody, or noted once their owner has changed them.

allauth keeps them in a table of its own, which alone decides what signing in asks for. The
account carries Auth0's names of them, so that reading a profile stays one row.
"""

from __future__ import annotations

import secrets

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt

from users.actions.account.draft import Draft, open_draft
from users.actions.errors import MethodNotFound
from users.metadata.diff import diff
from users.models import Change, User
from users.representation.authentication_methods import find_method
from users.representation.enrollments import enrolled_factors
from users.rights.actor import Actor
from users.rights.may import Verb, check

# Auth0's names. Nobody can enrol in Duo here, so nobody has it to remove.
APP, DUO = "google-authenticator", "duo"
PROVIDERS = (APP, DUO)
# Without those that are taken for one another when they are read aloud.
CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 24


def remove_multifactor(user: User, *, actor: Actor, provider: str = APP, reason: str = "") -> User:
    """Let the account sign in by its password alone; its recovery codes go as well.

    Writes nothing where there is nothing to remove. Raises Denied, StaleSignIn or UserGone.
    """
    with open_draft(user, actor, reason=reason) as draft:
        check(actor, Verb.REMOVE_MULTIFACTOR, draft.user)
        if provider == APP:
            discard_factors(draft)
    return draft.user


def remove_authentication_method(user: User, method_id: str, *, actor: Actor, reason: str = "") -> User:
    """Remove the second factor, or the recovery codes, of that id (`totp|dev_17`).

    Recovery codes stand in for the app and go with it. Raises Denied, StaleSignIn, UserGone, or
    MethodGone where the user has none of that id.
    """
    with open_draft(user, actor, reason=reason) as draft:
        check(actor, Verb.REMOVE_MULTIFACTOR, draft.user)
        found = find_method(draft.user, method_id)
        if found is None:
            raise MethodNotFound
        if found.type == Authenticator.Type.RECOVERY_CODES:
            void_recovery_codes(draft)
        else:
            discard_factors(draft)
    return draft.user


def discard_factors(draft: Draft) -> None:
    """Remove and note what the account has, if it has any."""
    if Authenticator.objects.filter(user=draft.user).delete()[0]:
        _set_providers(draft, [])


def void_recovery_codes(draft: Draft) -> None:
    """Remove and note the recovery codes, if the account has any."""
    codes = Authenticator.objects.filter(user=draft.user, type=Authenticator.Type.RECOVERY_CODES)
    if codes.delete()[0]:
        _note_codes(draft, "void")


def renew_recovery_code(user: User, *, actor: Actor) -> str:
    """A code that signing in takes once in place of the second factor; all earlier ones are void.

    Given to those who are not enrolled, too: it waits until they are. Raises Denied or UserGone.
    Source: a recorded answer, for its length and letters and for those who are not enrolled.
    """
    code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
    with open_draft(user, actor) as draft:
        check(actor, Verb.RENEW_RECOVERY_CODE, draft.user)
        Authenticator.objects.update_or_create(
            user=draft.user,
            type=Authenticator.Type.RECOVERY_CODES,
            # allauth's place for codes that it has not made itself.
            defaults={"data": {"migrated_codes": [encrypt(code)]}, "created_at": draft.at},
        )
        _note_codes(draft, "new")
    return code


def note_multifactor(user: User, *, actor: Actor) -> None:
    """The owner has enrolled or removed something, for which allauth has asked their password."""
    with open_draft(user, actor) as draft:
        providers = [APP] if enrolled_factors(draft.user) else []
        if providers != (draft.user.multifactor or []):
            _set_providers(draft, providers)


def note_recovery_codes(user: User, *, actor: Actor) -> None:
    """The owner has made new ones, for which allauth has asked their password."""
    with open_draft(user, actor) as draft:
        _note_codes(draft, "new")


def _set_providers(draft: Draft, providers: list[str]) -> None:
    changes = diff({"multifactor": draft.user.multifactor}, {"multifactor": providers})
    draft.set(multifactor=providers, multifactor_last_modified=draft.at)
    draft.note(Change.What.MULTIFACTOR, changes)


def _note_codes(draft: Draft, state: str) -> None:
    draft.set(multifactor_last_modified=draft.at)
    draft.note(Change.What.MULTIFACTOR, {"recovery_codes": {"after": state}})
