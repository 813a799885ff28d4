"""`/users/{id}/refresh-tokens` and `/refresh-tokens/{id}`: list, read and revoke refresh tokens."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from users.actions.authorizations.metadata import set_metadata
from users.actions.authorizations.revoke import revoke_refresh_tokens
from users.api.framework.logged import log_write
from users.api.framework.operation import EMPTY_OBJECT, Operation
from users.api.framework.paging import (
    CHECKPOINT_QUERY,
    PAGE_QUERY,
    checkpoint_page,
    checkpoint_schema,
    without_required,
)
from users.api.framework.problem import Problem
from users.api.framework.view import View
from users.api.readers.users import find_session_owner
from users.models import RefreshToken
from users.representation.authorizations import METADATA, REFRESH_TOKEN, TOKEN_ID, serialize_refresh_token
from users.representation.field_selection import fields_query, select_fields
from users.representation.schema import closed_object
from users.sign_in.active_tokens import active_refresh_token, active_refresh_tokens

_PAGE = checkpoint_schema("tokens", REFRESH_TOKEN)
_RELATED = ("authorization__client", "authorization__resource_server")


class UserRefreshTokensView(View):
    """The refresh tokens of one user. Source of the texts, the shapes and 202: recorded answers."""

    operations = {
        "GET": Operation(
            "List the refresh tokens of a user",
            scopes=("read:refresh_tokens",),
            query={
                **CHECKPOINT_QUERY,
                "include_totals": PAGE_QUERY["include_totals"],
                **fields_query(REFRESH_TOKEN["properties"]),
            },
            success=200,
            schema={**_PAGE, "properties": {**_PAGE["properties"], "total": {"type": "integer"}}},
            answers={404: "The user does not exist."},
        ),
        "DELETE": Operation(
            "Revoke all refresh tokens of a user",
            scopes=("delete:refresh_tokens",),
            # Auth0 revokes asynchronously; ours are revoked when it answers.
            success=202,
            schema=EMPTY_OBJECT,
            answers={404: "The user does not exist."},
        ),
    }

    def get(self, request: Request, user_id: str) -> Response:
        query = self.query()
        user = find_session_owner(user_id)
        tokens = active_refresh_tokens(user).select_related(*_RELATED)
        page = checkpoint_page(
            tokens, query, name="tokens", show=lambda token: serialize_refresh_token(token, user)
        )
        return Response({**page, "total": tokens.count()} if query["include_totals"] else page)

    @log_write
    def delete(self, request: Request, user_id: str) -> Response:
        user = find_session_owner(user_id)
        revoke_refresh_tokens(user, active_refresh_tokens(user), actor=self.actor)
        return Response({}, status=202)


class RefreshTokenView(View):
    """One refresh token."""

    path = {"token_id": TOKEN_ID}
    operations = {
        "GET": Operation(
            "Read a refresh token",
            scopes=("read:refresh_tokens",),
            query=fields_query(REFRESH_TOKEN["properties"]),
            success=200,
            schema=without_required(REFRESH_TOKEN),
            answers={404: "The refresh token does not exist, or is no longer valid."},
        ),
        "PATCH": Operation(
            "Change the metadata of a refresh token",
            scopes=("update:refresh_tokens",),
            body=closed_object({"refresh_token_metadata": METADATA}, required=("refresh_token_metadata",)),
            success=200,
            schema=REFRESH_TOKEN,
            answers={404: "The refresh token does not exist, or is no longer valid."},
        ),
        "DELETE": Operation(
            "Revoke a refresh token", scopes=("delete:refresh_tokens",), success=202, schema=EMPTY_OBJECT
        ),
    }

    def get(self, request: Request, token_id: str) -> Response:
        query = self.query()
        token = _find_token(token_id)
        return Response(select_fields(serialize_refresh_token(token, token.authorization.user), query))

    @log_write
    def patch(self, request: Request, token_id: str) -> Response:
        metadata = self.body()["refresh_token_metadata"]
        token = _find_token(token_id)
        user = token.authorization.user
        set_metadata(token, metadata, user=user, actor=self.actor)
        return Response(serialize_refresh_token(token, user))

    @log_write
    def delete(self, request: Request, token_id: str) -> Response:
        """Revoke the token. 202 also where it is no longer valid."""
        token = active_refresh_token(token_id)
        if token is not None:
            found = RefreshToken.objects.filter(pk=token.pk)
            revoke_refresh_tokens(token.authorization.user, found, actor=self.actor)
        return Response({}, status=202)


def _find_token(token_id: str) -> RefreshToken:
    token = active_refresh_token(token_id)
    if token is None:
        raise Problem(404, "The refresh token does not exist.", "inexistent_refresh_token")
    return token
