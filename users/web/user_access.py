"""Where a user is signed in and which applications have access: shown, and revoked, on a user's page and on
the own page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Min
from django.utils.translation import gettext

from users.actions.authorizations.revoke import revoke_application, revoke_session
from users.models import Client, Consent, Session, User
from users.representation.sessions import SIGN_IN
from users.rights.actor import Actor
from users.sign_in.active_tokens import active_authorizations
from users.sign_in.session_store import active_sessions, session_data

# A page shows at most so many of each; the API lists all.
MOST = 50


@dataclass(frozen=True)
class SessionRow:
    """A browser in which the user is signed in. `device` is its name, `ip` its IP address where recorded."""

    session_id: str
    device: str
    ip: str
    is_sso: bool
    signed_in_at: datetime | None
    last_seen_at: datetime | None
    is_current: bool


@dataclass(frozen=True)
class ApplicationRow:
    """An application that may act for the user. `last_used_at` is its last sign-in or refresh."""

    client_id: str
    name: str
    is_first_party: bool
    since: datetime
    last_used_at: datetime


def session_rows(user: User, *, current: str | None = None) -> list[SessionRow]:
    """Return the sessions of the user, the latest first, in one query. `current` is the session key of the
    browser that asks."""
    found = active_sessions(user).order_by("-signed_in_at", "session_id")[:MOST]
    return [_session_row(session, current) for session in found]


def application_rows(user: User) -> list[ApplicationRow]:
    """Return the applications with access, in two queries: those that hold tokens or a consent."""
    columns = ("client__client_id", "client__name", "client__is_first_party")
    uses = (
        active_authorizations(user)
        .values(*columns)
        .annotate(
            since=Min("created_at"), used=Max("created_at"), refreshed=Max("refresh_token__last_exchanged_at")
        )
    )
    consents = Consent.objects.filter(user=user).values(*columns)
    rows = {}
    for use in (
        *consents.annotate(since=Min("created_at"), used=Max("updated_at")).order_by(*columns)[:MOST],
        *uses.order_by(*columns)[:MOST],
    ):
        rows[use["client__client_id"]] = ApplicationRow(
            client_id=use["client__client_id"],
            name=use["client__name"],
            is_first_party=use["client__is_first_party"],
            since=use["since"],
            last_used_at=max(use["used"], use.get("refreshed") or use["used"]),
        )
    return sorted(rows.values(), key=lambda row: (row.name, row.client_id))


def revoke(user: User, what: str, value: str, *, actor: Actor) -> bool:
    """Revoke what a button names: "session" by its public id, or "application" by its client id. Returns
    whether there was one; it may have ended since the page was opened. Raises Denied or Protected."""
    if what == "session":
        session = active_sessions(user).select_related("user").filter(session_id=value).first()
        if session is not None:
            revoke_session(session, actor=actor)
        return session is not None
    client = Client.objects.filter(client_id=value).first()
    if client is not None:
        revoke_application(user, client, actor=actor)
    return client is not None


def describe_device(user_agent: str) -> str:
    """Return a browser and its system by name, such as "Firefox on Linux"."""
    # Imported late: its tables of browsers take a third of a second to read.
    from ua_parser import parse

    found = parse(user_agent)
    browser = found.user_agent.family if found.user_agent else ""
    system = found.os.family if found.os else ""
    if browser and system:
        return gettext("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or gettext("Unknown device")


def _session_row(session: Session, current: str | None) -> SessionRow:
    sign_in = session_data(session).get(SIGN_IN, {})
    return SessionRow(
        session_id=session.session_id or "",
        device=describe_device(sign_in.get("user_agent", "")),
        ip=sign_in.get("ip") or "",
        is_sso=session.kind == Session.Kind.SSO,
        signed_in_at=session.signed_in_at,
        last_seen_at=session.last_seen_at or session.signed_in_at,
        is_current=session.session_key == current,
    )
