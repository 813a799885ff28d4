"""The answer to a sign-in by a grant that needs the second factor."""

from __future__ import annotations

from collections.abc import Iterable

from users.actions.authorizations.mfa_tokens import create_mfa_token
from users.log.record import log_event
from users.models import RefreshTokenSecret, ResourceServer
from users.oauth.errors import MfaRequired
from users.sign_in.outcomes import SecondFactorRequired


def mfa_required(
    outcome: SecondFactorRequired,
    *,
    server: ResourceServer | None,
    scope: Iterable[str],
    presented: RefreshTokenSecret | None = None,
    text: str = "",
) -> MfaRequired:
    """Store the sign-in, and return the error with the token by which it goes on.

    `scope` are the requested scopes. `presented` is the refresh token with its `text`, where one is being
    exchanged: it stays valid until the sign-in is complete.
    """
    sign_in = outcome.sign_in
    client = sign_in.request.application
    assert client is not None, "a grant is a client's"
    token = create_mfa_token(
        sign_in.user,
        client,
        connection=sign_in.connection,
        server=server,
        scope=scope,
        methods=sign_in.methods,
        id_token_claims=sign_in.claims.id_token,
        access_token_claims=sign_in.claims.access_token,
        scope_changes=sign_in.scope_changes.to_json() if sign_in.scope_changes else None,
        is_past_hooks=sign_in.is_past_hooks,
        refresh_token_secret=presented,
        refresh_token_text=text,
    )
    request = sign_in.request
    log_event(
        "mfar", user=sign_in.user, connection=sign_in.connection, ip=request.ip or "", through=request.through
    )
    # Source: Auth0 docs, "Authenticate Using the Resource Owner Password Flow with MFA".
    factors = {"challenge": [{"type": "otp"}, {"type": "recovery-code"}]}
    return MfaRequired(token, factors if outcome.is_enrolled else {"enroll": [{"type": "otp"}]})
