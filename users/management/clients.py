"""Make API clients."""

from __future__ import annotations

from django.db import transaction

from users.actions.client_grants import make_grant
from users.actions.clients import make_client
from users.models import Client, ResourceServer
from users.rights.actor import command

GRANT_TYPES = ("client_credentials",)


def create_client(name: str, scopes: list[str], grant_types: list[str]) -> tuple[Client, str]:
    """A client with its grant, and its secret of 64 random characters, which is not kept."""
    with transaction.atomic():
        client, secret = make_client(name=name, grant_types=grant_types)
        make_grant(client, ResourceServer.objects.management(), scopes, actor=command("createclient"))
    return client, secret
