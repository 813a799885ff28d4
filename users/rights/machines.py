"""What a client may do about other clients.

Auth0 lets whoever may change grants give any client anything, itself included. Here nobody
gives more than they hold, and nobody takes over a client that holds more.
"""

from __future__ import annotations

from collections.abc import Iterable

from users.models import Client, ClientGrant
from users.rights.actor import Actor, Kind
from users.rights.errors import Denied


def check_holds(actor: Actor, scopes: Iterable[str]) -> None:
    """Raises Denied unless `actor` itself holds these scopes of the Management API."""
    missing = sorted(set(scopes) - actor.scopes)
    if actor.kind != Kind.COMMAND and missing:
        raise Denied(f"You may not give scopes that your token does not hold: {', '.join(missing)}")


def check_not_above(actor: Actor, client: Client) -> None:
    """Raises Denied where the client holds more of the Management API than `actor`: with its
    secret one would be it."""
    grant = ClientGrant.objects.filter(client=client, resource_server__identifier=None).first()
    if actor.kind != Kind.COMMAND and grant is not None and not actor.scopes.issuperset(grant.scope):
        raise Denied("This client holds scopes that your token does not; you may not take it over.")
