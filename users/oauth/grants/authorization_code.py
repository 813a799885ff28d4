"""The authorization code grant: the application exchanges the code that its user brought back.

Source: RFC 6749, section 4.1.3; RFC 7636; the texts are those of Auth0's answers.
"""

from __future__ import annotations

from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc7636 import CodeChallenge

from users.actions.authorizations.codes import CodeRefused, VerifierRefused, redeem_code
from users.actions.authorizations.refresh_tokens import issue_refresh_token
from users.log.record import ClientContext, log_event
from users.models import AuthorizationCode
from users.oauth.errors import TokenError
from users.oauth.grants.client_authentication import (
    ALL_AUTH_METHODS,
    TokenGrant,
    TokenResponse,
    authenticate_client,
)
from users.oauth.grants.offline_access import OFFLINE_ACCESS
from users.oauth.parameters import caller_device, required_parameter
from users.sign_in.token_answer import token_answer

MAX_CODE_LENGTH = 512


class S256Challenge(CodeChallenge):
    """authlib's check of the proof, for the one method that protects."""

    DEFAULT_CODE_CHALLENGE_METHOD = "S256"
    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]

    def get_authorization_code_challenge_method(self, authorization_code: AuthorizationCode) -> str:
        """Always S256: no other challenge is stored."""
        return "S256"


class AuthorizationCodeGrant(TokenGrant):
    """`authorization_code`: tokens for a code, once."""

    GRANT_TYPE = "authorization_code"
    TOKEN_ENDPOINT_AUTH_METHODS = ALL_AUTH_METHODS

    def validate_token_request(self) -> None:
        """Check the client, then spend the code. Raises TokenError."""
        self._client = self.request.client = authenticate_client(self)
        parameters = self.request.parameters
        code = required_parameter(parameters, "code")
        redirect_uri = required_parameter(parameters, "redirect_uri")
        if len(code) > MAX_CODE_LENGTH:
            raise _invalid("Invalid authorization code")
        try:
            self._code = redeem_code(
                code, self._client.client, redirect_uri=redirect_uri, is_verified=self._is_verified
            )
        except VerifierRefused:
            raise _invalid("Failed to verify code verifier") from None
        except CodeRefused:
            raise _invalid("Invalid authorization code") from None

    def issue_token(self) -> TokenResponse:
        """Answer with the tokens of the authorization, and log the exchange."""
        authorization = self._code.authorization
        server = authorization.resource_server
        # Before the tokens: where the log cannot be written, none is issued.
        log_event(
            "seacft",
            user=authorization.user,
            connection=authorization.connection,
            through=ClientContext.of(self._client.client, server.audience if server else ""),
            ip=self.request.ip or "",
            scope=" ".join(authorization.scope),
        )
        return 200, self._answer(), self.TOKEN_RESPONSE_HEADER

    def _answer(self) -> dict[str, Any]:
        authorization, refresh_token = self._code.authorization, ""
        if OFFLINE_ACCESS in authorization.scope:
            refresh_token = issue_refresh_token(authorization, device=caller_device(self.request))
        return token_answer(authorization, nonce=self._code.nonce, refresh_token=refresh_token)

    def _is_verified(self, code: AuthorizationCode) -> bool:
        """Whether the request proves that it comes from where the code was asked for. A verifier without
        a challenge fails as well: the challenge may have been removed on the way (RFC 9700, section 4.8)."""
        self.request.authorization_code = code
        try:
            S256Challenge().validate_code_verifier(self, None)
        except OAuth2Error:
            return False
        # Public clients prove themselves by PKCE alone.
        return bool(code.code_challenge) or not self._client.client.is_public


def _invalid(text: str) -> TokenError:
    """Auth0's status, where RFC 6749 has 400."""
    return TokenError("invalid_grant", text, 403)
