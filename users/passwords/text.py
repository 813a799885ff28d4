"""Normalize passwords (Unicode), so that a password is the same however its characters are encoded.

Source: RFC 8265, section 4, OpaqueString. Unlike there, characters that a later version of Unicode may
assign, and joiners and ignorable characters, are accepted: they are in use, as in emoji.
"""

from __future__ import annotations

import unicodedata

from users.metadata.messages import Message

MAX_LENGTH = 256
# NFC replaces at most four characters by one. Its time grows with the square of a run of combining characters
# (denial of service), so longer text is not normalized: it is too long anyway.
MAX_TYPED = 4 * MAX_LENGTH

TOO_LONG = Message("At most %(most)d characters in length.", most=MAX_LENGTH)
NO_CONTROLS = Message("No control characters, such as tabs and line ends.")
NO_TEXT = Message("No half of a surrogate pair, which is not a character.")


def normalize(password: str) -> str:
    """The password in NFC, with every kind of space replaced by the ASCII space. Unchanged beyond
    `MAX_TYPED` characters."""
    if password.isascii() or len(password) > MAX_TYPED:
        return password
    spaces = "".join(" " if unicodedata.category(c) == "Zs" else c for c in password)
    return unicodedata.normalize("NFC", spaces)


def candidate_forms(password: str) -> tuple[str, ...]:
    """The forms a hash may have been made of: the normalized password, and the password as typed where
    that differs, as hashes made elsewhere or earlier may have it. Empty if it cannot be hashed."""
    if _has_surrogates(password):
        return ()
    return tuple(dict.fromkeys((normalize(password), password)))


def find_faults(password: str) -> list[str]:
    """Why a normalized password cannot be set under any policy, one sentence each; empty where it can.

    Text longer than MAX_TYPED is not checked for other faults.
    """
    if len(password) > MAX_TYPED:
        return [TOO_LONG]
    return [
        *([TOO_LONG] if len(password) > MAX_LENGTH else ()),
        *([NO_CONTROLS] if any(unicodedata.category(c) == "Cc" for c in password) else ()),
        *([NO_TEXT] if _has_surrogates(password) else ()),
    ]


def _has_surrogates(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
