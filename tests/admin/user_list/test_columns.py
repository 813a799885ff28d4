"""The columns of the users list: chosen, kept, and no way to what one may not see."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from tests.admin.conftest import LIST
from tests.web.pages import open_page
from users.admin.user_list.cells import MAX_TEXT_LENGTH, Cell, make_cell
from users.admin.user_list.columns import check_settings

MARK = "marker-in-app"


def shown(page) -> list[str]:
    """The headings beside the user."""
    return re.findall(r'<th scope="col"[^>]*>(?:<a [^>]*>)?([^<]+)<', page.html)[1:]


def cells(page, label: str) -> list[str]:
    """What stands in the column, as a person reads it."""
    found = re.findall(rf'<td data-label="{re.escape(label)}"[^>]*>(.*?)</td>', page.html, re.DOTALL)
    return [re.sub(r"<[^>]+>|\s+", " ", each).strip() for each in found]


def test_the_usual_columns_hold_the_plan(listing, agent, jane):
    page = listing(agent)

    assert shown(page) == ["Plan", "Status", "Sign-ins", "Last sign-in", "Created"]
    assert cells(page, "Plan") == ["full", "–"]


def test_the_usual_columns_are_a_setting(listing, agent, jane, settings):
    settings.LIST_COLUMNS = ("user_metadata.hobby", "connection")

    page = listing(agent)

    assert shown(page) == ["Hobby", "Connection"]
    assert cells(page, "Hobby") == ["surfing", "–"]


@pytest.mark.parametrize("name", ["plan", "password", "app_metadata", "app_metadata.", "user_metadata..a"])
def test_a_setting_that_names_no_column_is_refused(settings, name):
    settings.LIST_COLUMNS = ("status", name)

    with pytest.raises(ImproperlyConfigured, match=f"LIST_COLUMNS names '{name}'"):
        check_settings()


def test_columns_are_in_the_address(listing, agent, make_user):
    make_user("jane", user_metadata={"address": {"city": "Oslo"}, "two words": [1, "b"]})

    page = listing(
        agent, column=["user_metadata.address.city", "user_metadata.two words", "status"], q="jane"
    )

    assert shown(page) == ["address.city", "two words", "Status"]
    assert cells(page, "address.city") == ["Oslo"]
    assert cells(page, "two words") == ["1, b"]
    assert page.form("Search").hidden["column"] == [
        "user_metadata.address.city",
        "user_metadata.two words",
        "status",
    ]


def test_chosen_columns_are_kept_for_whoever_chose_them(browser, agent, administrator, jane):
    at_work = browser(agent)
    page = open_page(at_work, f"{LIST}?q=jane")

    chosen = page.press("Show these columns", column=["status", "user_metadata.hobby"])

    assert chosen.path == f"{LIST}?q=jane&column=status&column=user_metadata.hobby"
    assert shown(chosen) == shown(open_page(at_work, LIST)) == ["Status", "Hobby"]
    assert len(shown(open_page(browser(administrator), LIST))) == 5
    back = chosen.press("Reset to default")
    assert len(shown(back)) == len(shown(open_page(at_work, LIST))) == 5
    none = back.press("Show these columns", column="")
    assert shown(none) == shown(open_page(at_work, LIST)) == []


def test_a_column_that_is_none_is_named(browser, agent):
    page = open_page(browser(agent), LIST).press("Show these columns", column=["status", "plan"])

    assert "There is no column plan;" in page.text
    assert shown(page) == ["Status"]


def test_no_more_than_a_dozen(listing, agent):
    assert len(shown(listing(agent, column=[f"user_metadata.k{number}" for number in range(30)]))) == 12


def test_what_one_may_not_see_is_neither_offered_nor_read(browser, staff_with, make_user):
    make_user("jane", user_metadata={"k": "own"}, app_metadata={"plan": MARK, "k": {"l": MARK}})
    blind = browser(staff_with("view_user"))
    address = f"{LIST}?column=app_metadata.plan&column=app_metadata.k.l&column=user_metadata.k"

    with CaptureQueriesContext(database) as captured:
        page = open_page(blind, address)
    chosen = page.press("Show these columns", column=["app_metadata.plan", "user_metadata.k"])
    usual = open_page(blind, f"{LIST}?q=").press("Reset to default")

    assert shown(page) == shown(chosen) == ["K"]
    assert shown(usual) == ["Status", "Sign-ins", "Last sign-in", "Created"]
    assert MARK not in page.html + chosen.html + usual.html
    assert not [query for query in captured if "app_metadata" in query["sql"]]
    assert 'value="app_metadata.plan"' not in usual.html


def test_of_the_documents_only_what_is_shown_is_read(listing, agent, make_user):
    make_user("jane", user_metadata={"k": "marker", "l": "secret-of-l"}, app_metadata={"plan": "full"})

    with CaptureQueriesContext(database) as captured:
        page = listing(agent, column="user_metadata.k")

    [query] = [query["sql"] for query in captured if "LIMIT 51" in query["sql"]]
    assert "marker" in page.html
    assert "secret-of-l" not in page.html
    assert '"app_metadata"' not in query
    assert '"user_metadata",' not in query.replace("\"user_metadata\", 'k'", "")


def test_values_of_every_kind_are_distinguished(listing, agent, make_user):
    kinds = [True, False, 0, 1.5, "", "true", None, [], {}, {"a": [1]}, [[1]], 2**60, "<b>&", "x" * 99]
    for number, value in enumerate(kinds):
        make_user(f"p{number}", user_metadata={"k\"\\'k": value})

    page = listing(agent, column="user_metadata.k\"\\'k", q="p", sort="email:1")

    order = sorted(range(len(kinds)), key=lambda number: f"p{number}@")
    texts = dict(zip(order, cells(page, "k&quot;\\&#x27;k"), strict=True))
    assert [texts[number] for number in range(len(kinds))] == [
        *("true", "false", "0", "1.5", "&quot;&quot;", "true", "–", "[]", "{}"),
        *("{&quot;a&quot;:[1]}", "[[1]]", str(2**60), "&lt;b&gt;&amp;", "x" * MAX_TEXT_LENGTH + "…"),
    ]


@pytest.mark.parametrize(
    ("value", "path", "expected"),
    [
        ("full", (), Cell("full")),
        (3, (), Cell("3", is_code=True)),
        (None, (), Cell("")),
        ({"a": {"b": "c"}}, ("a", "b"), Cell("c")),
        ({"a": 1}, ("b",), Cell("")),
        ("text", ("b",), Cell("")),
        (["x", 1, None], (), Cell("x, 1, null")),
        ([{"c": "Rome"}, {"c": ["Oslo"]}, {}], ("c",), Cell("Rome, Oslo")),
        ([{"c": {"d": 1}}], ("c",), Cell('{"d":1}', is_code=True)),
        ("x" * 61, (), Cell("x" * 60 + "…", whole="x" * 61)),
    ],
)
def test_a_cell(value, path, expected):
    assert make_cell(value, path) == expected
