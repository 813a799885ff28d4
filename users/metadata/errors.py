"""Errors in a document: always where, why, and how to fix it."""

from __future__ import annotations

import json

from users.metadata.messages import Message

Path = tuple[str | int, ...]


class MetadataError(ValueError):
    """A document is refused.

    `path` leads from the top of the document to the error (object keys as str, list indexes as int; empty
    for the document itself). `reason` is a sentence for the user.
    """

    def __init__(self, path: Path, reason: str, *, document: str = "") -> None:
        self.path = path
        self.reason = reason
        self.document = document
        super().__init__(str(self))

    @property
    def place(self) -> str:
        """The path as text: `user_metadata.address.lines[0]`."""
        return format_path((self.document, *self.path) if self.document else self.path)

    @property
    def message(self) -> str:
        """Where and why, in one text that pages can translate."""
        if not self.place:
            return self.reason
        return Message("%(place)s: %(reason)s", place=self.place, reason=self.reason)

    def __str__(self) -> str:
        return self.message


class TooLarge(MetadataError):
    """The document exceeds the size limit."""


class TextError(MetadataError):
    """The text is not strict JSON. `line` and `column` count from 1."""

    def __init__(self, reason: str, *, line: int = 1, column: int = 1, document: str = "") -> None:
        self.line = line
        self.column = column
        super().__init__((), reason, document=document)

    @property
    def message(self) -> str:
        where = Message(
            "line %(line)d, column %(column)d: %(reason)s",
            line=self.line,
            column=self.column,
            reason=self.reason,
        )
        if not self.document:
            return where
        return Message("%(place)s: %(reason)s", place=self.document, reason=where)


def format_path(path: Path) -> str:
    """`("a", 0, "b")` as `a[0].b`; names that are not plain words are quoted as in JSON."""
    parts: list[str] = []
    for step in path:
        if isinstance(step, int):
            parts.append(f"[{step}]")
            continue
        plain = step.replace("_", "a").replace("-", "a").isalnum()
        name = step if plain else quote(step)
        parts.append(f".{name}" if parts else name)
    return "".join(parts)


def quote(text: str) -> str:
    """The text as a JSON string in which invisible characters are escaped, so that a message shows them."""
    # Not ASCII only: names in any script should stay readable.
    return escape_invisible(json.dumps(text, ensure_ascii=False))


def escape_invisible(text: str) -> str:
    """The text with invisible characters as JSON escapes. A name with a zero-width space would look like
    another in a message."""
    return "".join(
        character if character.isprintable() else json.dumps(character)[1:-1] for character in text
    )
