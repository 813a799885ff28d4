"""The actions that can be done to many users: what each requires, and what it does to one user.

A job stores an action as JSON, `{"type": name, ...}`. Another action is another entry of ACTIONS; what it
needs in addition to its type travels in the same JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from users.actions.account.block_user import block_user, unblock_user
from users.actions.account.delete_user import delete_user
from users.models import User
from users.rights.actor import Actor
from users.rights.may import Verb

# The action as the job stores it.
ActionJSON = Mapping[str, Any]


@dataclass(frozen=True)
class BulkAction:
    """`act` does it to one user and returns whether that changed anything. `verb` is the right that it
    requires, for each user again. `is_undoable`: its changes can be undone, by `undo_job`."""

    verb: Verb
    act: Callable[[User, ActionJSON, Actor, str], bool]
    is_undoable: bool = False


def _block(user: User, action: ActionJSON, actor: Actor, reason: str) -> bool:
    return block_user(user, actor=actor, reason=reason).version != user.version


def _unblock(user: User, action: ActionJSON, actor: Actor, reason: str) -> bool:
    return unblock_user(user, actor=actor, reason=reason).version != user.version


def _delete(user: User, action: ActionJSON, actor: Actor, reason: str) -> bool:
    delete_user(user, actor=actor, reason=reason)
    return True


BLOCK, UNBLOCK, DELETE = "block", "unblock", "delete"
ACTIONS: Mapping[str, BulkAction] = {
    BLOCK: BulkAction(Verb.BLOCK, _block, is_undoable=True),
    UNBLOCK: BulkAction(Verb.BLOCK, _unblock, is_undoable=True),
    DELETE: BulkAction(Verb.DELETE, _delete),
}
