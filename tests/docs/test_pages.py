"""The documents keep up with the code, and lead somewhere."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
PAGES = sorted([*CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/*.md")])
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]


def dependencies() -> list[str]:
    listed = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]
    return [re.match(r"[\w-]+", entry)[0] for entry in listed]


def test_each_dependency_has_its_reason_and_no_other_has():
    text = (CHECKOUT / "docs/decisions.md").read_text()
    starts = re.findall(r"^(\*\*.*?) — ", text, re.MULTILINE)

    explained = [name for start in starts for name in re.findall(r"\*\*([\w-]+)\*\*", start)]

    assert sorted(explained) == sorted(dependencies())


def test_each_room_is_on_the_map():
    text = (CHECKOUT / "docs/architecture.md").read_text()
    rooms = [path.parent.name for path in (CHECKOUT / "users").glob("*/__init__.py")]

    missing = [room for room in rooms if room != "migrations" and f"**{room}**" not in text]

    assert "models" in rooms
    assert not missing


def test_this_release_is_in_the_list_of_changes():
    assert f"\n## {PROJECT['version']}\n" in (CHECKOUT / "CHANGELOG.md").read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page):
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text())

    broken = [link for link in links if "://" not in link and not (page.parent / link).exists()]

    assert not broken


def test_the_licence_is_the_one_that_is_declared():
    assert PROJECT["license"] == "Apache-2.0"
    assert "Apache License\n                           Version 2.0" in (CHECKOUT / "LICENSE").read_text()


def test_locks_name_no_hosts():
    for path in CHECKOUT.glob("requirements*.txt"):
        assert "://" not in path.read_text()
    for folder in (".", "tests/sdk/node"):
        assert '"resolved"' not in (CHECKOUT / folder / "package-lock.json").read_text()
