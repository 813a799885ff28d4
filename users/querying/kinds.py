"""How a query compares the values of a field."""

from __future__ import annotations

from enum import Enum


class Kind(Enum):
    """Each with what the search help calls such values."""

    TEXT = "text"
    # Without regard to case.
    NAME = "name"
    FLAG = "true or false"
    DATETIME = "date"
    NUMBER = "number"
    # Beginnings of words, as what is typed into the box of the dashboard.
    WORDS = "beginnings of words"
    # By what each value of the JSON is.
    ANY = "any"
    # The JSON type of a value of metadata.
    TYPE = "string, number, boolean, object, array or null"
