"""The stores of browser sessions: Django's database sessions, with the user in a column.

There are two kinds, each with a cookie of its own (`users.web.session_cookies`): one for the dashboard and
the own page, one for single sign-on to applications. A session is found by the store of its kind only.

Source: Django's documentation, "Extending database-backed session engines".
"""

from __future__ import annotations

from collections.abc import MutableMapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from users.conf import conf
from users.models import Authorization, Session, User
from users.models.ids import new_session_id
from users.representation.sessions import SIGN_IN

MAX_USER_AGENT_LENGTH = 500
# The session of single sign-on of a browser in which no one has signed in yet.
BEFORE_SIGN_IN = timedelta(hours=1)


if TYPE_CHECKING:
    Store = DatabaseStore[Session]
else:
    Store = DatabaseStore  # generic for the type checker only


class SessionStore(Store):
    """Django's database store with the user and the sign-in in columns (`SESSION_ENGINE`): sessions of the
    dashboard and the own page."""

    kind = Session.Kind.DASHBOARD

    def __init__(self, session_key: str | None = None) -> None:
        """Take the value of a cookie; a NUL, which PostgreSQL refuses, is in no key of ours."""
        super().__init__(None if session_key and "\0" in session_key else session_key)

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Our table, which has the columns."""
        return Session

    def load(self) -> dict[str, Any]:
        """Read the session, if it is of this kind: the value of one cookie, put into the other, opens
        nothing."""
        found = Session.objects.filter(
            session_key=self.session_key, kind=self.kind, expire_date__gt=timezone.now()
        ).first()
        if found is None:
            self._session_key = None
            return {}
        return self.decode(found.session_data)

    def cycle_key(self) -> None:
        """Give the session a new key. The old row goes first, since both have the same public id, which
        is unique; Django's order would try new keys without end."""
        with transaction.atomic():
            self.keys()  # loads the data before the row goes
            Session.objects.filter(pk=self.session_key).delete()
            super().cycle_key()

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Copy the user and the sign-in from the session data into columns, to be queried."""
        session = super().create_model_instance(data)
        session.kind = self.kind
        sign_in = data.get(SIGN_IN)
        if sign_in and SESSION_KEY in data:
            # In a column, so that the sessions of a user can be found without decoding all of them.
            session.user_id = int(data[SESSION_KEY])
            session.auth_hash = data.get(HASH_SESSION_KEY, "")
            session.session_id = sign_in["id"]
            session.signed_in_at = datetime.fromisoformat(sign_in["at"])
        return session


class SsoSessionStore(SessionStore):
    """Sessions of single sign-on to applications."""

    kind = Session.Kind.SSO

    def get_expiry_date(self, **_: Any) -> datetime:
        """When the session ends: a time after its last use, and in any case a time after the sign-in."""
        now = timezone.now()
        sign_in = self.get(SIGN_IN)
        if sign_in is None:
            return now + BEFORE_SIGN_IN
        began = datetime.fromisoformat(sign_in["at"])
        idle, absolute = timedelta(hours=conf.sso_idle_hours), timedelta(hours=conf.sso_session_hours)
        return min(now + idle, began + absolute)

    def get_expiry_age(self, **_: Any) -> int:
        """The seconds until then, which the cookie lives in a browser that keeps the user signed in."""
        return max(0, int((self.get_expiry_date() - timezone.now()).total_seconds()))

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Copy when it was used as well: each use saves the session."""
        session = super().create_model_instance(data)
        session.last_seen_at = timezone.now()
        return session


def store_sign_in(session: MutableMapping[str, Any], *, ip: str | None, user_agent: str) -> None:
    """Record in the session when and from where its user signed in, and its public id, which stays the same
    where the user signs in again.

    `ip` is the IP address, shortened or None as RECORD_IP says.
    """
    session[SIGN_IN] = {
        # Django empties the session when another user signs in.
        "id": session.get(SIGN_IN, {}).get("id") or new_session_id(),
        "at": timezone.now().isoformat(),
        "ip": ip,
        "user_agent": user_agent[:MAX_USER_AGENT_LENGTH],
    }


def active_sessions(user: User) -> QuerySet[Session]:
    """Return the sessions in which the user is signed in: not expired, and not ended by a new password or a
    block."""
    # With the fallbacks, since a session that began before SECRET_KEY was rotated is still valid.
    hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    # A blocked user's sessions end without being deleted: each request checks `is_active`.
    if not user.is_active:
        return Session.objects.none()
    return Session.objects.filter(user=user, expire_date__gt=timezone.now(), auth_hash__in=hashes)


def active_session(session_id: str) -> Session | None:
    """Return the session of that public id, with its user, if it is active."""
    found = Session.objects.filter(session_id=session_id).select_related("user__connection").first()
    if found is None or found.user is None:
        return None
    # The row of a session that a new password has ended stays until it expires, so the hash is compared too.
    return active_sessions(found.user).filter(pk=found.pk).select_related("user__connection").first()


def clients_of_sessions(user: User) -> dict[str, list[str]]:
    """Return the client ids of the applications to which the user has signed in, by the public id of the
    session, in one query for all of them."""
    found = Authorization.objects.filter(user=user).exclude(session_id="")
    pairs = found.order_by("client__client_id").values_list("session_id", "client__client_id").distinct()
    clients: dict[str, list[str]] = {}
    for session_id, client_id in pairs:
        clients.setdefault(session_id, []).append(client_id)
    return clients


def clients_of_session(session: Session) -> list[str]:
    """Return the client ids of the applications to which the user has signed in by this session."""
    found = Authorization.objects.filter(user=session.user_id, session_id=session.session_id)
    return list(found.order_by("client__client_id").values_list("client__client_id", flat=True).distinct())


def session_data(session: Session) -> dict[str, Any]:
    """Return the data of the session; empty where it was signed with another SECRET_KEY."""
    store = SsoSessionStore if session.kind == Session.Kind.SSO else SessionStore
    return store().decode(session.session_data)
