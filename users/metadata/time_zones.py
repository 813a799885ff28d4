"""Names of time zones in the IANA database."""

from __future__ import annotations

import difflib
from functools import cache
from importlib.resources import files


def is_time_zone(text: str) -> bool:
    """Whether the IANA time zone database has a zone or link of this name, in exactly this spelling."""
    return text in _zone_names()


def suggest_time_zone(text: str) -> str | None:
    """Return the name most like `text`, which may be a city alone or differ in case; None where none is."""
    typed = "_".join(text.split()).casefold()[:64]
    names = {name.casefold(): name for name in sorted(_zone_names())}
    # By the city first: users type "Berlin" or "berlin/europe".
    cities = {key.rpartition("/")[2]: name for key, name in names.items() if "/" in key}
    if typed in names or typed in cities:
        return names.get(typed) or cities[typed]
    near = difflib.get_close_matches(typed, names, n=1, cutoff=0.75)
    if near:
        return names[near[0]]
    near = difflib.get_close_matches(typed.rpartition("/")[2], cities, n=1, cutoff=0.75)
    return cities[near[0]] if near else None


@cache
def _zone_names() -> frozenset[str]:
    """From the package tzdata rather than the host, so that every host accepts the same names."""
    return frozenset((files("tzdata") / "zones").read_text(encoding="ascii").split())
