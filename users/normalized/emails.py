"""What counts as an e-mail address. Unicode is welcome on both sides of the @."""

from __future__ import annotations

import re

from users.metadata.fold import fold

MAX_LENGTH = 254
MAX_LOCAL = 64

_LOCAL = re.compile(r"[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]+")
_LABEL = re.compile(r"[^\W_](?:[\w-]*[^\W_])?", re.UNICODE)


def is_email(text: str) -> bool:
    """`local@domain`: local part at most 64 characters, all of it at most 254, a domain of
    dotted labels. Whether mail arrives there only a verification mail can tell."""
    local, at, domain = text.rpartition("@")
    # Lower-cased or folded, some letters become several.
    longest = max(len(text), len(text.lower()), len(fold(text)))
    if not at or longest > MAX_LENGTH or len(local) > MAX_LOCAL:
        return False
    if not _LOCAL.fullmatch(local) or local[0] == "." or local[-1] == "." or ".." in local:
        return False
    labels = domain.split(".")
    return len(labels) > 1 and all(len(label) <= 63 and _LABEL.fullmatch(label) for label in labels)
