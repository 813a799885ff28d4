"""Why a write did not happen, besides a lack of rights and a bad document."""

from __future__ import annotations

from enum import Enum
from typing import Any

from users.models import Ticket
from users.passwords.policy import Rule


class UserNotFound(LookupError):
    """The account was deleted meanwhile."""


class MethodNotFound(LookupError):
    """The user has no such authentication method, or no longer."""


class RoleNotFound(LookupError):
    """There is no such role, or no more."""


class ServerNotFound(LookupError):
    """There is no API with this identifier."""

    def __init__(self, identifier: str) -> None:
        self.identifier = identifier
        super().__init__(f"no API is called {identifier}")


class StaleVersion(Exception):
    """The row changed since the version the caller knows (`If-Match`)."""


class Conflict(Exception):
    """Somebody else changed a document since it was opened.

    `documents` names each such document; nothing was written.
    """

    def __init__(self, documents: tuple[str, ...]) -> None:
        self.documents = documents
        super().__init__(f"changed meanwhile: {', '.join(documents)}")


class ChangeNotFound(LookupError):
    """The record holds no such change of this account, for whoever asked."""


class NotUndoable(ValueError):
    """The change is of a kind that cannot be undone. The text says why."""


class ChangedSince(Exception):
    """Keys have changed again since the change that was to be undone; nothing was written.

    `part` is the document they are of, or "profile". `keys` holds for each what it is `now` and
    what it was `then`, ABSENT where it is not there.
    """

    def __init__(self, part: str, keys: dict[str, dict[str, Any]]) -> None:
        self.part = part
        self.keys = keys
        super().__init__(f"changed again since: {', '.join(sorted(keys))}")


class DuplicateField(ValueError):
    """Another account of the connection has this e-mail, user name or id. `field` names which."""

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(f"{field} is taken by another user of this connection")


class WeakPassword(ValueError):
    """The password is refused. `messages` say why, a sentence each; `rules` are those of the
    connection's policy, as `users.passwords.policy` explains them, where it has one.

    Source of names and summaries: texts quoted by several clients of Auth0.
    """

    name = "PasswordStrengthError"
    summary = "Password is too weak"

    def __init__(self, messages: list[str], rules: list[Rule] | None = None) -> None:
        self.messages = messages
        self.rules = rules or []
        super().__init__(" ".join(messages))

    @property
    def text(self) -> str:
        """The summary, and whatever else is to be said."""
        others = [message for message in self.messages if message != f"{self.summary}."]
        return ". ".join([self.summary, *([" ".join(others)] if others else [])])


class CommonPassword(WeakPassword):
    """Strong enough, but in the dictionary."""

    name = "PasswordDictionaryError"
    summary = "Password is too common"


class PersonalPassword(WeakPassword):
    """Strong enough, but it holds something about its owner."""

    name = "PasswordNoUserInfoError"
    summary = "Password contains user information"


class NotSupported(ValueError):
    """The account's connection cannot do this."""


class InvalidCombination(ValueError):
    """Two things that cannot be changed in one request. The text is Auth0's."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"Cannot update {first} and {second} simultaneously")


class AlreadyExists(ValueError):
    """There is one already. The text says of what."""


class SegmentInUse(Exception):
    """Others use the segment. `names` are those that the actor may know, `unnamed` counts the rest."""

    def __init__(self, names: list[str], unnamed: int) -> None:
        self.names = names
        self.unnamed = unnamed
        super().__init__(f"other segments use it: {', '.join(names)}")


class UnknownKey(LookupError):
    """No signing key has this `kid`."""


class SegmentNotFound(LookupError):
    """It was deleted meanwhile."""


class InvalidIndexedKey(ValueError):
    """No index can be kept by this key. The text is a sentence that says why."""


class ConnectionExists(AlreadyExists):
    """Another connection has this name."""


class ConnectionNotFound(LookupError):
    """There is no such connection, or no more."""


class ConnectionInUse(Exception):
    """The connection cannot be deleted. The text says what needs it and what to do."""


class UnknownScope(ValueError):
    """No such scope at this API."""

    def __init__(self, scope: str, audience: str) -> None:
        self.scope = scope
        super().__init__(f"{scope} is no scope of {audience}")


class UnknownPermission(UnknownScope):
    """The same, of a permission that somebody should be given."""


class TicketRefused(Exception):
    """A link is no good: `why`, and its ticket where there is one."""

    class Why(Enum):
        """OVERTAKEN: the address or the password changed since, or the account became staff."""

        UNKNOWN = "unknown"
        USED = "used"
        EXPIRED = "expired"
        OVERTAKEN = "overtaken"

    def __init__(self, why: Why, ticket: Ticket | None = None) -> None:
        self.why = why
        self.ticket = ticket
        super().__init__(why.value)


class BadIdentity(ValueError):
    """The two accounts cannot be linked, or parted, like this. The text is Auth0's."""


class IdentityTaken(ValueError):
    """The account to be linked is linked already, to this or to another account."""
