"""The division of the tests names what there is."""

from __future__ import annotations

from tests.suites import ONE_DATABASE, TESTS, TOGETHER


def test_each_named_directory_and_module_exists():
    assert [name for name in (*ONE_DATABASE, *TOGETHER) if not (TESTS / name).exists()] == []
