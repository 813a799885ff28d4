"""The history of configuration: who changed which client, role, webhook and the like, from what to what.

Each verb that writes configuration records what it did, in the transaction of the write: a row of the
history, with the values before and after, and an event of the tenant's log without them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import QuerySet
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from users.log.masking import mask_secrets
from users.log.record import NO_CLIENT, ClientContext, log_event
from users.log.request_origin import current_origin
from users.log.types import API_WRITE
from users.metadata.diff import diff
from users.metadata.documents import Document
from users.models import (
    Client,
    ConfigurationChange,
    Connection,
    IndexedKey,
    ResourceServer,
    Role,
    Rule,
    RuleConfig,
    Segment,
    SigningKey,
    Webhook,
)
from users.rights.actor import Actor
from users.rights.actor import Kind as ActorKind

Kind = ConfigurationChange.Kind
Action = ConfigurationChange.Action
ConfigurationObject = (
    Client
    | ResourceServer
    | Role
    | Connection
    | Webhook
    | IndexedKey
    | Segment
    | SigningKey
    | Rule
    | RuleConfig
)

# What the log calls a kind of object, and an operation on one. Source: the summaries of operations in
# Auth0's published OpenAPI document, which its log has as descriptions, for those that it has.
_NOUNS = {
    Kind.CLIENT: "a client",
    Kind.RESOURCE_SERVER: "a resource server",
    Kind.ROLE: "a role",
    Kind.CONNECTION: "a connection",
    Kind.WEBHOOK: "a webhook",
    Kind.INDEXED_KEY: "an indexed key",
    Kind.SEGMENT: "a segment",
    Kind.SIGNING_KEY: "a signing key",
    Kind.RULE: "a rule",
    Kind.RULE_CONFIG: "rules config",
    Kind.ENCRYPTION: "stored secrets",
}
_OPERATIONS = {
    Action.CREATED: "Create {}",
    Action.UPDATED: "Update {}",
    Action.DELETED: "Delete {}",
    Action.SECRET_ROTATED: "Rotate the secret of {}",
    Action.GRANT_CREATED: "Create client grant",
    Action.GRANT_UPDATED: "Update client grant",
    Action.GRANT_DELETED: "Delete client grant",
    Action.PERMISSIONS_ADDED: "Add permissions to {}",
    Action.PERMISSIONS_REMOVED: "Remove permissions from {}",
    Action.TEST_SENT: "Send a test event to {}",
    Action.DELIVERIES_REPLAYED: "Send deliveries of {} again",
    Action.ROLLED_BACK: "Roll back {}",
    Action.RETRIED: "Try {} again",
    Action.REVOKED: "Revoke {}",
    Action.REENCRYPTED: "Re-encrypt {}",
}


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What an action did to one object.

    `object_id` is its public id, `name` its name. `before` and `after` are the whole object, or the fields
    that were written: equal fields are not stored. None: the object did not exist before, or does not
    exist after; both are None where the action has no values to show.
    """

    kind: Kind
    object_id: str
    name: str
    action: Action
    before: Document | None = None
    after: Document | None = None

    @property
    def changes_nothing(self) -> bool:
        """Whether it is an update that changed nothing."""
        return self.action == Action.UPDATED and not diff(self.before, self.after)


def effect_on(
    row: ConfigurationObject,
    action: Action,
    *,
    before: Document | None = None,
    after: Document | None = None,
) -> Effect:
    """What `action` did to the object of this row, with its kind, public id and name."""
    match row:
        case Client():
            kind, object_id, name = Kind.CLIENT, row.client_id, row.name
        case ResourceServer():
            kind, object_id, name = Kind.RESOURCE_SERVER, row.resource_server_id, row.name
        case Role():
            kind, object_id, name = Kind.ROLE, row.role_id, row.name
        case Connection():
            kind, object_id, name = Kind.CONNECTION, row.connection_id, row.name
        case Webhook():
            # The host alone: the rest of a webhook's URL may hold a secret.
            kind, object_id, name = Kind.WEBHOOK, row.webhook_id, urlsplit(row.url).netloc
        case IndexedKey():
            kind, object_id, name = Kind.INDEXED_KEY, row.key_id, str(row)
        case Segment():
            kind, object_id, name = Kind.SEGMENT, row.segment_id, row.name
        case SigningKey():
            kind, object_id, name = Kind.SIGNING_KEY, row.kid, row.kid
        case Rule():
            kind, object_id, name = Kind.RULE, row.rule_id, row.name
        case RuleConfig():
            # A key may be longer than the column: the name has the rest.
            kind, object_id, name = Kind.RULE_CONFIG, row.key[:64], row.key
    return Effect(kind=kind, object_id=object_id, name=name, action=action, before=before, after=after)


def record_configuration_change(effect: Effect, *, actor: Actor, reason: str = "") -> None:
    """Record in the history and in the log what `actor` did to one object; nothing where nothing changed.

    Raises TransactionManagementError outside a transaction, where a write could outlive a failure to
    record it.
    """
    if not effect.changes_nothing:
        _save([effect], actor, reason)
        _log(effect, actor)


def record_side_effects(effects: Iterable[Effect], *, actor: Actor, reason: str) -> None:
    """Record what an operation on another object did to these, in one statement: in their histories
    alone, as the log has the operation. Also for what the system does by itself. Raises as
    `record_configuration_change` does."""
    _save([effect for effect in effects if not effect.changes_nothing], actor, reason)


def configuration_history(kind: Kind, object_id: str | None = None) -> QuerySet[ConfigurationChange]:
    """The changes to one object, or to all objects of a kind, newest first."""
    changes = ConfigurationChange.objects.filter(kind=kind)
    return changes if object_id is None else changes.filter(object_id=object_id)


def _save(effects: list[Effect], actor: Actor, reason: str) -> None:
    # Checked here and not by convention: an action that forgot it would show only when a server crashes
    # between two writes.
    if not transaction.get_connection().in_atomic_block:
        raise TransactionManagementError("configuration is written and recorded in one transaction")
    at = timezone.now()
    ConfigurationChange.objects.bulk_create(_row(effect, at, actor, reason) for effect in effects)


def _row(effect: Effect, at: datetime, actor: Actor, reason: str) -> ConfigurationChange:
    # Masked last: whether a secret has changed must still be visible in the difference.
    before, after = mask_secrets(*_differing(effect.before, effect.after))
    return ConfigurationChange(
        at=at,
        kind=effect.kind,
        object_id=effect.object_id,
        name=effect.name[:300],
        action=effect.action,
        before=before,
        after=after,
        reason=reason[:500],
        **actor.columns,
    )


def _differing(before: Document | None, after: Document | None) -> tuple[Document | None, Document | None]:
    """The fields that are not the same on both sides."""
    if before is None or after is None:
        return before, after
    fields = diff(before, after).items()
    return (
        {name: sides["before"] for name, sides in fields if "before" in sides},
        {name: sides["after"] for name, sides in fields if "after" in sides},
    )


def _log(effect: Effect, actor: Actor) -> None:
    """Without values and names, which may be confidential: who reads the log may not see every object."""
    by_client = actor.kind == ActorKind.CLIENT
    log_event(
        API_WRITE,
        user=actor.user,
        through=ClientContext(client_id=actor.id, client_name=actor.name) if by_client else NO_CLIENT,
        description=_OPERATIONS[effect.action].format(_NOUNS[effect.kind]),
        details={**_call(actor), "object": {"kind": effect.kind, "id": effect.object_id}},
    )


def _call(actor: Actor) -> dict[str, Any]:
    """The request, as far as there is one, and who made it; a command by its name."""
    origin = current_origin()
    request: dict[str, Any] = {"id": actor.request_id or None, "channel": actor.face}
    if origin.method:
        request |= {"method": origin.method, "path": origin.path}
    response = {"response": {"statusCode": origin.success_status}} if origin.success_status else {}
    name = {"name": actor.name} if actor.kind == ActorKind.COMMAND else {}
    return {"request": request, **response, "actor": {"kind": actor.kind, "id": actor.id, **name}}
