"""Make API clients."""

from __future__ import annotations

import secrets

from django.db import transaction

from users.models import Client, ClientGrant, ResourceServer

GRANT_TYPES = ("client_credentials",)


def create_client(name: str, scopes: list[str], grant_types: list[str]) -> tuple[Client, str]:
    """A client with its grant, and its secret of 64 random characters, which is not kept."""
    secret = secrets.token_urlsafe(48)
    with transaction.atomic():
        client = Client.objects.create(
            name=name, secret_hash=Client.hash_secret(secret), grant_types=grant_types
        )
        server = ResourceServer.objects.management()
        ClientGrant.objects.create(client=client, resource_server=server, scope=scopes)
    return client, secret
