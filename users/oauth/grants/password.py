"""The password grants: the user types the password into a form of the client.

Source: Auth0's Authentication API reference, "Resource Owner Password"; the texts of errors are those in
the tests of its libraries.
"""

from __future__ import annotations

from users.actions.authorizations.authorizations import create_authorization
from users.models import Connection
from users.oauth.errors import SignInRefused
from users.oauth.grants.client_authentication import (
    ALL_AUTH_METHODS,
    TokenGrant,
    TokenResponse,
    authenticate_client,
)
from users.oauth.grants.scopes import user_scopes
from users.oauth.parameters import caller_ip, requested_server, required_parameter
from users.oauth.realms import default_connection, named_connection
from users.oauth.token_answer import token_answer
from users.sign_in.outcomes import Reason, Refused, SecondFactorRequired, SignedIn
from users.sign_in.progress import Credentials, SignInRequest
from users.sign_in.transaction import sign_in_with_password


class PasswordGrant(TokenGrant):
    """`password`: the account is looked up in the default connection."""

    GRANT_TYPE = "password"
    # Public clients too: applications in browsers and on phones cannot keep a secret.
    TOKEN_ENDPOINT_AUTH_METHODS = ALL_AUTH_METHODS

    def validate_token_request(self) -> None:
        """Check the client, then sign the user in. Raises TokenError.

        The password comes last: a request that is invalid anyway must not count as an attempt.
        """
        self._client = self.request.client = authenticate_client(self)
        parameters = self.request.parameters
        login, password = (
            required_parameter(parameters, "username"),
            required_parameter(parameters, "password"),
        )
        credentials = Credentials(login=login, password=password, connection=self.connection(parameters))
        self._server = requested_server(parameters)
        # Last of the checks: everything cheap is validated before a password is hashed or counted.
        self._signed_in = _sign_in(credentials, self._sign_in_request())
        self._scopes = user_scopes(self._signed_in.user, self._server, parameters)

    def _sign_in_request(self) -> SignInRequest:
        """Describe this sign-in to the transaction. A password grant has no step for a code."""
        return SignInRequest(
            ip=caller_ip(self.request),
            application=self._client.client,
            audience=self._server.audience,
            success_type="sepft",
            can_ask_second_factor=False,
        )

    def connection(self, parameters: dict[str, str]) -> Connection:
        """The connection in which the account is looked up. Raises TokenError."""
        return default_connection()

    def issue_token(self) -> TokenResponse:
        """Answer with an access token, and with an ID token where `openid` is among the scopes."""
        signed_in = self._signed_in
        authorization = create_authorization(
            signed_in.user,
            self._client.client,
            connection=signed_in.connection,
            server=self._server,
            scope=self._scopes,
            methods=signed_in.methods,
            id_token_claims=signed_in.claims.id_token,
            access_token_claims=signed_in.claims.access_token,
        )
        return 200, token_answer(authorization, grant="password"), self.TOKEN_RESPONSE_HEADER


class RealmGrant(PasswordGrant):
    """`password-realm`: the account is looked up in the connection that `realm` names."""

    GRANT_TYPE = "http://auth0.com/oauth/grant-type/password-realm"

    def connection(self, parameters: dict[str, str]) -> Connection:
        return named_connection(required_parameter(parameters, "realm"))


def _sign_in(credentials: Credentials, request: SignInRequest) -> SignedIn:
    """Sign the user in. Raises SignInRefused with Auth0's status and text."""
    outcome = sign_in_with_password(credentials, request)
    if not isinstance(outcome, SignedIn):
        raise _as_error(outcome)
    return outcome


def _as_error(outcome: Refused | SecondFactorRequired) -> SignInRefused:
    """Translate an outcome of the transaction. Whatever is not translated by name is refused."""
    match outcome:
        case Refused(Reason.WRONG_CREDENTIALS):
            # One answer for an unknown user and a wrong password, against user enumeration. Auth0's status;
            # RFC 6749 has 400.
            return SignInRefused("invalid_grant", "Wrong email or password.", 403)
        case Refused(Reason.LOCKED_OUT, seconds=seconds):
            text = "Too many failed sign-ins. Wait, then try again."
            return SignInRefused("too_many_attempts", text, 429, headers=[("Retry-After", str(seconds))])
        case Refused(Reason.BLOCKED):
            # Only after the right password, so that it says nothing to others.
            return SignInRefused("unauthorized", "user is blocked", 401)
        case Refused(Reason.DENIED, denial=denial) if denial is not None:
            # Auth0's statuses: a Rule's UnauthorizedError is 401, every other denial 403.
            status = 401 if denial.error == "unauthorized" else 403
            return SignInRefused(denial.error, denial.message, status)
    text = "The account has a second factor, which cannot be asked for here. Use the sign-in page."
    return SignInRefused("access_denied", text, 403)
