"""Create API clients."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from users.actions.access.client_grants import create_grant
from users.actions.access.clients import make_client
from users.models import Client, ResourceServer
from users.rights.actor import Actor

CLIENT_CREDENTIALS = "client_credentials"
# Grant types by the names that the command line takes: the real ones are long URLs.
GRANT_TYPES = {
    CLIENT_CREDENTIALS: CLIENT_CREDENTIALS,
    "password": "password",
    "password-realm": "http://auth0.com/oauth/grant-type/password-realm",
}


def create_api_client(
    name: str,
    scopes: list[str],
    grants: Sequence[str] = (CLIENT_CREDENTIALS,),
    *,
    origins: Sequence[str] = (),
    is_public: bool = False,
    actor: Actor,
) -> tuple[Client, str | None]:
    """A client, with a grant for the Management API where there are `scopes`, and its secret of
    64 random characters, which is not stored; a public client has none, since it could not keep it secret.
    `grants` are names of GRANT_TYPES, `origins` those whose pages may call us for it."""
    # A client whose grant was refused would have no use, and its secret would be lost.
    with transaction.atomic():
        client, secret = make_client(
            actor=actor,
            name=name,
            app_type=Client.Type.SINGLE_PAGE if is_public else Client.Type.MACHINE,
            grant_types=[GRANT_TYPES[grant] for grant in grants],
            allowed_origins=list(origins),
        )
        if scopes:
            create_grant(client, ResourceServer.objects.management(), scopes, actor=actor)
    return client, secret
