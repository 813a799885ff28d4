"""The division of the tests names what there is."""

from __future__ import annotations

from tests.suites import FIRST, ONE_DATABASE, TESTS


def test_each_named_directory_and_module_exists():
    assert [name for name in (*ONE_DATABASE, *FIRST) if not (TESTS / name).exists()] == []
