"""Why a file was not taken."""

from __future__ import annotations


class RecordTwice(ValueError):
    """An earlier record of the same file has written this account."""

    def __init__(self) -> None:
        super().__init__("The file holds another record of this address before this one")


class TransferError(ValueError):
    """The file, or its record of that number (counted from 1), is refused; nothing was written."""

    def __init__(self, reason: str, number: int | None = None) -> None:
        self.reason = reason
        self.number = number
        super().__init__(reason if number is None else f"record {number}: {reason}")
