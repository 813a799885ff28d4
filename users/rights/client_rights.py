"""What a client may do to other clients: no privilege escalation.

Auth0 lets any client that may change grants grant anything, also to itself. Here a client cannot grant
more than it holds, and cannot take over one that holds more.
"""

from __future__ import annotations

from collections.abc import Iterable

from users.models import Client, ClientGrant
from users.rights.actor import Actor
from users.rights.errors import Denied

GRANT_SCOPES = frozenset({"create:client_grants", "update:client_grants"})


def check_has_scopes(actor: Actor, scopes: Iterable[str]) -> None:
    """Raises Denied unless `actor` itself holds these scopes of the Management API, as administrators do."""
    if actor.is_administrator:
        return
    missing = sorted(set(scopes) - _effective_scopes(actor))
    if missing:
        raise Denied(f"You may not grant scopes that your token does not hold: {', '.join(missing)}")


def check_no_escalation(actor: Actor, client: Client) -> None:
    """Raises Denied where the client holds more than `actor`, who could act as the client with its secret.
    Scopes at other APIs require the right to grant them."""
    if actor.is_administrator:
        return
    held = _effective_scopes(actor)
    for grant in ClientGrant.objects.filter(client=client).select_related("resource_server"):
        enough = held.issuperset(grant.scope) if grant.resource_server.is_management else held & GRANT_SCOPES
        if grant.scope and not enough:
            raise Denied("This client holds scopes that your token does not; you may not take it over.")


def _effective_scopes(actor: Actor) -> frozenset[str]:
    """The scopes of the token that its client still holds. Read from the database: the cache of grants is
    seconds old, and a grant that was just narrowed must not widen itself again."""
    grants = ClientGrant.objects.filter(client__client_id=actor.id, client__is_revoked=False)
    own = grants.filter(resource_server__identifier=None).first()
    return actor.scopes & frozenset(own.scope if own else ())
