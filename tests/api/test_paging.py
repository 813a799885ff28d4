"""Walks by checkpoint, on the list of users."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest

from tests.api.answers import CONNECTION, USERS, at, invalid_query, problem, shown
from users.actions.account.create_user import create_user
from users.actions.account.delete_user import delete_user
from users.actions.account.edit_user import Edit, edit_user
from users.api.framework.paging import without_required
from users.rights.actor import command_actor

SHELL = command_actor("tests")
NOON = datetime(2026, 3, 4, 12, 0, 0, 123456, tzinfo=UTC)
NO_CHECKPOINT = invalid_query(
    "'No checkpoint of users, or one older than 24 hours; begin again without it' on property from."
)


@pytest.fixture
def listed(shop):
    def ask(**query):
        return shop.get(f"{USERS}?{urlencode(query)}")

    return ask


@pytest.fixture
def walk(listed):
    """Every page in turn; `between(number)` runs after each."""

    def pages(between=lambda number: None, **query):
        number, answer = 0, shown(listed(**query))
        while True:
            yield [user["user_id"] for user in answer["users"]]
            if "next" not in answer:
                return
            between(number)
            number, answer = number + 1, shown(listed(**{**query, "from": answer["next"]}))

    return pages


@pytest.fixture
def crowd(make_user, put):
    """Thirty people, made ten at a time in the same microsecond."""
    return [
        put(make_user(f"user-{number}"), created_at=NOON + timedelta(microseconds=number // 10))
        for number in range(30)
    ]


def ids(people):
    return [user.user_id for user in people]


@pytest.mark.parametrize("take", [1, 3, 10, 29, 30, 31, 100])
def test_everybody_is_met_once_oldest_first(crowd, walk, take):
    pages = list(walk(take=take))

    assert [user_id for page in pages for user_id in page] == ids(crowd)
    assert all(len(page) == take for page in pages[:-1])
    assert pages[-1]


def test_who_comes_meanwhile_moves_nobody(crowd, walk, make_user, put):
    came = []

    def somebody_comes(number):
        came.append(put(make_user(), created_at=NOON - timedelta(days=1)))  # behind the walk
        came.append(put(make_user(), created_at=NOON + timedelta(days=number)))  # before it

    met = [user_id for page in walk(somebody_comes, take=7) for user_id in page]

    assert [user_id for user_id in met if user_id in ids(crowd)] == ids(crowd)
    assert len(met) == len(set(met))
    assert ids(came[1::2]) == [user_id for user_id in met if user_id not in ids(crowd)]


def test_who_goes_meanwhile_takes_nobody_along(crowd, walk):
    def the_last_one_met_goes(number):
        delete_user(crowd[7 * (number + 1) - 1], actor=SHELL)

    met = [user_id for page in walk(the_last_one_met_goes, take=7) for user_id in page]

    assert met == ids(crowd)


def test_who_is_changed_meanwhile_keeps_the_place(crowd, walk):
    def all_are_changed(number):
        for user in crowd:
            edit_user(user, Edit(profile={"name": f"Name {number}"}), actor=SHELL)

    met = [user_id for page in walk(all_are_changed, take=11) for user_id in page]

    assert met == ids(crowd)


def test_a_page_is_an_object_without_totals(crowd, listed):
    page = shown(listed(take=30))

    assert page.keys() == {"users"}
    assert shown(listed(take=29)).keys() == {"users", "next"}


def test_a_page_holds_fifty_unless_asked_otherwise(make_user, listed):
    for number in range(53):
        make_user(f"user-{number}")

    begin = shown(listed(take=1))["next"]

    page = shown(listed(**{"from": begin}))

    assert len(page["users"]) == 50
    assert "next" in page


def test_nobody_is_a_page_too(db, listed):
    assert shown(listed(take=5)) == {"users": []}


def test_it_wins_over_page_numbers(crowd, listed):
    page = shown(listed(take=2, page=4, per_page=5, include_totals="true"))

    assert ids(crowd[:2]) == [user["user_id"] for user in page["users"]]
    assert page.keys() == {"users", "next"}


def test_each_user_is_shown_as_when_read_alone(jane, listed, shop):
    assert shown(listed(take=1))["users"] == [shown(shop.get(at(jane)))]


def test_a_walk_shows_the_fields_asked_for(crowd, listed):
    page = shown(listed(take=1, fields="email"))

    assert page["users"] == [{"email": "user-0@example.com"}]


def test_a_walk_keeps_to_its_connection(crowd, elsewhere, walk):
    others = [
        create_user(elsewhere, actor=SHELL, profile={"email": f"other-{number}@example.com"}).user_id
        for number in range(3)
    ]

    assert [user_id for page in walk(take=2, connection="Elsewhere") for user_id in page] == others
    assert sum(map(len, walk(take=20, connection=CONNECTION))) == 30


def test_under_strict_limits_a_walk_has_no_window(crowd, listed, settings):
    settings.STRICT_LIMITS = True

    assert len(shown(listed(take=30, page=999))["users"]) == 30


def test_a_walk_has_one_order(crowd, listed):
    refused = invalid_query(
        "'Not together with from or take: a walk by checkpoint leads from the oldest user to the newest'"
        " on property sort."
    )

    assert problem(listed(take=1, sort="email:1")) == refused
    assert problem(listed(**{"from": "x", "sort": "created_at:1"})) == refused


@pytest.mark.parametrize(
    ("take", "rule"),
    [
        (0, "'Value 0 is less than minimum 1' on property take"),
        (101, "'Value 101 is greater than maximum 100' on property take"),
        ("all", "'Expected type integer but found type string' on property take"),
    ],
)
def test_a_page_holds_between_one_and_a_hundred(db, listed, take, rule):
    status, message, code = problem(listed(take=take))

    assert (status, code) == (400, "invalid_query_string")
    assert rule in message


@pytest.mark.parametrize("text", ["", "x", "auth0|jane", "a:b:c", "ü", "\0", "x" * 3000])
def test_what_is_no_checkpoint_is_refused(jane, listed, text):
    assert problem(listed(**{"from": text})) == NO_CHECKPOINT


def test_a_checkpoint_changed_by_a_character_is_refused(crowd, listed):
    checkpoint = shown(listed(take=1))["next"]

    for place in range(0, len(checkpoint), 5):
        other = "A" if checkpoint[place] != "A" else "B"
        changed = checkpoint[:place] + other + checkpoint[place + 1 :]
        assert problem(listed(**{"from": changed})) == NO_CHECKPOINT


@pytest.mark.parametrize(("hours", "holds"), [(23.9, True), (24.1, False)])
def test_a_checkpoint_holds_for_a_day(crowd, listed, monkeypatch, hours, holds):
    then = SimpleNamespace(time=lambda: time.time() - hours * 3600)
    monkeypatch.setattr("django.core.signing.time", then)
    checkpoint = shown(listed(take=1))["next"]
    monkeypatch.undo()

    response = listed(**{"from": checkpoint})

    if holds:
        assert len(shown(response)["users"]) == 29
    else:
        assert problem(response) == NO_CHECKPOINT


def test_a_described_page_promises_no_field_that_the_selection_may_leave_out():
    scope = {"type": "object", "required": ["value"], "properties": {"value": {"type": "string"}}}
    api = {"type": "object", "required": ["id"], "properties": {"scopes": {"type": "array", "items": scope}}}

    assert '"required"' not in json.dumps(without_required(api))
