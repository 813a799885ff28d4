"""Cursors carry a position through a URL, of one list only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import BigAutoField, DateTimeField, FloatField, TextField

from users.crypto.signer import Purpose, sign
from users.listing.cursor import decode_cursor, encode_cursor

NOON = datetime(2026, 3, 4, 12, 0, 0, 123456, tzinfo=UTC)
FIELDS = (DateTimeField(), BigAutoField())
POSITION = (NOON, 7)


@pytest.mark.parametrize(
    ("position", "fields"),
    [
        (POSITION, FIELDS),
        ((None, 7), FIELDS),
        (("jane: doe, ü", 7), (TextField(), BigAutoField())),
        ((1.5, 7), (FloatField(), BigAutoField())),
    ],
    ids=["time", "null", "text", "number"],
)
def test_a_cursor_gives_back_its_position(position, fields):
    assert decode_cursor("jobs", encode_cursor("jobs", position), fields) == position


def test_a_cursor_stands_in_a_url_as_it_is():
    assert set(encode_cursor("jobs", ("?&=# ü/", 7))).isdisjoint("?&=#/+% \\\"'<>")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("job_1", id="made up"),
        pytest.param("\0", id="a null character"),
        pytest.param(encode_cursor("segments", POSITION), id="of another list"),
        pytest.param(encode_cursor("jobs", (*POSITION, 1)), id="of another order"),
        pytest.param(encode_cursor("jobs", ("noon", 7)), id="of another type"),
        pytest.param(sign([str(NOON), 7], Purpose.EXPORT_LINK, "jobs"), id="signed for something else"),
        pytest.param(sign({"at": 1}, Purpose.CURSOR, "jobs"), id="no list"),
        pytest.param(sign(7, Purpose.CURSOR, "jobs"), id="a number"),
        pytest.param(f"{encode_cursor('jobs', POSITION)}x", id="changed"),
    ],
)
def test_anything_else_is_no_position(text):
    assert decode_cursor("jobs", text, FIELDS) is None


def test_a_cursor_ends_with_its_lifetime():
    cursor = encode_cursor("jobs", POSITION)

    assert decode_cursor("jobs", cursor, FIELDS, max_age=timedelta(hours=24)) == POSITION
    assert decode_cursor("jobs", cursor, FIELDS, max_age=timedelta(seconds=-1)) is None
