"""Read the records of an import file one at a time."""

from __future__ import annotations

import io
import json
from collections.abc import Generator
from dataclasses import dataclass
from typing import BinaryIO, NoReturn

from users.conf import conf
from users.import_export.errors import InvalidRecord, TransferError
from users.import_export.gzip_reader import unpack
from users.import_export.record_splitter import CHUNK_BYTES, RawRecord, SplitError, split_records
from users.metadata.documents import Document, type_name
from users.metadata.errors import TextError, format_path
from users.metadata.places import path_at, top_level_string
from users.metadata.text import bad_characters, parse

# Characters of a refused record that are searched for the error's position and the email: more than two
# documents of the default limit hold, and searched in about half a second.
MAX_SEARCHED_CHARACTERS = 2 * 1024 * 1024
MAX_PATH_LENGTH = 200
MAX_EMAIL_LENGTH = 254
# Maximum length of a record as a multiple of the document limit: two documents whose every character may
# be written as a six-character escape, with room for whitespace and the profile.
RECORD_LIMIT_FACTOR = 16
# Maximum size of a decompressed file as a multiple of IMPORT_MAX_BYTES. Exports compress about ten to
# one, a decompression bomb a thousand to one.
UNPACKED_LIMIT_FACTOR = 20


@dataclass(frozen=True)
class FileRecord:
    """An unparsed record of a file. `number` counts from 1; `max_bytes` is its maximum length."""

    number: int
    cut: RawRecord
    max_bytes: int

    def value(self) -> Document:
        """Parse the record. Raises InvalidRecord where its text is JSON that cannot be stored, and
        TransferError where it is not JSON."""
        if not self.cut.is_whole:
            raise self._invalid(f"longer than {self.max_bytes:,} bytes, which is too long for a record")
        try:
            value = parse(self.cut.text)
        except TextError as error:
            raise self._to_error(error) from None
        if not isinstance(value, dict):
            raise self._invalid(f"a record must be an object, not {type_name(value)}")
        return value

    def _to_error(self, error: TextError) -> InvalidRecord | TransferError:
        try:
            text = self.cut.text.decode()
        except UnicodeDecodeError:
            text = ""
        # Broken syntax makes the rest of the file unreliable; valid JSON that we cannot store affects one
        # record.
        if not _is_json(text):
            return TransferError(str(error), self.number)
        index = _index(text, error)
        path = format_path(path_at(text, index))[:MAX_PATH_LENGTH] if index < MAX_SEARCHED_CHARACTERS else ""
        return self._invalid(error.reason, path, at=len(text[:index].encode()))

    def _invalid(self, reason: str, path: str = "", *, at: int = 0) -> InvalidRecord:
        return InvalidRecord(reason, self.number, path=path, byte=self.cut.start + at, email=self._email())

    def _email(self) -> str | None:
        """Return the email, where the text is readable enough to contain one."""
        text = self.cut.text[:MAX_SEARCHED_CHARACTERS].decode(errors="ignore")
        email = top_level_string(text, "email")
        # It is stored with the error, so it passes the checks that every stored text passes.
        return email if email and len(email) <= MAX_EMAIL_LENGTH and not bad_characters(email) else None


def read_import_file(stream: io.BufferedReader) -> Generator[FileRecord]:
    """Yield each record of a file, compressed with gzip or not, within the limits of the settings.

    Raises TransferError."""
    max_unpacked = UNPACKED_LIMIT_FACTOR * conf.import_max_bytes
    max_bytes = RECORD_LIMIT_FACTOR * conf.limits.max_bytes
    return read_records(unpack(stream, max_bytes=max_unpacked), max_bytes=max_bytes)


def read_records(stream: BinaryIO, *, max_bytes: int, chunk: int = CHUNK_BYTES) -> Generator[FileRecord]:
    """Yield each record. Memory is bounded whatever the file's size.

    Takes a JSON array, as Auth0's bulk import does, and JSON lines, as its export writes them. Raises
    TransferError where the text does not fall into records.
    """
    number = 1
    cuts = split_records(stream, max_bytes=max_bytes, chunk=chunk)
    while True:
        try:
            found = next(cuts, None)
        except SplitError as error:
            raise TransferError(str(error), number) from None
        if found is None:
            return
        yield FileRecord(number, found, max_bytes)
        number += 1


def _is_json(text: str) -> bool:
    """Whether the text is valid JSON by its grammar alone."""
    try:
        # Converting a number of thousands of digits would be slow; the grammar does not need its value.
        json.loads(text, parse_int=len, parse_float=len, parse_constant=_refuse_constant)
    except RecursionError:
        return True  # the splitter has matched its brackets, so only the depth is wrong
    except ValueError:
        return False
    return True


def _refuse_constant(name: str) -> NoReturn:
    # Python's parser accepts NaN and Infinity, which JSON's grammar does not.
    raise ValueError(name)


def _index(text: str, error: TextError) -> int:
    start = 0
    for _ in range(error.line - 1):
        start = text.index("\n", start) + 1
    return start + error.column - 1
