"""Access tokens of users, as the token endpoint would issue them."""

from __future__ import annotations

from collections.abc import Iterable

from users.actions.authorizations.authorizations import create_authorization
from users.models import Client, ResourceServer, User
from users.sign_in.token_answer import user_access_token


def issue_user_token(user: User, client: Client, scopes: Iterable[str], *, server: ResourceServer) -> str:
    """A token with which `client` calls the API for the user, who has just signed in."""
    scopes = list(scopes)
    authorization = create_authorization(
        user, client, connection=user.connection, server=server, scope=scopes, methods=["pwd"]
    )
    return user_access_token(authorization, scopes, grant="password")
