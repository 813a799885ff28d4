"""Why an action was refused, other than missing rights and invalid documents."""

from __future__ import annotations

from enum import Enum
from typing import Any

from users.models import Ticket
from users.passwords.policy import Rule


class UserNotFound(LookupError):
    """The user does not exist, or was deleted meanwhile."""


class AlreadyEnrolled(Exception):
    """The user has a second factor already."""


class MethodNotFound(LookupError):
    """The user has no such authentication method, or no longer."""


class NoteNotFound(LookupError):
    """The note does not exist, or was deleted meanwhile."""


class InvalidNote(ValueError):
    """The text cannot be a note. The text of the error says why, as a sentence for the page."""


class RoleNotFound(LookupError):
    """The role does not exist, or was deleted meanwhile."""


class ServerNotFound(LookupError):
    """No API has this identifier."""

    def __init__(self, identifier: str) -> None:
        self.identifier = identifier
        super().__init__(f"no API is called {identifier}")


class StaleVersion(Exception):
    """The row has changed since the version the caller knows (`If-Match`)."""


class Conflict(Exception):
    """Another request has changed a document since it was opened (optimistic lock).

    `documents` names each such document; nothing was written.
    """

    def __init__(self, documents: tuple[str, ...]) -> None:
        self.documents = documents
        super().__init__(f"changed meanwhile: {', '.join(documents)}")


class ChangeNotFound(LookupError):
    """The user has no such change in the record, or the actor may not see it."""


class NotUndoable(ValueError):
    """The change is of a kind that cannot be undone. The text says why."""


class ChangedSince(Exception):
    """Keys have changed again since the change to be undone; nothing was written.

    `part` is the document they are of, or "profile". `keys` holds for each key the current value (`now`)
    and the one to be restored (`then`), ABSENT where it is missing.
    """

    def __init__(self, part: str, keys: dict[str, dict[str, Any]]) -> None:
        self.part = part
        self.keys = keys
        super().__init__(f"changed again since: {', '.join(sorted(keys))}")


class DuplicateField(ValueError):
    """Another user of the connection has this email, username or id. `field` names which."""

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(f"{field} is taken by another user of this connection")


class WeakPassword(ValueError):
    """The password is refused. `messages` say why, one sentence each; `rules` are those of the
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
        """The summary, followed by the other messages."""
        others = [message for message in self.messages if message != f"{self.summary}."]
        return ". ".join([self.summary, *([" ".join(others)] if others else [])])


class CommonPassword(WeakPassword):
    """The password is in the dictionary of common passwords."""

    name = "PasswordDictionaryError"
    summary = "Password is too common"


class PersonalPassword(WeakPassword):
    """The password contains personal information of its user."""

    name = "PasswordNoUserInfoError"
    summary = "Password contains user information"


class NotSupported(ValueError):
    """The user's connection does not support this."""


class InvalidCombination(ValueError):
    """Two fields that cannot change in one request. The text is Auth0's."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"Cannot update {first} and {second} simultaneously")


class AlreadyExists(ValueError):
    """An object with this unique value exists. The text says which."""


class SegmentInUse(Exception):
    """Other segments refer to this one. `names` are those the actor may see, `unnamed` counts the rest."""

    def __init__(self, names: list[str], unnamed: int) -> None:
        self.names = names
        self.unnamed = unnamed
        super().__init__(f"other segments use it: {', '.join(names)}")


class UnknownKey(LookupError):
    """No signing key has this `kid`."""


class SegmentNotFound(LookupError):
    """The segment has been deleted."""


class InvalidIndexedKey(ValueError):
    """The key cannot be indexed. The text is a sentence that says why."""


class ConnectionExists(AlreadyExists):
    """Another connection has this name."""


class RuleExists(AlreadyExists):
    """Another rule has this name."""


class RuleNotFound(LookupError):
    """The rule does not exist, or was deleted meanwhile."""


class RuleVersionNotFound(LookupError):
    """The rule has no such version, or no longer."""


class ConnectionNotFound(LookupError):
    """The connection does not exist, or was deleted meanwhile."""


class ConnectionInUse(Exception):
    """The connection cannot be deleted. The text says what depends on it and what to do."""


class UnknownScope(ValueError):
    """The API has no such scope."""

    def __init__(self, scope: str, audience: str) -> None:
        self.scope = scope
        super().__init__(f"{scope} is no scope of {audience}")


class UnknownPermission(UnknownScope):
    """The API has no such scope to be assigned as a permission."""


class TicketRefused(Exception):
    """A link is not valid: `why`, and its ticket where there is one."""

    class Why(Enum):
        """OVERTAKEN: the email or the password has changed since, or the user became staff."""

        UNKNOWN = "unknown"
        USED = "used"
        EXPIRED = "expired"
        OVERTAKEN = "overtaken"

    def __init__(self, why: Why, ticket: Ticket | None = None) -> None:
        self.why = why
        self.ticket = ticket
        super().__init__(why.value)


class BadIdentity(ValueError):
    """The two accounts cannot be linked, or unlinked, like this. The text is Auth0's."""


class IdentityTaken(ValueError):
    """The account to be linked is linked already, to this user or to another."""
