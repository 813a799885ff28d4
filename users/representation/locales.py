"""Language tags (BCP 47).

Source: OpenID Connect Core 1.0, section 5.1, claim `locale`; RFC 5646, sections 2.1 and
2.1.1.
"""

from __future__ import annotations

import re

# As many characters as RFC 5646, section 4.4.1, requires of every implementation.
MAX_TAG = 35

# Left out are languages of four letters and more, of which none is registered and which would admit
# `english`, and irregular tags such as `i-klingon`, all of which are deprecated.
_TAG = re.compile(
    r"[a-z]{2,3}(-[a-z]{3}){0,3}"  # the language
    r"(-[a-z]{4})?"  # the script
    r"(-([a-z]{2}|[0-9]{3}))?"  # the region
    r"(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*"  # variants
    r"(-[a-wyz0-9](-[a-z0-9]{2,8})+)*"  # extensions
    r"(-x(-[a-z0-9]{1,8})+)?",  # private use
    re.ASCII | re.IGNORECASE,
)


def is_language_tag(text: str) -> bool:
    """Whether it is a well-formed language tag of BCP 47, such as `de`, `de-AT` or `zh-Hant-TW`. Whether its
    parts are registered is not checked: the registry grows."""
    return len(text) <= MAX_TAG and _TAG.fullmatch(text) is not None


def format_language_tag(tag: str) -> str:
    """The tag in the case that RFC 5646 recommends, `zh-Hant-TW`. Case has no meaning in a tag, so two
    spellings of one tag are stored alike."""
    subtags = tag.lower().split("-")
    end = next((place for place, subtag in enumerate(subtags) if len(subtag) == 1), len(subtags))
    regular = [_format_subtag(subtag) for subtag in subtags[1:end]]
    return "-".join([subtags[0], *regular, *subtags[end:]])


def _format_subtag(subtag: str) -> str:
    """Regions have two letters, scripts four."""
    if len(subtag) == 2:
        return subtag.upper()
    return subtag.capitalize() if len(subtag) == 4 else subtag
