"""What counts as an e-mail address. Unicode is welcome on both sides of the @."""

from __future__ import annotations

import re
import unicodedata

from users.metadata.identifiers import email_key, is_domain, lower_case

MAX_LENGTH = 254
MAX_LOCAL_LENGTH = 64

# Of characters that are not seen: an email with one looks like that of another user.
_INVISIBLE = frozenset({"Cc", "Cf"})
_LOCAL = re.compile(r"[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f\u115f\u1160\u3164\uffa0]+")


def is_email(text: str) -> bool:
    """`local@domain`: local part at most 64 characters, none of them invisible, all of it at most
    254, a domain of two labels or more that IDNA 2008 allows. Whether mail arrives there only a
    verification mail can tell."""
    if len(text) > MAX_LENGTH:
        return False
    local, at, domain = text.rpartition("@")
    # In lower case or in NFC some characters become several.
    longest = max(len(lower_case(text)), len(email_key(text)))
    if not at or longest > MAX_LENGTH or len(local) > MAX_LOCAL_LENGTH:
        return False
    if not _LOCAL.fullmatch(local) or local[0] == "." or local[-1] == "." or ".." in local:
        return False
    if not local.isascii() and any(unicodedata.category(c) in _INVISIBLE for c in local):
        return False
    return is_domain(domain)
