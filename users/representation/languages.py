"""The languages of pages for users and of emails: English, and those with a catalogue."""

from __future__ import annotations

from django.utils.translation import get_supported_language_variant

# Characters of the wanted languages that are read.
MAX_WANTED = 500


def find_language(wanted: str) -> str | None:
    """Return the first language of `wanted` that has a catalogue: `de-AT` finds `de`. None where none has.

    `wanted` holds language tags (BCP 47) separated by spaces.
    """
    # Bounded, since the body of a form may hold a million tags.
    for tag in wanted[:MAX_WANTED].split():
        try:
            # Some providers write a locale as POSIX does: de_DE.
            return get_supported_language_variant(tag.replace("_", "-").lower())
        # ValueError: a tag of more than 500 characters.
        except (LookupError, ValueError):
            continue
    return None
