"""The actor of a request: who acts, and through which face."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from users.models import User
from users.models.audit_entry import AuditEntry

Kind = AuditEntry.ActorKind
Face = AuditEntry.Face


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who makes a request. Built at the edge by each face; rights are decided from nothing else.

    `user` is the user behind a staff or own-page request, or behind a user's token, or the one who signs in
    while a rule runs; `scopes` are those of
    a token, and `authenticated_at`, in UNIX seconds, is when the user of a token last signed in. `id`,
    `name` and `ip` go into the record of changes, the IP address as far as RECORD_IP allows.
    """

    kind: Kind
    face: Face
    id: str
    name: str
    request_id: str = ""
    ip: str | None = None
    user: User | None = None
    scopes: frozenset[str] = frozenset()
    authenticated_at: int = 0
    # Whether the token is in the hands of a third-party client, which sees no `app_metadata`.
    is_third_party: bool = False

    @property
    def columns(self) -> dict[str, Any]:
        """How the record of changes and the history of configuration name the actor."""
        return {
            "actor_kind": self.kind,
            "actor_id": self.id[:255],
            "actor_name": self.name[:300],
            "face": self.face,
            "request_id": self.request_id,
            "ip": self.ip,
        }

    @property
    def is_visitor(self) -> bool:
        """Whether this is someone without an account, who is about to sign up."""
        return self.kind == Kind.USER and self.user is None

    @property
    def is_administrator(self) -> bool:
        """Staff with `users.administer`, or a command on the server, whose shell could change the database
        anyway."""
        if self.kind == Kind.COMMAND:
            return True
        return self.has_permission("administer")

    def has_permission(self, name: str) -> bool:
        """Whether the actor is staff with this permission of `users`."""
        return self.kind == Kind.STAFF and self.user is not None and self.user.has_perm(f"users.{name}")

    @property
    def has_token(self) -> bool:
        """Whether a token's scopes decide, as for clients and users' own tokens."""
        # A user at the API has a token; on the own page there is a session instead.
        return self.kind == Kind.CLIENT or self.face == Face.API

    def signed_up_as(self, user: User) -> Actor:
        """This visitor, once they have an account: its owner."""
        return replace(self, id=user.user_id, name=str(user), user=user)

    def is_self(self, user: User) -> bool:
        """Whether this is the actor's own user, acting as its owner."""
        return self.kind == Kind.USER and self.user is not None and self.user.pk == user.pk


def staff_actor(user: User, *, request_id: str = "", ip: str | None = None) -> Actor:
    """A member of staff at the dashboard."""
    return _user_actor(Kind.STAFF, Face.DASHBOARD, user, request_id, ip)


def owner_actor(
    user: User, *, face: Face = Face.PROFILE, request_id: str = "", ip: str | None = None
) -> Actor:
    """A user on the own page, staff or not: here they act as owner, never as staff."""
    return _user_actor(Kind.USER, face, user, request_id, ip)


def visitor_actor(*, request_id: str = "", ip: str | None = None) -> Actor:
    """Someone without an account, who signs up. What they do is recorded as done by the account that they
    create (`signed_up_as`)."""
    return Actor(kind=Kind.USER, face=Face.SIGN_IN, id="", name="", request_id=request_id, ip=ip)


def bearer_actor(
    user: User,
    scopes: frozenset[str],
    *,
    authenticated_at: int = 0,
    is_third_party: bool = False,
    request_id: str = "",
    ip: str | None = None,
) -> Actor:
    """A user by an access token: owner of their own user within its scopes, and nothing else, whatever
    staff rights the user has."""
    person = _user_actor(Kind.USER, Face.API, user, request_id, ip)
    return replace(person, scopes=scopes, authenticated_at=authenticated_at, is_third_party=is_third_party)


def command_actor(name: str, *, face: Face = Face.COMMAND) -> Actor:
    """A management command, run in the server's shell."""
    # Without a user: the operating system decides who may run commands.
    return Actor(kind=Kind.COMMAND, face=face, id=name, name=name)


def rule_actor(rule_id: str, name: str, user: User, *, request_id: str = "", ip: str | None = None) -> Actor:
    """A rule that runs while `user` signs in to an application."""
    return Actor(
        kind=Kind.RULE, face=Face.RULE, id=rule_id, name=name, request_id=request_id, ip=ip, user=user
    )


def _user_actor(kind: Kind, face: Face, user: User, request_id: str, ip: str | None) -> Actor:
    return Actor(
        kind=kind, face=face, id=user.user_id, name=str(user), request_id=request_id, ip=ip, user=user
    )
