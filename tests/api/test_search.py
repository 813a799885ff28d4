"""`GET /users?q=`: who is found, and what is answered where nobody can be."""

from __future__ import annotations

from contextlib import contextmanager
from urllib.parse import urlencode

import pytest
from django.db import connection as database
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from tests.api.answers import USERS, problem, shown
from users.actions.account.create_user import create_user
from users.conf import Conf
from users.listing import ordered_fetch, timeout
from users.querying.errors import SearchTimeout
from users.rights.actor import command_actor
from users.search import query

HOBBY = "user_metadata.hobby"
HELPED = (
    f". This search scans all users: no index covers {HOBBY};"
    f" POST /api/v2/metadata/indexes makes {HOBBY} fast"
)


@pytest.fixture
def searched(shop):
    """The answer to a search, by a client that may read users."""

    def ask(q, **query):
        return shop.get(f"{USERS}?{urlencode({'q': q, **query})}")

    return ask


@pytest.fixture
def names(searched):
    def ask(q, **query):
        answer = shown(searched(q, **query))
        return [user["nickname"] for user in (answer["users"] if isinstance(answer, dict) else answer)]

    return ask


@pytest.fixture
def five(make_user):
    hobbies = {"ada": "archery", "ben": "surfing", "cleo": "surfing", "dora": "Surfing", "emil": "sailing"}
    return [
        make_user(name, user_metadata={"hobby": hobby}, app_metadata={"plan": name[0]})
        for name, hobby in hobbies.items()
    ]


@pytest.mark.parametrize("joint", [" OR ", " "])
def test_an_or_takes_a_thousand_ids_or_emails(names, five, joint):
    ada, ben, cleo, *_ = five
    found = [f'user_id:"{ada.user_id}"', f"email:{ben.email.upper()}", f"user_id:{cleo.user_id}"]
    others = [f"{number}@a.de" for number in range(997)]

    assert names(joint.join([*found, f"email:({joint.join(others)})"])) == ["ada", "ben", "cleo"]


def test_an_or_takes_no_more_than_a_thousand_ids(searched):
    refused = searched(f"user_id:({' '.join(f'a|{number}' for number in range(1001))})")

    _, message, _ = problem(refused)
    assert "a query has at most 100 terms, and 1000 more that are ids or emails in one OR" in message


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("nickname:ada", ["ada"]),
        ("ADA", ["ada"]),
        ('user_metadata.hobby:"surfing"', ["ben", "cleo"]),
        ("user_metadata.hobby:s*", ["ben", "cleo", "emil"]),
        ("user_metadata.hobby:surfing AND NOT app_metadata.plan:b", ["cleo"]),
        ("email.domain:example.com -user_metadata.hobby:(surfing OR Surfing)", ["ada", "emil"]),
        ("ada ben", ["ada", "ben"]),
        ("nobody", []),
    ],
)
def test_a_query_finds(five, names, q, expected):
    assert names(q) == expected


@pytest.mark.parametrize("q", ["", " ", "*", "*:*"])
def test_an_empty_query_finds_everybody(five, names, q):
    assert names(q) == ["ada", "ben", "cleo", "dora", "emil"]


@pytest.fixture(params=["guessed", "walked", "fetched", "given up"])
def way(request, monkeypatch):
    """Each way in which PostgreSQL may be asked for an order."""
    wanted = {
        "guessed": set(),
        "walked": {ordered_fetch.PLANNER_BUDGET_SECONDS},
        "fetched": {ordered_fetch.PLANNER_BUDGET_SECONDS},
    }
    too_slow = wanted.get(
        request.param, {ordered_fetch.PLANNER_BUDGET_SECONDS, ordered_fetch.INDEX_SCAN_BUDGET_SECONDS}
    )

    @contextmanager
    def limit(seconds):
        if seconds in too_slow:
            raise SearchTimeout
        yield

    monkeypatch.setattr(ordered_fetch, "time_limit", limit)
    monkeypatch.setattr(ordered_fetch, "SMALL_RESULT", 100 if request.param == "fetched" else 0)


@pytest.mark.usefixtures("way")
def test_a_query_goes_with_all_else_that_lists_take(five, elsewhere, names, searched):
    create_user(
        elsewhere,
        actor=command_actor("tests"),
        profile={"email": "fay@example.com"},
        user_metadata={"hobby": "surfing"},
    )
    q = "user_metadata.hobby:surfing OR user_metadata.hobby:s*"

    assert names(q, sort="email:-1") == ["fay", "emil", "cleo", "ben"]
    assert names(q, page=1, per_page=2) == ["emil", "fay"]
    assert names(q, connection="Elsewhere") == ["fay"]
    assert shown(searched(q, fields="email", per_page=1)) == [{"email": "ben@example.com"}]
    page = shown(searched(q, include_totals="true", page=1, per_page=3, fields="nickname"))
    assert page == {"start": 3, "limit": 3, "length": 1, "total": 4, "users": [{"nickname": "fay"}]}
    counted = shown(searched(q, include_totals="true", per_page=0))
    assert counted == {"start": 0, "limit": 0, "length": 0, "total": 4, "users": []}


def test_what_is_found_can_be_walked_through_by_checkpoint(five, searched):
    first = shown(searched("user_metadata.hobby:s*", take=2))
    second = shown(searched("user_metadata.hobby:s*", take=2, **{"from": first["next"]}))

    assert [user["nickname"] for user in first["users"] + second["users"]] == ["ben", "cleo", "emil"]
    assert "next" not in second


@pytest.mark.parametrize(
    ("q", "reason"),
    [
        ("emial:jane", "column 1: there is no field emial; did you mean email?"),
        ("name:(jane", "column 6: this parenthesis is never closed"),
        ("jane AND", "column 9: the query ends where a term is expected"),
        ("a\0b", "column 2: no value contains this character"),
    ],
)
def test_a_query_that_is_none_is_reported_with_place_and_reason(searched, db, q, reason):
    assert problem(searched(q)) == (400, f"Failed to parse query [{q}]: {reason}", "invalid_query_string")


def test_an_error_repeats_no_more_than_the_beginning(searched, db):
    status, message, _ = problem(searched("a" * 65_537))

    assert status == 400
    reason = "column 65537: a query has at most 65536 characters"
    assert message == f"Failed to parse query [{'a' * 200}...]: {reason}"


def test_an_unknown_field_is_an_error_or_under_strict_limits_nobody(jane, searched, names, settings):
    assert searched("plan:full").status_code == 400

    settings.STRICT_LIMITS = True
    assert names("plan:full") == []
    assert names("picture:x OR jane.doe") == ["jane.doe"]


def test_an_unknown_key_of_metadata_finds_nobody(jane, names):
    assert names("app_metadata.shoe_size:44") == []


@pytest.mark.parametrize("value", ["surf*", "[a TO b]"], ids=["wildcard", "range"])
def test_wildcards_and_ranges_on_user_metadata_are_refused_under_strict_limits_only(
    jane, searched, settings, value
):
    assert searched(f"app_metadata.hobby:{value}").status_code == 200
    assert searched(f"user_metadata.hobby:{value}").status_code == 200

    settings.STRICT_LIMITS = True
    assert searched(f"app_metadata.hobby:{value}").status_code == 200
    status, message, code = problem(searched(f"user_metadata.hobby:{value}"))
    assert (status, code) == (400, "invalid_query_string")
    assert message.endswith(": column 21: neither wildcards nor ranges are supported on user_metadata")


def test_under_strict_limits_exists_is_open(jane, names, settings):
    settings.STRICT_LIMITS = True

    assert names("_exists_:user_metadata.hobby") == ["jane.doe"]


@pytest.mark.parametrize(
    "q", ["app_metadata.plan:full", "name:x OR NOT _exists_:user_metadata", "user_metadata.a:(b OR c)"]
)
def test_what_one_may_not_see_one_may_not_search_by(jane, api, q):
    seer_of_profiles = api("read:user_idp_tokens")

    status, message, code = problem(seer_of_profiles.get(f"{USERS}?{urlencode({'q': q})}"))

    assert (status, code) == (403, "insufficient_scope")
    assert message.startswith("You may not search by ")
    assert shown(seer_of_profiles.get(f"{USERS}?q=jane.doe@example.com"))


@pytest.fixture
def slow(monkeypatch):
    """Searches that take longer than they may."""
    if database.vendor == "postgresql":
        sleep = RawSQL("pg_sleep(1) IS NOT NULL", [], output_field=BooleanField())
        monkeypatch.setattr(query, "MatchesCondition", lambda condition: sleep)
    else:
        monkeypatch.setattr(timeout, "PROGRESS_STEPS", 1)
    monkeypatch.setattr(Conf, "search_timeout", 0.05 if database.vendor == "postgresql" else 0)


@pytest.mark.parametrize(
    ("q", "advice"),
    [
        ("_exists_:user_metadata.hobby", HELPED),
        ("user_metadata.hobby:s* OR user_metadata.hobby:[t TO u]", HELPED),
        ("user_metadata.hobby:*urf*", ". This search scans all users: no index covers user_metadata.hobby"),
        ("NOT user_metadata.hobby:[s TO t]", ""),
        ("email:jane.doe@example.com AND user_metadata.hobby:s*", ""),
    ],
)
def test_a_search_that_takes_too_long_is_told_so(jane, searched, slow, q, advice):
    response = searched(q)

    assert response["Retry-After"] == "1"
    assert problem(response) == (
        503,
        "The query exceeded the timeout. Please try refining your search criteria."
        f" See https://auth0.com/docs/best-practices/search-best-practices{advice}",
        "query_timeout",
    )


def test_a_search_that_read_everybody_says_so_and_to_who_may_how_to_help_it(jane, api):
    read = "This search scans all users: no index covers user_metadata.hobby"
    help = "; POST /api/v2/metadata/indexes makes user_metadata.hobby fast"
    reader, keeper = api("read:users"), api("read:users", "update:metadata_keys")
    path = f"{USERS}?{urlencode({'q': 'user_metadata.hobby:s*'})}"

    assert reader.get(path)["Warning"] == f'199 - "{read}"'
    assert keeper.get(path)["Warning"] == f'199 - "{read}{help}"'
    assert "Warning" not in keeper.get(f"{USERS}?q=email:jane*")
    odd = urlencode({"q": "user_metadata.größe\\\n:s*"})
    assert "user_metadata.gr\\u00f6\\u00dfe\\n" in keeper.get(f"{USERS}?{odd}")["Warning"]


def test_the_next_search_has_its_own_time(jane, searched, names, slow, monkeypatch):
    searched("user_metadata.hobby:surfing")
    monkeypatch.undo()

    assert names("user_metadata.hobby:surfing") == ["jane.doe"]
