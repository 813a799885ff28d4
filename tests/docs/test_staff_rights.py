"""The table of docs/staff-rights.md is what the groups hold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, Permission

PAGE = Path(__file__).resolve().parents[2] / "docs" / "staff-rights.md"
GROUPS = ("Support", "Support lead", "Administrator")
ROW = re.compile(r"^\| `(\w+)` \| [^|]+ \| (yes)? ?\| (yes)? ?\| (yes)? ?\|$", re.MULTILINE)


def rows() -> dict[str, tuple[str, ...]]:
    return {row[1]: row.groups()[1:] for row in ROW.finditer(PAGE.read_text(encoding="utf-8"))}


def test_it_names_every_permission(db):
    ours = Permission.objects.filter(content_type__app_label="users")

    assert set(rows()) == set(ours.values_list("codename", flat=True))


@pytest.mark.parametrize("group", GROUPS)
def test_it_says_what_a_group_holds(db, group):
    held = set(Group.objects.get(name=group).permissions.values_list("codename", flat=True))

    assert held == {codename for codename, marks in rows().items() if marks[GROUPS.index(group)]}
