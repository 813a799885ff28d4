"""The tokens of a sign-in with a password, with or without a second factor."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from users.actions.authorizations.authorizations import create_authorization
from users.actions.authorizations.refresh_tokens import Device, issue_refresh_token
from users.models import Client, ResourceServer
from users.oauth.grants.offline_access import OFFLINE_ACCESS, may_refresh
from users.oauth.grants.scopes import changed_scopes, user_scopes
from users.sign_in.outcomes import SignedIn
from users.sign_in.token_answer import token_answer


def user_tokens(
    signed_in: SignedIn,
    client: Client,
    *,
    server: ResourceServer | None,
    asked: list[str],
    device: Device,
) -> dict[str, Any]:
    """Authorize the client within the scopes that the user holds of those asked for, as hooks change them.

    Return the tokens as the body of the answer; with a refresh token where client and API allow it.
    """
    held = user_scopes(signed_in.user, server, {"scope": " ".join(asked)})
    granted = [*held, OFFLINE_ACCESS] if may_refresh(client, server, asked) else held
    scopes = changed_scopes(
        signed_in.user, client, server, granted, signed_in.scope_changes, with_refresh=True
    )
    is_offline = OFFLINE_ACCESS in scopes
    with transaction.atomic():
        authorization = create_authorization(
            signed_in.user,
            client,
            connection=signed_in.connection,
            server=server,
            scope=scopes,
            methods=signed_in.methods,
            id_token_claims=signed_in.claims.id_token,
            access_token_claims=signed_in.claims.access_token,
        )
        refresh_token = issue_refresh_token(authorization, device=device) if is_offline else ""
    return token_answer(authorization, grant="password", refresh_token=refresh_token)
