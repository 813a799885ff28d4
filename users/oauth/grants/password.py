"""A person by their password, which they gave to the client's own form.

Source: Auth0's Authentication API reference, "Resource Owner Password"; texts of refusals as its
own libraries have them in their tests.
"""

from __future__ import annotations

from users.log.record import ClientContext
from users.models import Client, Connection, User
from users.oauth.audiences import requested_server
from users.oauth.caller_ip import caller_ip
from users.oauth.errors import SignInRefused
from users.oauth.grants.client import ALL_AUTH_METHODS, TokenGrant, TokenResponse, authenticate_client
from users.oauth.grants.scopes import user_scopes
from users.oauth.parameters import required_parameter
from users.oauth.realms import default_connection, named_connection
from users.rights.permissions import permissions_of
from users.sign_in.id_token_claims import claims_of
from users.sign_in.lockout import TooManyAttempts
from users.sign_in.transaction import SecondFactorRequired, UserBlocked, WrongPassword, sign_in
from users.tokens.issue import issue_id_token, issue_user_token


class PasswordGrant(TokenGrant):
    """password: in the connection that serves where none is named."""

    GRANT_TYPE = "password"
    TOKEN_ENDPOINT_AUTH_METHODS = ALL_AUTH_METHODS

    def validate_token_request(self) -> None:
        self._client = self.request.client = authenticate_client(self)
        given = self.request.parameters
        login, password = required_parameter(given, "username"), required_parameter(given, "password")
        connection = self.connection(given)
        self._server = requested_server(given)
        through = ClientContext.of(self._client.client, self._server.audience)
        self._user = _sign_in(login, password, connection, ip=caller_ip(self.request), through=through)
        self._scopes = user_scopes(self._user, self._server, given)

    def connection(self, given: dict[str, str]) -> Connection:
        """Where the account is looked for. Raises TokenError."""
        return default_connection()

    def issue_token(self) -> TokenResponse:
        client = self._client.client
        permissions = permissions_of(self._user, self._server) if self._server.names_permissions else ()
        access_token = issue_user_token(
            self._user, client, self._scopes, server=self._server, permissions=permissions
        )
        token = {
            "access_token": access_token,
            **self._id_token(client, access_token),
            "scope": " ".join(self._scopes),
            "expires_in": self._server.token_lifetime,
            "token_type": "Bearer",
        }
        return 200, token, self.TOKEN_RESPONSE_HEADER

    def _id_token(self, client: Client, access_token: str) -> dict[str, str]:
        if "openid" not in self._scopes:
            return {}
        claims = claims_of(self._user, self._scopes)
        return {"id_token": issue_id_token(self._user, client, claims, access_token=access_token)}


class RealmGrant(PasswordGrant):
    """password-realm: in the connection that `realm` names."""

    GRANT_TYPE = "http://auth0.com/oauth/grant-type/password-realm"

    def connection(self, given: dict[str, str]) -> Connection:
        return named_connection(required_parameter(given, "realm"))


def _sign_in(
    login: str, password: str, connection: Connection, *, ip: str | None, through: ClientContext
) -> User:
    try:
        return sign_in(login, password, connection=connection, ip=ip, through=through)
    except WrongPassword:
        raise SignInRefused("invalid_grant", "Wrong email or password.", 403) from None
    except UserBlocked:
        raise SignInRefused("unauthorized", "user is blocked", 401) from None
    except SecondFactorRequired:
        text = "The account has a second factor, which cannot be asked for here. Use the sign-in page."
        raise SignInRefused("access_denied", text, 403) from None
    except TooManyAttempts as error:
        text = "Too many failed sign-ins. Wait, then try again."
        wait = [("Retry-After", str(error.seconds))]
        raise SignInRefused("too_many_attempts", text, 429, headers=wait) from None
