"""Make, change and remove applications."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import transaction

from users.models import Client, Ticket
from users.rights.actor import Actor
from users.rights.client_rights import check_no_escalation
from users.tokens.verify import clear_token_caches_on_commit

# What others could use to act as the client, or make it act for people.
TAKEOVER_COLUMNS = frozenset(
    {"token_endpoint_auth_method", "grant_types", "web_origins", "allowed_origins", "callbacks"}
)


def make_client(**columns: Any) -> tuple[Client, str | None]:
    """A client and its secret of 64 random characters, which is not kept; a public one, which
    can keep none, has none. It may do nothing until it gets a grant."""
    client = Client(**_with_defaults(columns))
    secret = None if client.is_public else _new_secret(client)
    client.save(force_insert=True)
    return client, secret


def edit_client(client: Client, columns: dict[str, Any], *, actor: Actor) -> Client:
    """Set columns. Raises Denied where that would take over a client that holds more."""
    with transaction.atomic():
        client = Client.objects.select_for_update().get(pk=client.pk)
        if TAKEOVER_COLUMNS & columns.keys():
            check_no_escalation(actor, client)
        for name, value in columns.items():
            setattr(client, name, value)
        client.save(update_fields=columns.keys())
    return client


def rotate_secret(client: Client, *, actor: Actor) -> str:
    """A new secret, shown once; the old one is no good from now on. Raises Denied."""
    with transaction.atomic():
        client = Client.objects.select_for_update().get(pk=client.pk)
        check_no_escalation(actor, client)
        secret = _new_secret(client)
        client.save(update_fields=["secret_hash"])
    return secret


def delete_client(client_id: str) -> None:
    """Remove it with its grants, if there is such a client. Its tokens are no good from now on in
    this process, and within seconds in every other."""
    Ticket.objects.filter(made_by=client_id, used_at=None).delete()
    Client.objects.filter(client_id=client_id).delete()
    clear_token_caches_on_commit()


def _with_defaults(columns: dict[str, Any]) -> dict[str, Any]:
    """What follows from the kind of application: pages and apps on devices keep no secret, and
    only what keeps one gets tokens for itself."""
    app_type = columns.get("app_type", Client.Type.MACHINE)
    is_open = app_type in (Client.Type.SINGLE_PAGE, Client.Type.NATIVE)
    defaults = {
        "token_endpoint_auth_method": "none" if is_open else "client_secret_post",
        "grant_types": [] if is_open else ["client_credentials"],
    }
    return {**defaults, **columns}


def _new_secret(client: Client) -> str:
    secret = secrets.token_urlsafe(48)
    client.secret_hash = Client.hash_secret(secret)
    return secret
