"""Errors of import files and their records."""

from __future__ import annotations


class DuplicateRecord(ValueError):
    """An earlier record of the same file has already written this user."""

    def __init__(self) -> None:
        super().__init__("An earlier record of this file has the same email")


class InvalidRecord(ValueError):
    """A record is JSON that cannot be stored; it fails alone.

    `number` counts from 1; `path` leads from the record's top to the error, as text, empty for the record
    itself; `byte` is the error's offset in the file; `email` is the record's, where it can be read.
    """

    def __init__(self, reason: str, number: int, *, path: str, byte: int, email: str | None) -> None:
        self.reason = reason
        self.number = number
        self.path = path
        self.byte = byte
        self.email = email
        super().__init__(f"{reason} (record {number}, byte {byte})")


class TransferError(ValueError):
    """The file, or its record of that number (from 1), is refused; nothing was written."""

    def __init__(self, reason: str, number: int | None = None) -> None:
        self.reason = reason
        self.number = number
        super().__init__(reason if number is None else f"record {number}: {reason}")
