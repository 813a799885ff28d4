"""`/users/{id}/identities`: link and unlink users."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from users.actions.account.identities import link, possible_ids, unlink
from users.api.framework.operation import Operation
from users.api.framework.problem import Problem
from users.api.framework.view import View
from users.api.readers.users import find_user
from users.api.schemas.identities import IDENTITIES, IDENTITY_ID, LINK, PROVIDER
from users.models import Connection, User
from users.representation.profile import serialize_full_identities
from users.rights.actor import Kind
from users.tokens.id_tokens import VerifiedIdToken, verify_id_token

SCOPES = ("update:users", "update:current_user_identities")
NOT_FOUND = {404: "The user does not exist."}


class IdentitiesView(View):
    """The identities of one user."""

    operations = {
        "POST": Operation(
            "Link another account to a user",
            scopes=SCOPES,
            body=LINK,
            success=201,
            schema=IDENTITIES,
            answers={**NOT_FOUND, 409: "The account is linked already."},
        ),
    }

    def post(self, request: Request, user_id: str) -> Response:
        body = self.body()
        if self.actor.kind == Kind.USER and "link_with" not in body:
            # A user could take over any account by naming its id; an id token proves that they own it.
            fields = ", ".join(sorted(body))
            raise Problem(403, f"Insufficient scope to link by: {fields}", "insufficient_scope")
        # After the scope, so that a caller without it cannot find out which users exist.
        primary = find_user(user_id)
        secondary, proof = self._secondary(body)
        linked = link(primary, secondary, actor=self.actor, proof=proof)
        # Recorded: 201 for linking and 200 for unlinking, each a bare array with `profileData` on every
        # identity.
        return Response(serialize_full_identities(linked), status=201)

    def _secondary(self, body: dict[str, Any]) -> tuple[User, VerifiedIdToken | None]:
        """Return the user that the body names.

        Already linked ones are found too, to be refused with that reason.
        """
        if "link_with" not in body:
            return _find_secondary(body), None
        assert self.caller is not None, "every operation here needs a token"
        # Only a token issued to the calling client counts: another application's token is no consent.
        proof = verify_id_token(body["link_with"], client_id=self.caller.client_id)
        user = User.accounts.filter(user_id=proof.subject).first()
        if user is None:
            raise not_supported("Provided secondary account not found.")
        return user, proof


class IdentityView(View):
    """One identity of a user."""

    path = {"provider": PROVIDER, "identity_id": IDENTITY_ID}
    operations = {
        "DELETE": Operation(
            "Make a linked account a user of its own again",
            scopes=SCOPES,
            success=200,
            schema=IDENTITIES,
            answers=NOT_FOUND,
        ),
    }

    def delete(self, request: Request, user_id: str, provider: str, identity_id: str) -> Response:
        primary = unlink(find_user(user_id), provider, identity_id, actor=self.actor)
        return Response(serialize_full_identities(primary))


# Source of the texts: Auth0's published OpenAPI document.
def not_supported(text: str) -> Problem:
    """400 with Auth0's text and code."""
    return Problem(400, text, "operation_not_supported")


def _find_secondary(body: dict[str, Any]) -> User:
    provider, connection = body["provider"], body.get("connection_id")
    # The id may come with or without its provider.
    ids = possible_ids(provider, str(body["user_id"]))
    of = {"connection__connection_id": connection} if connection else {}
    found = {user.user_id: user for user in User.accounts.filter(user_id__in=ids, **of)}
    # In this order, since the two forms could name different users.
    for user_id in ids:
        if user_id in found:
            return found[user_id]
    of = {"connection_id": connection} if connection else {}
    # Distinguishes a wrong provider from a wrong id, as Auth0 does.
    if not Connection.objects.filter(strategy=provider, **of).exists():
        raise not_supported("The provider/connection is not configured.")
    raise not_supported("Linking to an inexistent identity is not allowed.")
