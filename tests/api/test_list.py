"""`GET /users`: pages, order, fields, filters."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from tests.api.answers import USERS, at, invalid_query, problem, shown
from users.actions.account.create_user import create_user
from users.rights.actor import command_actor

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
YESTERYEAR = datetime(2025, 1, 1, tzinfo=UTC)
FAR_AHEAD = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture
def listed(shop):
    """The answer to `GET /users` with these parameters."""

    def ask(**query):
        return shop.get(f"{USERS}?{urlencode(query)}")

    return ask


@pytest.fixture
def names(listed):
    """The nicknames on the page, which by default are the local parts of the addresses."""

    def ask(**query):
        return [user["nickname"] for user in shown(listed(**query))]

    return ask


@pytest.fixture
def five(make_user):
    return [make_user(name) for name in ("ada", "ben", "cleo", "dora", "emil")]


# Pages


def test_the_list_is_a_bare_array_oldest_first(five, names):
    assert names() == ["ada", "ben", "cleo", "dora", "emil"]


def test_an_empty_desk_has_an_empty_list(listed, db):
    assert shown(listed()) == []
    assert shown(listed(include_totals="true")) == {
        "start": 0,
        "limit": 50,
        "length": 0,
        "total": 0,
        "users": [],
    }


def test_each_user_is_shown_as_when_read_alone(jane, listed, shop):
    assert shown(listed()) == [shown(shop.get(at(jane)))]


def test_totals_wrap_the_page(five, listed):
    page = shown(listed(include_totals="true", page=1, per_page=2))

    assert [user["nickname"] for user in page.pop("users")] == ["cleo", "dora"]
    assert page == {"start": 2, "limit": 2, "length": 2, "total": 5}


@pytest.mark.parametrize(
    ("page", "per_page", "expected"),
    [
        pytest.param(0, 2, ["ada", "ben"], id="the first"),
        pytest.param(2, 2, ["emil"], id="the last, half full"),
        pytest.param(3, 2, [], id="past the end"),
        pytest.param(1_000_000_000, 100, [], id="far past the end"),
        pytest.param(0, 0, [], id="none a page"),
        pytest.param(0, 100, ["ada", "ben", "cleo", "dora", "emil"], id="as many as may be"),
    ],
)
def test_a_page_is_a_slice(five, names, page, per_page, expected):
    assert names(page=page, per_page=per_page) == expected


def test_none_a_page_counts(five, listed):
    assert shown(listed(per_page=0, include_totals="true")) == {
        "start": 0,
        "limit": 0,
        "length": 0,
        "total": 5,
        "users": [],
    }


def test_past_the_end_the_totals_stay(five, listed):
    page = shown(listed(page=9, per_page=10, include_totals="true"))

    assert page == {"start": 90, "limit": 10, "length": 0, "total": 5, "users": []}


def test_a_page_holds_fifty_unless_asked_otherwise(make_user, names):
    for number in range(51):
        make_user(f"user-{number}")

    assert len(names()) == 50
    assert names(page=1) == ["user-50"]


@pytest.mark.parametrize(
    ("query", "rule"),
    [
        pytest.param(
            {"page": -1},
            "'Value -1 is less than minimum 0' on property page (Page, counted from 0).",
            id="page below 0",
        ),
        pytest.param(
            {"page": "one"},
            "'Expected type integer but found type string' on property page (Page, counted from 0).",
            id="page in words",
        ),
        pytest.param(
            {"page": "1.0"},
            "'Expected type integer but found type string' on property page (Page, counted from 0).",
            id="page with a fraction",
        ),
        pytest.param(
            {"page": ""},
            "'Expected type integer but found type string' on property page (Page, counted from 0).",
            id="page empty",
        ),
        pytest.param(
            {"page": "9" * 30},
            "'Expected type integer but found type string' on property page (Page, counted from 0).",
            id="page beyond any number",
        ),
        pytest.param(
            {"page": "٣"},
            "'Expected type integer but found type string' on property page (Page, counted from 0).",
            id="page in other digits",
        ),
        pytest.param(
            {"per_page": 101},
            "'Value 101 is greater than maximum 100' on property per_page (Items on a page).",
            id="too many a page",
        ),
        pytest.param(
            {"per_page": -1},
            "'Value -1 is less than minimum 0' on property per_page (Items on a page).",
            id="fewer than none a page",
        ),
        pytest.param(
            {"include_totals": "yes"},
            "'Expected type boolean but found type string' on property include_totals"
            " (Whether to wrap the items with their totals).",
            id="a flag that is neither",
        ),
        pytest.param(
            {"shoe_size": 44, "hat": 7}, "'Additional properties not allowed: shoe_size,hat'.", id="unknown"
        ),
        pytest.param(
            {"sort": "email"},
            "'String does not match pattern ^[a-zA-Z0-9_\\.]+:(1|-1)$: email' on property sort"
            " (A field and 1 or -1, as in created_at:-1).",
            id="sort without direction",
        ),
        pytest.param(
            {"sort": "email:1,name:1"},
            "'String does not match pattern ^[a-zA-Z0-9_\\.]+:(1|-1)$: email:1,name:1' on property sort"
            " (A field and 1 or -1, as in created_at:-1).",
            id="sort by two fields",
        ),
        pytest.param(
            {"search_engine": "v9"},
            "'No enum match for: v9' on property search_engine (v3, the only one there is)."
            ' Allowed: "v1", "v2", "v3".',
            id="an engine that never was",
        ),
    ],
)
def test_a_query_that_breaks_a_rule_is_named(listed, db, query, rule):
    assert problem(listed(**query)) == invalid_query(rule)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"search_engine": "v1"}, "You are not allowed to use search_engine=v1."),
        (
            {"search_engine": "v2"},
            "You are not allowed to use search_engine=v2. Use search_engine=v3 instead.",
        ),
    ],
    ids=["v1", "v2"],
)
def test_the_old_engines_are_refused_in_auth0s_words(listed, db, query, message):
    assert problem(listed(**query)) == (400, message, "invalid_query_string")


def test_what_every_sdk_sends_is_taken(five, listed):
    query = {"per_page": 25, "page": 0, "include_totals": "true", "include_fields": "true"}

    page = shown(listed(**query, search_engine="v3", primary_order="false"))

    assert page["total"] == 5


@pytest.mark.parametrize(
    ("page", "per_page"), [(10, 100), (20, 50), (1000, 1)], ids=["11 of 100", "21 of 50", "1001 of 1"]
)
def test_under_strict_limits_the_window_is_a_thousand(five, listed, settings, page, per_page):
    settings.STRICT_LIMITS = True

    assert problem(listed(page=page, per_page=per_page)) == (
        400,
        "You can only page through the first 1000 records."
        " See https://auth0.com/docs/users/search/v3/view-search-results-by-page#limitation",
        "invalid_paging",
    )


@pytest.mark.parametrize(("page", "per_page"), [(9, 100), (19, 50), (999, 1), (5000, 0)])
def test_under_strict_limits_the_window_itself_is_open(listed, db, settings, page, per_page):
    settings.STRICT_LIMITS = True

    assert shown(listed(page=page, per_page=per_page)) == []


def test_without_strict_limits_there_is_no_window(listed, db):
    assert shown(listed(page=10, per_page=100)) == []


# Fields


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param({"fields": "email"}, {"email"}, id="one"),
        pytest.param({"fields": "email,name"}, {"email", "name"}, id="two"),
        pytest.param({"fields": "email, name"}, {"email", "name"}, id="with a space"),
        pytest.param({"fields": "email,shoe_size"}, {"email"}, id="unknown ones are passed over"),
        pytest.param({"fields": "shoe_size"}, set(), id="only unknown ones"),
        pytest.param(
            {"fields": "last_password_reset,email"}, {"last_password_reset", "email"}, id="open list"
        ),
        pytest.param({"fields": "user_metadata"}, {"user_metadata"}, id="a document"),
        pytest.param({"fields": "user_metadata.hobby"}, {"user_metadata"}, id="a path into a document"),
        pytest.param({"fields": "user_metadata.shoe_size"}, set(), id="a path that the user lacks"),
    ],
)
def test_fields_are_the_ones_to_keep(jane, put, listed, query, expected):
    put(jane, last_password_reset=YESTERYEAR)

    [user] = shown(listed(**query))

    assert user.keys() == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("user_metadata.hobby", {"user_metadata": {"hobby": "surfing"}}),
        ("user_metadata.size.shoe,name", {"name": "Jane Doe", "user_metadata": {"size": {"shoe": 39}}}),
        (
            "user_metadata.size,user_metadata.home town",
            {"user_metadata": {"size": {"shoe": 39, "shirt": "M"}, "home town": "Oslo"}},
        ),
        (
            "identities.provider, identities.isSocial",
            {"identities": [{"provider": "auth0", "isSocial": False}]},
        ),
        ("user_metadata.hobby.x", {}),
        ("user_metadata.hobby,user_metadata.shoe_size", {"user_metadata": {"hobby": "surfing"}}),
    ],
)
def test_a_nested_name_keeps_its_part(jane, put, listed, shop, fields, expected):
    documents = {"hobby": "surfing", "size": {"shoe": 39, "shirt": "M"}, "home town": "Oslo"}
    put(jane, user_metadata=documents)

    assert shown(listed(fields=fields)) == [expected]


def test_a_nested_name_leaves_its_part_out(jane, put, listed):
    put(jane, user_metadata={"hobby": "surfing", "size": {"shoe": 39, "shirt": "M"}})

    [user] = shown(
        listed(fields="user_metadata.size.shoe,identities.user_id,app_metadata", include_fields="false")
    )

    assert user["user_metadata"] == {"hobby": "surfing", "size": {"shirt": "M"}}
    assert user["identities"][0].keys() == {"connection", "provider", "isSocial"}
    assert "app_metadata" not in user


@pytest.mark.parametrize(
    "fields", ["email.domain", "shoe.size", "identities.shoe_size", "user_metadata..x", "a."]
)
def test_a_nested_name_that_leads_nowhere_is_refused(listed, db, fields):
    status, text, code = problem(listed(fields=fields))

    assert (status, code) == (400, "invalid_query_string")
    assert "on property fields" in text


def test_fields_can_be_the_ones_to_leave_out(jane, listed):
    [whole] = shown(listed())

    [user] = shown(listed(fields="user_metadata,app_metadata,shoe_size", include_fields="false"))

    assert user.keys() == whole.keys() - {"user_metadata", "app_metadata"}


@pytest.mark.parametrize("query", [{"include_fields": "false"}, {"fields": "", "include_fields": "false"}])
def test_without_fields_everything_is_shown(jane, listed, query):
    assert shown(listed(**query)) == shown(listed())


# Order. Of each field a lower and a higher value; `None` for those who may lack it.

SORTED = {
    "user_id": ("auth0|a", "auth0|b", ...),
    "email": ("ä@example.com", "É@example.com", None),
    "email_verified": (False, True, ...),
    "username": ("a", "b", None),
    "phone_number": ("+1", "+2", None),
    "name": ("a", "B", None),
    "nickname": ("a", "B", None),
    "given_name": ("a", "B", None),
    "family_name": ("ä", "É", None),
    "blocked": (False, True, None),
    "created_at": (LONG_AGO, FAR_AHEAD, ...),
    "updated_at": (LONG_AGO, FAR_AHEAD, ...),
    "last_login": (LONG_AGO, FAR_AHEAD, None),
    "last_ip": ("10.0.0.1", "10.0.0.2", None),
    "logins_count": (1, 2, ...),
}


@pytest.mark.parametrize("field", SORTED)
def test_sorts_both_ways_with_empty_ones_last(field, make_user, put, listed):
    lower, higher, empty = SORTED[field]
    people = {"empty": empty, "higher": higher, "lower": lower}
    ids = {
        name: _with(put, make_user(name), field, value) for name, value in people.items() if value is not ...
    }

    up, down = ([user["user_id"] for user in shown(listed(sort=f"{field}:{way}"))] for way in ("1", "-1"))

    last = [ids["empty"]] if "empty" in ids else []
    assert up == [ids["lower"], ids["higher"], *last]
    assert down == [ids["higher"], ids["lower"], *last]


def _with(put, user, field, value):
    folded = {}
    if field in ("email", "username", "name", "nickname", "given_name", "family_name"):
        folded = {f"{field}_folded": value and value.casefold()}
    return put(user, **{field: value}, **folded).user_id


def test_those_with_the_same_value_keep_a_fixed_order(five, names):
    assert names(sort="email_verified:1") == ["ada", "ben", "cleo", "dora", "emil"]
    assert names(sort="email_verified:-1") == ["emil", "dora", "cleo", "ben", "ada"]


def test_those_made_in_the_same_moment_are_distinguished(five, put, names):
    for user in five:
        put(user, created_at=LONG_AGO)

    pages = [names(page=page, per_page=2) for page in range(3)]

    assert pages == [["ada", "ben"], ["cleo", "dora"], ["emil"]]


@pytest.mark.parametrize(
    "field",
    ["user_metadata", "user_metadata.", "app_metadata..a", "password", "identities", "is_superuser"],
)
def test_nothing_else_can_be_sorted_by(jane, listed, field):
    assert problem(listed(sort=f"{field}:1")) == (400, f"Users cannot be sorted by {field}.", "invalid_sort")


def test_an_indexed_key_can_be_sorted_by_and_no_other(make_user, index_key, listed, names, settings):
    for name, age in (("ada", 40), ("ben", None), ("cleo", 9), ("dora", "9"), ("emil", 12.5)):
        make_user(name, user_metadata={"age": age})

    refused = problem(listed(sort="user_metadata.age:1"))
    index_key("user_metadata", ("age",), "number")

    assert refused == (
        400,
        "Users cannot be sorted by user_metadata.age: the key is not indexed."
        " POST /api/v2/metadata/indexes indexes it.",
        "invalid_sort",
    )
    assert names(sort="user_metadata.age:1") == ["cleo", "emil", "ada", "ben", "dora"]
    assert names(sort="user_metadata.age:-1") == ["ada", "emil", "cleo", "dora", "ben"]
    assert names(q="email:*", sort="user_metadata.age:-1", per_page=2, page=1) == ["cleo", "dora"]
    settings.STRICT_LIMITS = True
    refused = problem(listed(sort="user_metadata.age:1"))
    assert refused == (400, "Users cannot be sorted by user_metadata.age.", "invalid_sort")


def test_who_may_not_see_a_document_may_not_sort_by_it(jane, index_key, api):
    index_key("app_metadata", ("plan",), "text")

    answer = api("read:user_idp_tokens").get("/api/v2/users?sort=app_metadata.plan:1")

    assert problem(answer)[0] == 403


# Connection


@pytest.fixture
def stranger_elsewhere(elsewhere, jane):
    return create_user(elsewhere, actor=command_actor("tests"), profile={"email": "stranger@example.com"})


def test_connection_filters(stranger_elsewhere, names, listed):
    assert names() == ["jane.doe", "stranger"]
    assert names(connection="Elsewhere") == ["stranger"]
    assert shown(listed(connection="Elsewhere", include_totals="true"))["total"] == 1


@pytest.mark.parametrize(
    "name", ["Nowhere", "elsewhere", "\0", "%"], ids=["unknown", "another case", "NUL", "%"]
)
def test_a_connection_that_does_not_exist_has_no_users(stranger_elsewhere, names, name):
    assert names(connection=name) == []


# Freshness


def test_the_list_knows_at_once_what_was_written(jane, shop, listed):
    shop.patch(at(jane), {"user_metadata": {"hobby": "sailing"}})
    assert shown(listed())[0]["user_metadata"] == {"hobby": "sailing"}

    shop.delete(at(jane))
    assert shown(listed()) == []


@pytest.mark.parametrize(("limit", "total"), [(0, 3), (2, 2), (3, 3), (9, 3)])
def test_totals_are_counted_to_a_limit(listed, make_user, settings, limit, total):
    settings.API_TOTAL_LIMIT = limit
    for _ in range(3):
        make_user()

    answers = [shown(listed(include_totals="true", **query)) for query in ({}, {"q": "*"})]

    assert [answer["total"] for answer in answers] == [total, total]
