"""The one table of rights: what each verb asks of staff, of API clients and of the owner."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from users.models import User
from users.rights.actor import Actor, Kind
from users.rights.errors import Denied
from users.rights.protected import check_unprotected


@dataclass(frozen=True)
class Rule:
    """`permission` for staff (without `users.`; empty: no permission gives it), `scopes` for
    clients (any one of them), `owner` whether people may do it to themselves, `guarded`
    whether accounts with staff rights are out of reach of all but administrators, `others`
    whether staff may not do it to their own account (nobody locks themselves out)."""

    doing: str
    permission: str
    scopes: frozenset[str]
    owner: bool = False
    guarded: bool = False
    others: bool = False


class Verb(Enum):
    """Everything that can be done to an account."""

    VIEW = Rule("see users", "view_user", frozenset({"read:users"}), owner=True)
    VIEW_APP_METADATA = Rule("see app_metadata", "view_app_metadata", frozenset({"read:users"}))
    CREATE = Rule("create users", "", frozenset({"create:users"}))
    CHANGE_PROFILE = Rule("change profiles", "change_profile", frozenset({"update:users"}))
    CHANGE_SIGN_IN = Rule(
        "change how an account signs in", "change_profile", frozenset({"update:users"}), guarded=True
    )
    CHANGE_PASSWORD = Rule(
        "set passwords", "administer", frozenset({"update:users"}), owner=True, guarded=True
    )
    SEND_RESET = Rule("send password resets", "change_profile", frozenset({"update:users"}), guarded=True)
    CHANGE_USER_METADATA = Rule(
        "change user_metadata", "change_user_metadata", frozenset({"update:users"}), owner=True
    )
    CHANGE_APP_METADATA = Rule(
        "change app_metadata",
        "change_app_metadata",
        frozenset({"update:users", "update:users_app_metadata"}),
    )
    BLOCK = Rule("block users", "block_user", frozenset({"update:users"}), guarded=True, others=True)
    DELETE = Rule("delete users", "delete_user", frozenset({"delete:users"}), guarded=True, others=True)
    GIVE_STAFF_RIGHTS = Rule("give staff rights", "administer", frozenset(), others=True)


def may(actor: Actor, verb: Verb, user: User | None = None) -> bool:
    """Whether `actor` may do `verb`, to `user` where one is named."""
    try:
        check(actor, verb, user)
    except Denied:
        return False
    return True


def check(actor: Actor, verb: Verb, user: User | None = None) -> None:
    """Raises Denied, or Protected, unless `actor` may do `verb` to `user`."""
    rule: Rule = verb.value
    if not _holds(actor, rule, user):
        raise Denied(f"You may not {rule.doing}.")
    if rule.others and user is not None and actor.user == user:
        raise Denied(f"You may not {rule.doing} when the user is you; ask a colleague.")
    if rule.guarded and user is not None and not actor.is_self(user):
        check_unprotected(actor, user)


def _holds(actor: Actor, rule: Rule, user: User | None) -> bool:
    if actor.kind == Kind.COMMAND:
        return True
    if actor.kind == Kind.CLIENT:
        return bool(rule.scopes & actor.scopes)
    if actor.kind == Kind.STAFF:
        return bool(rule.permission) and actor.user.has_perm(f"users.{rule.permission}")
    return rule.owner and user is not None and actor.is_self(user)
