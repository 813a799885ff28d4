"""Validate email addresses. Unicode is allowed on both sides of the @."""

from __future__ import annotations

import re
import unicodedata

from users.metadata.identifiers import email_key, is_domain, lower_case

MAX_LENGTH = 254
MAX_LOCAL_LENGTH = 64

# Categories of invisible characters: an email that contains one would look like another user's.
_INVISIBLE = frozenset({"Cc", "Cf"})
_LOCAL = re.compile(r"[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f\u115f\u1160\u3164\uffa0]+")


def is_email(text: str) -> bool:
    """Whether the text is `local@domain`.

    The local part has at most 64 characters, none of them invisible; the whole at most 254; the domain has
    two or more labels that IDNA 2008 allows. Only a verification mail shows whether mail arrives.
    """
    if len(text) > MAX_LENGTH:
        return False
    local, at, domain = text.rpartition("@")
    # Lowercasing and NFC expand some characters, and those forms are stored in columns of this length.
    longest = max(len(lower_case(text)), len(email_key(text)))
    if not at or longest > MAX_LENGTH or len(local) > MAX_LOCAL_LENGTH:
        return False
    if not _LOCAL.fullmatch(local) or local[0] == "." or local[-1] == "." or ".." in local:
        return False
    if not local.isascii() and any(unicodedata.category(c) in _INVISIBLE for c in local):
        return False
    return is_domain(domain)
