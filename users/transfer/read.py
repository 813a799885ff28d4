"""Read the records of a file, one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from users.metadata.documents import JSON
from users.metadata.errors import TextError
from users.metadata.text import parse
from users.transfer.cut import CHUNK, CutError, cut
from users.transfer.errors import TransferError


def read(stream: BinaryIO, *, max_bytes: int, chunk: int = CHUNK) -> Iterator[tuple[int, JSON]]:
    """Each record with its number, counted from 1. Memory is bounded whatever the file's size.

    Takes a JSON array of objects, as Auth0's bulk import does, and JSON lines, as its export
    writes them. Raises TransferError; lines and columns in it count from the record's start.
    """
    number = 1
    texts = cut(stream, max_bytes=max_bytes, chunk=chunk)
    while True:
        try:
            text = next(texts, None)
            if text is None:
                return
            value = parse(text)
        except (CutError, TextError) as error:
            raise TransferError(str(error), number) from None
        yield number, value
        number += 1
