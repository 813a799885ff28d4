"""The refresh token grant: an application keeps its user signed in.

Source: Auth0 docs, "Use Refresh Tokens"; auth0-spa-js compares the text about invalid tokens.
"""

from __future__ import annotations

from users.actions.authorizations.refresh_tokens import (
    InvalidRefreshToken,
    ReusedRefreshToken,
    exchange_refresh_token,
    find_refresh_token,
)
from users.models import Authorization
from users.oauth.errors import SignInRefused, TokenError
from users.oauth.grants.client_authentication import (
    ALL_AUTH_METHODS,
    TokenGrant,
    TokenResponse,
    authenticate_client,
)
from users.oauth.grants.mfa_required import mfa_required
from users.oauth.grants.offline_access import OFFLINE_ACCESS, may_refresh
from users.oauth.grants.scopes import requested_scopes, user_scopes
from users.oauth.parameters import caller_device, required_parameter
from users.oauth.sign_in_errors import sign_in_error
from users.sign_in.outcomes import Reason, Refused, SecondFactorRequired, SignedIn
from users.sign_in.progress import Method, SignInRequest
from users.sign_in.scope_changes import ScopeChanges
from users.sign_in.token_answer import token_answer
from users.sign_in.transaction import sign_in_by_proof


class RefreshTokenGrant(TokenGrant):
    """`refresh_token`: the user stays signed in, as far as the sign-in transaction still agrees."""

    GRANT_TYPE = "refresh_token"
    TOKEN_ENDPOINT_AUTH_METHODS = ALL_AUTH_METHODS

    def validate_token_request(self) -> None:
        """Check the token and run the sign-in transaction; nothing is exchanged yet. Raises TokenError."""
        client = self.request.client = authenticate_client(self)
        self._text = required_parameter(self.request.parameters, "refresh_token")
        self._device = caller_device(self.request)
        try:
            self._presented = find_refresh_token(self._text, client=client.client, device=self._device)
        except InvalidRefreshToken as error:
            raise refresh_error(error) from None
        authorization = self._presented.refresh_token.authorization
        # An API that no longer allows it ends the refreshing of tokens issued before.
        if not may_refresh(client.client, authorization.resource_server, [OFFLINE_ACCESS]):
            raise refresh_error(InvalidRefreshToken())
        self._check_audience(authorization)
        self._wanted = self._narrowed_scopes(authorization)
        self._signed_in = self._continue(authorization)

    def _check_audience(self, authorization: Authorization) -> None:
        server = authorization.resource_server
        audience = self.request.parameters.get("audience")
        if audience and audience != (server.audience if server else ""):
            raise TokenError("access_denied", "The refresh token is for another audience.", 403)

    def _narrowed_scopes(self, authorization: Authorization) -> list[str]:
        """The requested scopes, or all of the authorization. Raises TokenError where it lacks one."""
        asked = requested_scopes(self.request.parameters)
        lacking = [scope for scope in asked if scope not in authorization.scope]
        if lacking:
            text = f"The refresh token does not cover these scopes: {' '.join(lacking)[:300]}"
            raise TokenError("invalid_scope", text, 403)
        return asked or authorization.scope

    def _continue(self, authorization: Authorization) -> SignedIn:
        """Run the transaction with what the user has proven. Raises MfaRequired or SignInRefused."""
        server = authorization.resource_server
        request = SignInRequest(
            ip=self._device.ip,
            application=authorization.client,
            audience=server.audience if server else "",
            scope=tuple(self._wanted),
            # The exchange logs its success itself, in its transaction.
            success_type="",
            failure_type="fertft",
            counts_login=False,
            protocol="oauth2-refresh-token",
            body=self.request.parameters,
            session_id=authorization.session_id,
            method_times=dict.fromkeys(Method, authorization.authenticated_at),
        )
        outcome = sign_in_by_proof(
            authorization.user,
            connection=authorization.connection,
            methods=map(Method, authorization.methods),
            request=request,
        )
        match outcome:
            case SignedIn() as signed_in:
                return signed_in
            case SecondFactorRequired():
                raise mfa_required(
                    outcome, server=server, scope=self._wanted, presented=self._presented, text=self._text
                )
            case Refused(Reason.BLOCKED):
                # As any refresh token whose use has ended; auth0-spa-js compares the text.
                raise SignInRefused("invalid_grant", "user is blocked", 403)
            case refused:
                raise sign_in_error(refused)

    def issue_token(self) -> TokenResponse:
        """Exchange the token, and answer with new ones. Raises TokenError where another exchange was
        faster."""
        signed_in = self._signed_in
        # Before anything is written: a token that cannot be answered must not be replaced.
        authorization = self._presented.refresh_token.authorization
        scopes = held_scopes(authorization, self._wanted, changes=signed_in.scope_changes)
        try:
            authorization, refresh_token = exchange_refresh_token(
                self._presented,
                text=self._text,
                methods=signed_in.methods,
                id_token_claims=signed_in.claims.id_token,
                access_token_claims=signed_in.claims.access_token,
                device=self._device,
                scope=scopes,
            )
        except InvalidRefreshToken as error:
            raise refresh_error(error) from None
        answer = token_answer(authorization, scopes=scopes, refresh_token=refresh_token)
        return 200, answer, self.TOKEN_RESPONSE_HEADER


def held_scopes(authorization: Authorization, scopes: list[str], *, changes: ScopeChanges) -> list[str]:
    """Return those of these scopes that the user still holds and no hook removes: permissions may have been
    removed since. RFC 6749, section 6: never more than was granted at the sign-in."""
    kept = set(changes.apply(scopes)) | {"openid"}
    scopes = [scope for scope in scopes if scope in kept]
    named = " ".join(scopes)
    held = user_scopes(authorization.user, authorization.resource_server, {"scope": named}) if named else []
    return [scope for scope in scopes if scope in held or scope == OFFLINE_ACCESS]


def refresh_error(error: InvalidRefreshToken) -> TokenError:
    """One text for every reason, so that a thief learns nothing. Reuse has been logged."""
    kind = SignInRefused if isinstance(error, ReusedRefreshToken) else TokenError
    return kind("invalid_grant", "Unknown or invalid refresh token.", 403)
