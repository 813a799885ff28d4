"""Format metadata values for table cells: short, and visibly different from text where they are not text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from users.metadata.documents import JSON
from users.metadata.text import dump
from users.schemas.choices import schema_choices, schema_part

MAX_TEXT_LENGTH = 60
# Characters of the tooltip.
MAX_TOOLTIP_LENGTH = 1000
# Colours of the dots of a schema's choices, in their order.
DOTS = ("plain", "warn", "accent", "info", "good", "plain")


@dataclass(frozen=True)
class Cell:
    """A cell. `text` is shown, empty where there is no value; `whole` is the full text where that is cut.
    `dot` is the colour of a choice of the schema, by its position there; "plain" for those after the last."""

    text: str
    is_code: bool = False
    whole: str = ""
    dot: str = ""


def make_cell(top: JSON, path: tuple[str, ...]) -> Cell:
    """Return the cell of the value at the path below `top`. A list stands for its items; null counts
    as none."""
    values = [value for value in _values_at(top, path) if value is not None]
    # A list with one item is shown like its item; the raw profile shows the difference.
    if len(values) == 1 and not isinstance(values[0], list):
        return _truncate(_to_text(values[0]), is_code=not isinstance(values[0], str) or not values[0])
    items = [item for value in values for item in (value if isinstance(value, list) else [value])]
    # Joining objects by commas would be unreadable.
    if (values and not items) or any(isinstance(item, dict | list) for item in items):
        return _truncate(dump(values[0] if len(values) == 1 else values), is_code=True)
    return _truncate(", ".join(map(_to_text, items)), is_code=False)


class CellMaker:
    """Makes the cells of one column: a choice of the schema by name with a dot, all else by `make_cell`."""

    def __init__(self, document: str, path: tuple[str, ...]) -> None:
        self._path = path[1:]
        choices = schema_choices(schema_part(document, path))
        self._cells = {
            value: Cell(label, dot=DOTS[min(number, len(DOTS) - 1)])
            for number, (value, label) in enumerate(choices)
            if isinstance(value, str)
        }

    def make(self, top: JSON) -> Cell:
        """The cell of the value below `top`, the value of the first key of the path."""
        if self._cells:
            value = top
            for key in self._path:
                value = value.get(key) if isinstance(value, dict) else None
            if isinstance(value, str) and value in self._cells:
                return self._cells[value]
        return make_cell(top, self._path)


def _values_at(value: JSON, path: tuple[str, ...]) -> Iterator[JSON]:
    if isinstance(value, list) and path:
        for item in value:
            yield from _values_at(item, path)
    elif not path:
        yield value
    elif isinstance(value, dict) and path[0] in value:
        yield from _values_at(value[path[0]], path[1:])


def _to_text(value: JSON) -> str:
    """Return text unchanged, and other values and empty text as JSON."""
    # Quotes around an empty text, or its cell would look like that of a user without a value.
    return value if isinstance(value, str) and value else dump(value)


def _truncate(text: str, *, is_code: bool) -> Cell:
    if len(text) <= MAX_TEXT_LENGTH:
        return Cell(text, is_code)
    return Cell(
        f"{text[:MAX_TEXT_LENGTH]}…",
        is_code,
        text if len(text) <= MAX_TOOLTIP_LENGTH else f"{text[:MAX_TOOLTIP_LENGTH]}…",
    )
