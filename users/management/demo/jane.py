"""Roles, a permission, a note and sign-ins of Jane, so that each card of a user's page shows something."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from users.actions.access.resource_servers import create_server
from users.actions.access.roles import add_role_permissions, create_role
from users.actions.account.assign_permissions import assign_permissions
from users.actions.account.assign_roles import assign_roles
from users.actions.account.notes import add_note
from users.log.record import log_event
from users.management.demo.past import Past, save_past
from users.models import User
from users.rights.actor import Actor, staff_actor

# An API of the demo's own, and roles that grant its scopes: Jane has the first two.
API = "https://articles.example.com/"
SCOPES = {
    "read:articles": "Read articles",
    "write:articles": "Write articles",
    "read:invoices": "Read invoices",
    "publish:articles": "Publish articles",
}
ROLES = {
    "Editor": ("Reads and writes articles", ("read:articles", "write:articles")),
    "Billing": ("Reads invoices", ("read:invoices",)),
    "Publisher": ("Publishes articles", ("publish:articles",)),
}
PERMISSION = "publish:articles"
NOTE = "Prefers to be called before noon."
DAYS_SINCE_CREATION = 120
# How many days ago she signed in, the latest first; before the latest she mistyped her password.
SIGN_INS = (0.2, 1.1, 3.4, 8.0, 15.3, 29.6)
IP = "192.0.2.44"


def furnish_jane(jane: User, *, agent: User, actor: Actor) -> None:
    """Give Jane all of it. `agent` has written the note."""
    create_server(
        actor=actor,
        identifier=API,
        name="Articles",
        scopes=[{"value": value, "description": words} for value, words in SCOPES.items()],
    )
    roles = []
    for name, (description, scopes) in ROLES.items():
        role = create_role(actor=actor, name=name, description=description)
        add_role_permissions(role, frozenset((API, scope) for scope in scopes), actor=actor)
        roles.append(role.role_id)
    assign_roles([jane.user_id], roles[:2], actor=actor)
    assign_permissions(jane, frozenset({(API, PERMISSION)}), actor=actor)
    add_note(jane, NOTE, actor=staff_actor(agent))
    _sign_in(jane)


def _sign_in(jane: User) -> None:
    now = timezone.now()
    moments = [now - timedelta(days=days) for days in SIGN_INS]
    log_event("fp", user=jane, ip=IP, at=moments[0] - timedelta(seconds=20))
    for at in moments:
        log_event("s", user=jane, ip=IP, at=at)
    save_past([Past(jane.pk, now - timedelta(days=DAYS_SINCE_CREATION), len(moments), moments[0], IP)])
