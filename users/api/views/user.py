"""`/users/{id}`: read, change, delete."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from users.actions.account.delete_user import delete_user
from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.actions.errors import DuplicateField, UserNotFound
from users.api.framework.etags import expected_versions
from users.api.framework.operation import Operation
from users.api.framework.problem import Problem
from users.api.framework.view import View
from users.api.readers.timestamps import parse_state_time, time_parameter
from users.api.readers.users import check_user_id, find_user
from users.api.schemas import users
from users.api.schemas.history import MOMENT
from users.history.point_in_time import user_at
from users.mail.verification import check_can_send, request_verification
from users.metadata.documents import APP_METADATA, DOCUMENTS, USER_METADATA
from users.models import User
from users.representation.fields import WRITABLE
from users.rights.actor import Kind
from users.rights.may import CHANGE_OWN, READ_OWN

NOT_FOUND = {404: "The user does not exist."}
STALE = {412: "The user changed since the version that If-Match names."}


HISTORY_SCOPE = "read:users_history"
AT_PARAMETER = {
    **MOMENT,
    "description": f"The user as they were at this moment. Also needs {HISTORY_SCOPE}.",
}


class UserView(View):
    """One user."""

    operations = {
        "GET": Operation(
            "Read a user",
            # Sorted, since the order of a set differs between processes and the 403 lists the scopes.
            scopes=("read:users", "read:user_idp_tokens", *sorted(READ_OWN)),
            query={**users.FIELDS_QUERY, "at": AT_PARAMETER},
            success=200,
            schema=users.USER,
            answers={
                304: "The user has not changed since the version that If-None-Match names.",
                404: "The user does not exist, did not exist at that moment, or that is no longer recorded.",
            },
            has_etag=True,
        ),
        "PATCH": Operation(
            "Change a user",
            scopes=("update:users", "update:users_app_metadata", *sorted(CHANGE_OWN)),
            body=users.UPDATE_USER,
            example=users.UPDATE_EXAMPLE,
            unknown_advice=users.UNKNOWN_FIELD,
            success=200,
            schema=users.USER,
            answers={**NOT_FOUND, **STALE},
            has_etag=True,
        ),
        "DELETE": Operation(
            "Delete a user", scopes=("delete:users", "delete:current_user"), success=204, answers=STALE
        ),
    }

    def get(self, request: Request, user_id: str) -> Response:
        query = self.query()
        # Without ETag: an earlier state cannot be the target of a conditional write.
        if "at" in query:
            return Response(self.serialize_user(self._user_at(user_id, query), query))
        return self.user_response(find_user(user_id), query=query)

    def patch(self, request: Request, user_id: str) -> Response:
        body = self.body()
        # Before the user is looked up, so that a missing scope discloses nothing about them.
        self._check_fields(body)
        check_user_id(user_id)
        named, is_mail_wanted = body.get("connection"), body.get("verify_email", False)
        # Read up front only where needed; `edit_user` reads and locks the row itself.
        user = find_user(user_id) if named or is_mail_wanted else None
        identity = _find_identity(user, named) if user and named else None
        if user and is_mail_wanted:
            # Before the write: a change must not be saved and then answered with an error about its mail.
            _check_mail(user, identity, body)
        edit = Edit(
            profile={name: body[name] for name in WRITABLE if name in body},
            documents={name: Patch(body[name]) for name in DOCUMENTS if name in body},
            password=body.get("password"),
            identity=identity,
            expected_versions=expected_versions(request),
        )
        try:
            user = edit_user(user_id, edit, actor=self.actor)
        # 400 on PATCH where POST answers 409: recorded from Auth0.
        except DuplicateField as error:
            text = f"The specified new {error.field} already exists"
            raise Problem(400, text, "auth0_idp_error") from None
        if is_mail_wanted:
            request_verification(user, actor=self.actor)
        return self.write_response(user)

    def delete(self, request: Request, user_id: str) -> Response:
        """Delete the user. 204 also where there is none, as recorded of Auth0."""
        try:
            user = find_user(user_id)
            delete_user(user, actor=self.actor, expected_versions=expected_versions(request))
        except UserNotFound:
            pass
        return Response(status=204)

    def _user_at(self, user_id: str, query: dict[str, Any]) -> User:
        """Return the user as of a time. An addition of ours, with a scope in addition to those of a read."""
        # Before the user is looked up, so that a 404 tells the caller nothing.
        if HISTORY_SCOPE not in self.actor.scopes:
            raise Problem(403, f"Insufficient scope, expected any of: {HISTORY_SCOPE}", "insufficient_scope")
        return user_at(find_user(user_id), time_parameter(query, "at", read=parse_state_time))

    def _check_fields(self, body: dict[str, Any]) -> None:
        """Restrict the writable fields by scope.

        `update:users_app_metadata` alone permits that document and no other field, a user's own token
        `user_metadata` and no other.
        """
        # The full scope permits every field of the body.
        if "update:users" in self.actor.scopes:
            return
        opened = USER_METADATA if self.actor.kind == Kind.USER else APP_METADATA
        others = ", ".join(sorted(body.keys() - {opened}))
        if others:
            raise Problem(403, f"Insufficient scope to update: {others}", "insufficient_scope")


class SingularUserView(UserView):
    """`/user/{id}`: the same for reading. Source: a table in Auth0's documentation uses this path."""

    operations = {"GET": UserView.operations["GET"]}


def _find_identity(user: User, name: str) -> str | None:
    """Return the `user_id` of the linked identity in the named connection; None for the user's own.

    On PATCH, `connection` selects which identity's email or password is changed.
    """
    if name == user.connection.name:
        return None
    # From the user's row: linked accounts are stored there for answers, so this costs no query.
    linked = [one for one in user.linked_identities or [] if one["connection"] == name]
    if not linked:
        raise Problem(400, "The user has no identity in this connection.", "operation_not_supported")
    # The name of a connection does not say which of them is meant.
    if len(linked) > 1:
        text = "The user has several identities in this connection."
        raise Problem(400, text, "operation_not_supported")
    return f"{linked[0]['provider']}|{linked[0]['user_id']}"


def _check_mail(user: User, identity: str | None, body: dict[str, Any]) -> None:
    """Raise Problem 400, NotSupported or MailDisabled where no verification mail could be sent."""
    if identity is not None:
        text = "Only the address of the user's main identity is verified by mail."
        raise Problem(400, text, "operation_not_supported")
    check_can_send(body.get("email", user.email), user.connection)
