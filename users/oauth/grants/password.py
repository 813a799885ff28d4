"""The password grants: the user types the password into a form of the client.

Source: Auth0's Authentication API reference, "Resource Owner Password"; the texts of errors are those in
the tests of its libraries.
"""

from __future__ import annotations

from users.models import Connection
from users.oauth.grants.client_authentication import (
    ALL_AUTH_METHODS,
    TokenGrant,
    TokenResponse,
    authenticate_client,
)
from users.oauth.grants.mfa_required import mfa_required
from users.oauth.grants.offline_access import check_offline_scopes
from users.oauth.grants.scopes import requested_scopes
from users.oauth.grants.user_tokens import user_tokens
from users.oauth.parameters import caller_device, caller_ip, optional_server, required_parameter
from users.oauth.realms import default_connection, named_connection
from users.oauth.sign_in_errors import sign_in_error
from users.sign_in.outcomes import SecondFactorRequired, SignedIn
from users.sign_in.progress import Credentials, SignInRequest
from users.sign_in.transaction import sign_in_with_password


class PasswordGrant(TokenGrant):
    """`password`: the account is looked up in the default connection, or in that of `realm`."""

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
        self._server = optional_server(parameters)
        check_offline_scopes(requested_scopes(parameters))
        # Last of the checks: everything cheap is validated before a password is hashed or counted.
        self._signed_in = self._sign_in(credentials)

    def _sign_in(self, credentials: Credentials) -> SignedIn:
        """Sign the user in. Raises MfaRequired, or SignInRefused with Auth0's status and text."""
        match sign_in_with_password(credentials, self._sign_in_request()):
            case SignedIn() as signed_in:
                return signed_in
            case SecondFactorRequired() as outcome:
                asked = requested_scopes(self.request.parameters)
                raise mfa_required(outcome, server=self._server, scope=asked)
            case refused:
                raise sign_in_error(refused)

    def _sign_in_request(self) -> SignInRequest:
        """Describe this sign-in to the transaction."""
        return SignInRequest(
            ip=caller_ip(self.request),
            application=self._client.client,
            audience=self._server.audience if self._server else "",
            scope=tuple(requested_scopes(self.request.parameters)),
            success_type="sepft",
            refuses_staff=True,
            protocol="oauth2-password",
            body=self.request.parameters,
        )

    def connection(self, parameters: dict[str, str]) -> Connection:
        """The connection in which the account is looked up. Raises TokenError."""
        # auth0-auth-js sends `realm` with this grant type.
        realm = parameters.get("realm")
        return named_connection(realm) if realm else default_connection()

    def issue_token(self) -> TokenResponse:
        """Answer with an access token, and with an ID token and a refresh token where the scopes ask so."""
        answer = user_tokens(
            self._signed_in,
            self._client.client,
            server=self._server,
            asked=requested_scopes(self.request.parameters),
            device=caller_device(self.request),
        )
        return 200, answer, self.TOKEN_RESPONSE_HEADER


class RealmGrant(PasswordGrant):
    """`password-realm`: the account is looked up in the connection that `realm` names."""

    GRANT_TYPE = "http://auth0.com/oauth/grant-type/password-realm"

    def connection(self, parameters: dict[str, str]) -> Connection:
        return named_connection(required_parameter(parameters, "realm"))
