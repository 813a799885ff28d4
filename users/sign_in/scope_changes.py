"""How post-login hooks change the scopes that an application is granted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, kw_only=True)
class ScopeChanges:
    """Changes of the granted scopes; none, by default.

    `replaced_by` are the scopes that are granted instead, None for no replacement. `added` and `removed`
    change those, or what is granted otherwise. Which scopes are possible, the grant decides.
    """

    replaced_by: tuple[str, ...] | None = None
    added: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return self != ScopeChanges()

    def apply(self, granted: Iterable[str]) -> list[str]:
        """Return the scopes after the changes, each once."""
        base = list(granted) if self.replaced_by is None else list(self.replaced_by)
        changed = dict.fromkeys([*base, *sorted(self.added)])
        return [scope for scope in changed if scope not in self.removed]

    def then(self, later: ScopeChanges) -> ScopeChanges:
        """Return the changes that have the effect of these and then of `later`."""
        if later.replaced_by is not None:
            return later
        return ScopeChanges(
            replaced_by=self.replaced_by,
            added=(self.added | later.added) - later.removed,
            removed=(self.removed - later.added) | later.removed,
        )

    def to_json(self) -> dict[str, Any]:
        """The changes as they are stored while the sign-in waits."""
        return {
            "replaced_by": self.replaced_by,
            "added": sorted(self.added),
            "removed": sorted(self.removed),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any] | None) -> Self:
        """Read what `to_json` returned; no changes for None."""
        if stored is None:
            return cls()
        replaced_by = stored["replaced_by"]
        return cls(
            replaced_by=None if replaced_by is None else tuple(replaced_by),
            added=frozenset(stored["added"]),
            removed=frozenset(stored["removed"]),
        )


NO_CHANGES = ScopeChanges()
