"""The actor who requested a job, stored with the job until it is done."""

from __future__ import annotations

from typing import Any

from users.models import ClientGrant, Job
from users.rights.actor import Actor, Face, Kind
from users.rights.errors import Denied

ACTOR_GONE = "The user or client that requested this no longer exists, or may no longer do it."


def serialize_actor(actor: Actor) -> dict[str, Any]:
    """The actor as stored in a job; the user is stored separately, as `owner`."""
    return {
        "kind": actor.kind,
        "face": actor.face,
        "id": actor.id,
        "name": actor.name,
        "request_id": actor.request_id,
        "ip": actor.ip,
        "scopes": sorted(actor.scopes),
        "authenticated_at": actor.authenticated_at,
    }


def load_actor(job: Job) -> Actor:
    """The same actor with its current rights. Raises Denied where the user was deleted or blocked, or the
    client deleted or revoked."""
    # The scopes of the token that was used, never more: a grant extended since does not reach jobs asked for
    # before.
    scopes = frozenset(job.actor["scopes"])
    if job.actor["kind"] == Kind.CLIENT:
        scopes &= _current_scopes(job.actor["id"])
    # A block takes effect at once, for work that was enqueued before as well.
    elif job.actor["kind"] != Kind.COMMAND and (job.owner is None or job.owner.blocked):
        raise Denied(ACTOR_GONE)
    return Actor(
        kind=Kind(job.actor["kind"]),
        face=Face(job.actor["face"]),
        id=job.actor["id"],
        name=job.actor["name"],
        request_id=job.actor["request_id"],
        ip=job.actor.get("ip"),
        user=job.owner,
        scopes=scopes,
        authenticated_at=job.actor["authenticated_at"],
    )


def _current_scopes(client_id: str) -> frozenset[str]:
    """The scopes that the client's grant for the Management API has now. Raises Denied."""
    grants = ClientGrant.objects.filter(client__client_id=client_id, client__is_revoked=False)
    grant = grants.filter(resource_server__identifier=None).first()
    if grant is None:
        raise Denied(ACTOR_GONE)
    return frozenset(grant.scope)
