"""The Versions tab of a rule: its scripts as they were saved, and how one differs from today's."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from django.http import Http404

from users.actions.access.optimistic_lock import version_of
from users.admin.request import TemplateContext
from users.models import Rule

# Unchanged lines around a change.
AROUND = 3
# Lines of a comparison on the page.
MAX_LINES = 2_000


@dataclass(frozen=True)
class DiffLine:
    """One line of a comparison. `kind` is "removed", "added", "same" or "gap"; the numbers are those of the
    line in the old and the new script."""

    kind: str
    text: str = ""
    old: int | None = None
    new: int | None = None


def versions_context(rule: Rule, chosen: str) -> TemplateContext:
    """All versions, newest first, and the comparison of the chosen one with the current script: the one
    before it where none is chosen. Raises Http404 for one that is not stored."""
    versions = list(rule.versions.defer("script"))
    numbers = [version.number for version in versions]
    if chosen:
        number = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 10 else 0
        if number not in numbers:
            raise Http404
    else:
        number = numbers[1] if len(numbers) > 1 else numbers[0]
    earlier = rule.versions.get(number=number)
    lines = list(compare(earlier.script, rule.script))
    return {
        "versions": versions,
        "earlier": earlier,
        "lines": lines[:MAX_LINES],
        "more": max(0, len(lines) - MAX_LINES),
        "script_version": version_of(rule, ("script",)),
    }


def compare(old: str, new: str) -> Iterator[DiffLine]:
    """Yield the lines that differ, with AROUND lines before and after; nothing where none does."""
    left, right = old.splitlines(), new.splitlines()
    groups = difflib.SequenceMatcher(a=left, b=right).get_grouped_opcodes(AROUND)
    for position, group in enumerate(groups):
        if position:
            yield DiffLine("gap")
        for kind, old_start, old_end, new_start, new_end in group:
            if kind == "equal":
                for at in range(old_end - old_start):
                    yield DiffLine("same", left[old_start + at], old_start + at + 1, new_start + at + 1)
                continue
            for at in range(old_start, old_end):
                yield DiffLine("removed", left[at], old=at + 1)
            for at in range(new_start, new_end):
                yield DiffLine("added", right[at], new=at + 1)
