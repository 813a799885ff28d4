"""Messages between a worker process and its parent: byte strings, each with its length in front.

A message is its own length and then its parts: the kind, then JSON or other text. Both sides use it, and the
worker process starts fast because it imports little: no JSON is parsed here.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

_LENGTH = struct.Struct("!I")
HEADER_BYTES = _LENGTH.size


class BadFrame(ValueError):
    """A message that does not have this form."""


def pack(parts: Sequence[bytes]) -> bytes:
    """The message with these parts."""
    payload = b"".join(piece for part in parts for piece in (_LENGTH.pack(len(part)), part))
    return _LENGTH.pack(len(payload)) + payload


def read_length(header: bytes) -> int:
    """How many bytes follow a header of HEADER_BYTES."""
    return int(_LENGTH.unpack(header)[0])


def unpack(payload: bytes) -> list[bytes]:
    """The parts of a message without its header. Raises BadFrame."""
    parts = []
    place = 0
    while place < len(payload):
        start = place + HEADER_BYTES
        if start > len(payload):
            raise BadFrame("A length is cut off.")
        place = start + read_length(payload[place:start])
        if place > len(payload):
            raise BadFrame("A part is cut off.")
        parts.append(payload[start:place])
    return parts
