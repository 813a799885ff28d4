"""Names of time zones, and what is suggested for a wrong one."""

from __future__ import annotations

import pytest

from users.metadata.schema import Schema
from users.metadata.time_zones import is_time_zone, suggest_time_zone

SCHEMA = Schema({"properties": {"zone": {"type": "string", "format": "time-zone"}}})


@pytest.mark.parametrize("name", ["Europe/Oslo", "UTC", "America/Argentina/Buenos_Aires", "Asia/Calcutta"])
def test_names_of_the_iana_database(name):
    assert is_time_zone(name)
    assert not list(SCHEMA.problems({"zone": name}))


@pytest.mark.parametrize(
    ("typed", "suggested"),
    [
        pytest.param("europe/oslo", "Europe/Oslo", id="case"),
        pytest.param("Berlin", "Europe/Berlin", id="a city"),
        pytest.param("new york", "America/New_York", id="a city of two words"),
        pytest.param("Europe/Berln", "Europe/Berlin", id="a letter missing"),
        pytest.param("Germany/Berlin", "Europe/Berlin", id="the wrong region"),
        pytest.param("tomorrow", None, id="nothing like it"),
        pytest.param("", None, id="empty"),
        pytest.param("x" * 100_000, None, id="very long"),
    ],
)
def test_the_closest_name_is_suggested(typed, suggested):
    assert not is_time_zone(typed)
    assert suggest_time_zone(typed) == suggested


def test_a_schema_refuses_an_unknown_zone_and_suggests_one():
    [problem] = SCHEMA.problems({"zone": "oslo"})

    assert problem.reason == "must be a time zone of the IANA database; the closest is Europe/Oslo"
