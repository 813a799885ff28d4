"""The grants that complete a sign-in with the second factor.

Source: Auth0's Authentication API reference, "Multi-factor Authentication".
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from users.actions.account.multifactor import next_recovery_code
from users.actions.authorizations.mfa_tokens import (
    ExpiredMfaToken,
    InvalidMfaToken,
    confirm_enrolment,
    find_mfa_token,
    pending_secret,
    use_mfa_token,
)
from users.actions.authorizations.refresh_tokens import InvalidRefreshToken, exchange_refresh_token
from users.actions.errors import AlreadyEnrolled
from users.log.record import ClientContext
from users.models import Client, MfaToken
from users.oauth.grants.client_authentication import (
    ALL_AUTH_METHODS,
    TokenGrant,
    TokenResponse,
    authenticate_client,
)
from users.oauth.grants.mfa_required import mfa_required
from users.oauth.grants.refresh_token import held_scopes, refresh_error
from users.oauth.grants.user_tokens import user_tokens
from users.oauth.mfa_errors import mfa_error
from users.oauth.parameters import caller_device, required_parameter
from users.oauth.sign_in_errors import sign_in_error
from users.representation.enrollments import enrolled_factors
from users.rights.actor import Face, owner_actor
from users.sign_in.outcomes import SecondFactorRequired, SignedIn
from users.sign_in.progress import CustomClaims, Method, SignIn, SignInRequest
from users.sign_in.scope_changes import ScopeChanges
from users.sign_in.second_factor import RECOVERY_CODES, TOTP, TooManyCodes, WrongCode, check_code
from users.sign_in.token_answer import token_answer
from users.sign_in.transaction import confirm_second_factor


class MfaGrant(TokenGrant):
    """What both grants share: `CODE` is the parameter, `TYPE` the kind of factor, `WRONG` the error."""

    TOKEN_ENDPOINT_AUTH_METHODS = ALL_AUTH_METHODS
    CODE: str
    TYPE: Any
    WRONG: str

    def validate_token_request(self) -> None:
        """Check the code, then go on with the sign-in that waits for it. Raises TokenError.

        A wrong code leaves the MFA token valid; the right one uses it up.
        """
        client = self.request.client = authenticate_client(self)
        self._text = required_parameter(self.request.parameters, "mfa_token")
        code = required_parameter(self.request.parameters, self.CODE)
        self._token = read_mfa_token(self._text, client=client.client)
        self._device = caller_device(self.request)
        self._check_code(code)
        try:
            use_mfa_token(self._token, at=timezone.now())
        except InvalidMfaToken:
            raise mfa_error("unknown_token") from None
        self._signed_in = self._continue()

    def _check_code(self, code: str) -> None:
        """Raises TokenError. An app that is being added is confirmed by its first code."""
        token = self._token
        secret = pending_secret(token) if self.TYPE == TOTP and not enrolled_factors(token.user) else ""
        try:
            check_code(
                token.user,
                code,
                self.TYPE,
                ip=self._device.ip,
                through=_through(token),
                new_secret=secret,
            )
        except WrongCode:
            raise mfa_error(self.WRONG) from None
        except TooManyCodes as error:
            raise mfa_error("too_many_codes", retry_after=error.seconds) from None
        if secret:
            try:
                confirm_enrolment(token, actor=owner_actor(token.user, face=Face.SIGN_IN))
            except AlreadyEnrolled:  # by another request
                raise mfa_error("enrolled") from None

    def _continue(self) -> SignedIn:
        """Go on with the sign-in. Raises TokenError."""
        token = self._token
        is_refresh = token.refresh_token_secret_id is not None
        request = SignInRequest(
            ip=self._device.ip,
            application=token.client,
            audience=token.resource_server.audience if token.resource_server else "",
            scope=tuple(token.scope),
            # The exchange of a refresh token logs its success itself.
            success_type="" if is_refresh else "sepft",
            failure_type="fertft" if is_refresh else "f",
            counts_login=not is_refresh,
            refuses_staff=not is_refresh,
            protocol="oauth2-refresh-token" if is_refresh else "oauth2-password",
            body=self.request.parameters,
        )
        sign_in = SignIn(
            user=token.user,
            connection=token.connection,
            request=request,
            methods=frozenset(map(Method, token.methods)),
            claims=CustomClaims(id_token=token.id_token_claims, access_token=token.access_token_claims),
            scope_changes=ScopeChanges.from_json(token.scope_changes),
            is_past_hooks=token.is_past_hooks,
        )
        match confirm_second_factor(sign_in):
            case SignedIn() as signed_in:
                return signed_in
            case SecondFactorRequired() as outcome:
                raise mfa_required(outcome, server=token.resource_server, scope=token.scope)
            case refused:
                raise sign_in_error(refused)

    def issue_token(self) -> TokenResponse:
        """Answer with the tokens that the first request asked for."""
        token = self._token
        if token.refresh_token_secret is not None:
            answer = self._exchange(token)
        else:
            answer = user_tokens(
                self._signed_in,
                token.client,
                server=token.resource_server,
                asked=token.scope,
                device=self._device,
            )
        return 200, {**answer, **self.more()}, self.TOKEN_RESPONSE_HEADER

    def more(self) -> dict[str, str]:
        """Further members of the answer."""
        return {}

    def _exchange(self, token: MfaToken) -> dict[str, Any]:
        """Exchange the refresh token that was presented. Its text is not stored, but its first part ends the
        text of the MFA token."""
        secret = token.refresh_token_secret
        assert secret is not None, "asked before"
        scopes = held_scopes(
            secret.refresh_token.authorization, token.scope, changes=self._signed_in.scope_changes
        )
        try:
            authorization, text = exchange_refresh_token(
                secret,
                text=self._text.partition(".")[2],
                methods=self._signed_in.methods,
                id_token_claims=self._signed_in.claims.id_token,
                access_token_claims=self._signed_in.claims.access_token,
                device=self._device,
                scope=scopes,
            )
        except InvalidRefreshToken as error:
            raise refresh_error(error) from None
        return token_answer(authorization, scopes=scopes, refresh_token=text)


class OtpGrant(MfaGrant):
    """`mfa-otp`: a code of the user's authenticator app."""

    GRANT_TYPE = "http://auth0.com/oauth/grant-type/mfa-otp"
    CODE, TYPE, WRONG = "otp", TOTP, "wrong_otp"


class RecoveryCodeGrant(MfaGrant):
    """`mfa-recovery-code`: a recovery code, for a user who has lost the app."""

    GRANT_TYPE = "http://auth0.com/oauth/grant-type/mfa-recovery-code"
    CODE, TYPE, WRONG = "recovery_code", RECOVERY_CODES, "wrong_recovery_code"

    def more(self) -> dict[str, str]:
        """The code to use next time, which the application shows once."""
        user = self._signed_in.user
        return {"recovery_code": next_recovery_code(user, actor=owner_actor(user, face=Face.SIGN_IN))}


def read_mfa_token(text: str, *, client: Client | None = None) -> MfaToken:
    """Return the MFA token, which is that of `client` if one is given. Raises TokenError."""
    try:
        token = find_mfa_token(text)
    except ExpiredMfaToken:
        raise mfa_error("expired_token") from None
    except InvalidMfaToken:
        raise mfa_error("unknown_token") from None
    if client is not None and token.client_id != client.pk:
        raise mfa_error("foreign_token")
    return token


def _through(token: MfaToken) -> ClientContext:
    server = token.resource_server
    return ClientContext.of(token.client, server.audience if server else "")
