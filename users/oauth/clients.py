"""The adapter between our clients and authlib."""

from __future__ import annotations

from collections.abc import Collection

from authlib.oauth2.rfc6749 import ClientMixin

from users.models import Client
from users.oauth.redirect_uris import is_registered_redirect


class RegisteredClient(ClientMixin):
    """Answers authlib's questions about a client. Scopes are decided elsewhere: they depend on the API."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def get_client_id(self) -> str:
        """The public id."""
        return self.client.client_id

    def get_default_redirect_uri(self) -> str:
        """None: each request names its own."""
        return ""

    def get_allowed_scope(self, scope: Collection[str] | str) -> str:
        """Every requested scope: the grants decide, by the API."""
        return scope if isinstance(scope, str) else " ".join(scope)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Whether it is one of the client's callbacks."""
        return is_registered_redirect(self.client, redirect_uri)

    def check_client_secret(self, client_secret: str) -> bool:
        """Whether it is one of the secrets of the client, compared as a hash."""
        return self.client.has_secret(client_secret)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Accept the secret in the body or by HTTP Basic; only public clients come without one.

        A public client that sends a secret is refused: it has none, so the request is a mistake or a guess.
        """
        # authlib tries one method after the other and asks with the name of each.
        return (method == "none") == self.client.is_public

    def check_response_type(self, response_type: str) -> bool:
        """Refuse: the authorization endpoint does not ask authlib (`users.oauth.authorization_request`)."""
        return False

    def check_grant_type(self, grant_type: str) -> bool:
        """Whether the client may use the grant."""
        return grant_type in self.client.grant_types
