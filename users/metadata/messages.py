"""Messages of rules that know no Django: English text, which pages can translate.

`users.web.language.translate` does so. `Message` and `gettext_noop` mark texts for extraction.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self


def gettext_noop(text: str) -> str:
    """Return the text unchanged: it is translated where it is shown."""
    return text


class Message(str):
    """A text in English that keeps what it was formatted of: `template`, with placeholders of `%`, and the
    `values` for them, which may be messages, too."""

    __slots__ = ("template", "values")

    template: str
    values: dict[str, object] | tuple[object, ...]

    def __new__(cls, template: str, *positional: object, **named: object) -> Self:
        """Give the values all by position or all by name."""
        values = positional or named
        message = super().__new__(cls, template % values if values else template)
        message.template, message.values = template, values
        return message


def join_messages(separator: str, messages: Iterable[str]) -> Message:
    """Join the messages, each of which is translated by itself."""
    parts = tuple(messages)
    return Message(separator.replace("%", "%%").join(["%s"] * len(parts)), *parts)
