"""What a client may do about other clients.

Auth0 lets whoever may change grants give any client anything, itself included. Here nobody
gives more than they hold, and nobody takes over a client that holds more.
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
        raise Denied(f"You may not give scopes that your token does not hold: {', '.join(missing)}")


def check_no_escalation(actor: Actor, client: Client) -> None:
    """Raises Denied where the client holds more than `actor`: with its secret one would be it.

    What it holds at other APIs, only those who could grant it to themselves may take over."""
    if actor.is_administrator:
        return
    held = _effective_scopes(actor)
    for grant in ClientGrant.objects.filter(client=client).select_related("resource_server"):
        enough = held.issuperset(grant.scope) if grant.resource_server.is_management else held & GRANT_SCOPES
        if grant.scope and not enough:
            raise Denied("This client holds scopes that your token does not; you may not take it over.")


def _effective_scopes(actor: Actor) -> frozenset[str]:
    """Those of the token that its client holds at this moment: what workers remember of grants
    is seconds old, and a grant that was just narrowed may not widen itself again."""
    grants = ClientGrant.objects.filter(client__client_id=actor.id, client__is_revoked=False)
    own = grants.filter(resource_server__identifier=None).first()
    return actor.scopes & frozenset(own.scope if own else ())
