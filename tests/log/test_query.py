"""What a query finds in both tables: each row says it of eight lines."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from users.log.position import LogPosition
from users.log.query import as_condition, check_visible
from users.log.read import whole_log
from users.log.searchable_fields import CHANGE_FIELDS, EVENT_FIELDS
from users.lucene.parser import parse
from users.models import Change, LogEvent
from users.querying.errors import SearchError
from users.rights.actor import command_actor
from users.rights.errors import Denied

SHELL = command_actor("tests")
BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def lines(jane, stranger, settings):
    """Eight lines, a day apart, and their names in the table below. The two people's own lines are
    younger."""
    settings.LOG_DAYS = 0
    made = {
        "sign-in": event(0, "s", jane, ip="192.0.2.7", user_agent="Firefox"),
        "failed": event(1, "fp", jane, ip="192.0.2.8"),
        "unknown": event(2, "fu", user_name="ghost@example.com", ip="192.0.2.7"),
        "token": event(3, "seccft", client_id="c1", client_name="Big Shop", audience="https://a.example/"),
        "patch": change(4, "app_metadata", jane, "client", "c1", "Big Shop", ip="192.0.2.7"),
        "password": change(5, "password", jane, "user", jane.user_id, "Jane", face="profile"),
        "by staff": change(6, "password", stranger, "staff", "auth0|kim", "Kim", face="dashboard"),
        "reset": change(7, "reset_sent", stranger, "staff", "auth0|kim", "Kim", face="dashboard"),
    }
    return {LogPosition.of(line): name for name, line in made.items()}


def event(day, type_, user=None, **columns):
    if user is not None:
        connection = {"connection": user.connection.name, "strategy": "auth0"}
        columns |= {"user_id": user.user_id, "user_name": user.email, **connection}
    return LogEvent.objects.create(at=BEGIN + timedelta(days=day), type=type_, description=type_, **columns)


def change(day, what, user, kind, actor_id, name, face="api", ip=None):
    return Change.objects.create(
        at=BEGIN + timedelta(days=day),
        what=what,
        user=user,
        subject=user.user_id,
        actor_kind=kind,
        actor_id=actor_id,
        actor_name=name,
        face=face,
        ip=ip,
    )


EVENTS = ("sign-in", "failed", "unknown", "token")
CHANGES = ("patch", "password", "by staff", "reset")
FINDS = {
    "": EVENTS + CHANGES,
    "*:*": EVENTS + CHANGES,
    "NOT *:*": (),
    "type:s": ("sign-in",),
    "type:scp": ("password",),
    "type:sapi": ("patch", "by staff"),
    "NOT type:sapi": (*EVENTS, "password", "reset"),
    "type:f*": ("failed", "unknown"),
    "type:sc*": ("password", "reset"),
    "type:(s OR scpr)": ("sign-in", "reset"),
    "type:nothing": (),
    "NOT type:nothing": EVENTS + CHANGES,
    'description:"Update a User"': ("patch", "by staff"),
    "description:*assw*": ("password", "reset"),
    "date:2026-03-02": ("failed",),
    "date:[2026-03-03 TO 2026-03-05]": ("unknown", "token", "patch"),
    "date:{2026-03-03 TO 2026-03-05}": ("token",),
    "date:[* TO 2026-03-01]": ("sign-in",),
    "date:[2026-03-08 TO *]": ("reset",),
    "user_id:{jane}": ("sign-in", "failed", "patch", "password"),
    "user_name:JANE.DOE@example.com": ("sign-in", "failed", "patch", "password"),
    "user_name:*.doe@example.com": ("sign-in", "failed", "patch", "password"),
    "user_name:ghost@*": ("unknown",),
    "NOT user_name:jane.doe@example.com": ("unknown", "token", "by staff", "reset"),
    "_exists_:user_name": ("sign-in", "failed", "unknown", *CHANGES),
    "client_id:c1": ("token", "patch"),
    'client_name:"Big Shop"': ("token", "patch"),
    "client_name:B*g*p": ("token", "patch"),
    "NOT _exists_:client_id": ("sign-in", "failed", "unknown", "password", "by staff", "reset"),
    "connection:Username-Password-Authentication": ("sign-in", "failed", *CHANGES),
    "NOT connection:Username-*": ("unknown", "token"),
    "strategy:auth0 AND type:s": ("sign-in",),
    "strategy_type:database": ("sign-in", "failed", *CHANGES),
    "ip:192.0.2.7": ("sign-in", "unknown", "patch"),
    "ip:192.0.2.* AND NOT type:fu": ("sign-in", "failed", "patch"),
    "ip:nonsense": (),
    "user_agent:Fire*": ("sign-in",),
    'audience:"https://a.example/"': ("token",),
    "ghost@example.com": ("unknown",),
    '"Big Shop"': ("token", "patch"),
    "log_id:{first}": ("sign-in",),
    "log_id:{last}": ("reset",),
    "log_id:nonsense": (),
    "type:s user_id:{jane} AND type:scp": ("sign-in", "password"),
}


def test_the_log_is_searched_by_a_thousand_ids(jane, lines):
    ids = " OR ".join(f'"{user_id}"' for user_id in [*(f"a|{n}" for n in range(999)), jane.user_id])
    asked = parse(f"user_id:({ids}) AND NOT type:sapi")

    found = whole_log().filter_by_query(asked).lines(50)

    assert {lines.get(LogPosition.of(line)) for line in found} >= {"sign-in", "failed", "password"}
    assert "by staff" not in {lines.get(LogPosition.of(line)) for line in found}


@pytest.mark.parametrize(("text", "found"), FINDS.items())
def test_a_query_finds_these_lines(lines, jane, text, found):
    ids = {"jane": jane.user_id.replace("|", r"\|"), "first": min(lines).log_id, "last": max(lines).log_id}
    for name, value in ids.items():
        text = text.replace(f"{{{name}}}", value)

    log = whole_log().filter_by_query(parse(text))

    places = [LogPosition.of(line) for line in log.lines(100) if LogPosition.of(line) in lines]
    assert {lines[place] for place in places} == set(found)
    assert places == sorted(places, reverse=True)


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("typ:s", 1, "the log has no field typ; did you mean type?"),
        ("type:s AND user_metadata.a:1", 12, "the log has no field user_metadata.a"),
        ("_exists_:shoe_size", 10, "the log has no field shoe_size"),
        ("date:yesterday", 6, "a date is like 2026"),
        ("date:2026*", 6, "a date takes no wildcard"),
        ("ip:[192.0.2.1 TO 192.0.2.9]", 4, "ip is text, which takes no range"),
    ],
)
def test_what_makes_no_sense_is_reported_with_place_and_reason(text, column, words):
    for fields in (CHANGE_FIELDS, EVENT_FIELDS):
        with pytest.raises(SearchError) as refused:
            as_condition(parse(text), fields)

        assert refused.value.column == column
        assert refused.value.reason.startswith(words)


def test_both_tables_have_the_same_fields():
    assert CHANGE_FIELDS.keys() == EVENT_FIELDS.keys()


@pytest.mark.parametrize("text", ["user_name:jane", "NOT user_name:jane", "_exists_:user_name", "jane"])
def test_who_may_not_see_users_may_not_ask_for_them_by_name(actor_of, text):
    with pytest.raises(Denied):
        check_visible(parse(text), actor_of("read:logs"))

    check_visible(parse(text), actor_of("read:logs", "read:users"))
    check_visible(parse("user_id:x type:s"), actor_of("read:logs"))


def test_it_goes_back_as_far_as_the_setting_says(lines, settings):
    settings.LOG_DAYS = (datetime.now(UTC) - max(lines).at).days + 3

    assert {lines.get(LogPosition.of(line)) for line in whole_log().lines(100)} - {None} == {
        *("password", "by staff", "reset")
    }
    assert whole_log().one(min(lines)) is None


def test_no_text_keeps_a_pattern_busy(db):
    """Who signs in says what their browser is."""
    event(0, "fu", user_agent="a" * 300)
    began = time.monotonic()

    whole_log().filter_by_query(parse("user_agent:aaa*a*a*a*a*b")).count()

    assert time.monotonic() - began < 10
