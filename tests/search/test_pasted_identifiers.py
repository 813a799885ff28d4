"""Emails, phone numbers, ids and URLs that are pasted into the dashboard's box."""

from __future__ import annotations

import base64
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.metadata.values import with_database
from users.lucene.errors import QueryError
from users.models import User
from users.rights.actor import command_actor
from users.search.search_box import filter_by_search_box

SHELL = command_actor("tests")
HEX = "5f7c8ec7c33c6c004bbafe82"
ENCODED = base64.b64encode(f"auth0%7C{HEX}".encode()).decode().rstrip("=")


@pytest.fixture
def jane(make_user):
    make_user("janet", name="Jane Doe-Smith", bare_id=f"{HEX}0")
    return make_user(
        "jane", email="jane@example.com", name="Jane Doe", bare_id=HEX, phone_number="+442079460958"
    )


def emails(text):
    return sorted(user.email for user in filter_by_search_box(User.objects.all(), text, viewer=SHELL))


@pytest.mark.parametrize(
    "text",
    [
        "Jane Doe <jane@example.com>",
        '"Doe, Jane: sales" <Jane@Example.com>',
        "<jane@example.com>",
        "Somebody Else <jane@example.com>, ",
        "Jane Doe <mailto:jane@example.com>",
        "mailto:jane@example.com",
        "MAILTO:jane@example.com?subject=Hello%20there",
        "\u200bjane@example.com\n",
        "+442079460958",
        "+44 20 7946 0958",
        "+44 (0)20 7946-0958",
        "0044 20 7946 0958",
        "(020) 7946 0958",
        "020.7946.0958",
        "02079460958",
        "2079460958",
        "tel:+44-20-7946-0958",
        "+44\xa020\xa07946\xa00958",
        "7946 0958",
        f"auth0|{HEX}",
        f"auth0%7C{HEX}",
        f"https://desk.example.com/api/v2/users/auth0%7C{HEX}",
        f"https://desk.example.com/api/v2/users/auth0|{HEX}/roles?page=0#top",
        f"https://desk.example.com/api/v2/users/auth0%257C{HEX}/history",
        f"https://desk.example.com/admin/users/change/?user=auth0%7C{HEX}",
        f"https://manage.example.com/#/users/{HEX}",
        f"https://manage.example.com/dashboard/eu/acme/users/{ENCODED}",
    ],
)
def test_it_finds_that_user_alone(jane, text):
    found = emails(text)

    # The id of Janet begins with that of Jane, which may be on its way to being typed.
    expected = [jane.email, "janet@example.com"] if text.endswith(HEX) and "://" not in text else [jane.email]
    assert found == expected


def test_a_url_of_our_own_page_finds_its_user(jane):
    assert emails(f"https://desk.example.com/admin/users/user/{jane.pk}/change/?tab=raw") == [jane.email]
    assert emails(f"http://127.0.0.1:8000/admin/users/user/{jane.pk}") == [jane.email]


def test_several_mailboxes_find_each_of_their_users(jane):
    assert emails("Jane <jane@example.com>; Janet <janet@example.com>") == [jane.email, "janet@example.com"]


def test_a_url_without_an_id_is_read_as_a_query(jane):
    with pytest.raises(QueryError):
        emails("https://example.com/")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "auth0|no-such",
            "auth0|%00",
            "https://x.org/auth0|%00",
            "https://x.org/users/999999999999",
            "+99 999 999",
        ),
        *(
            "mailto:nobody@example.com",
            "<nobody@example.com>",
            "auth0|'OR'1'='1'--",
            "123456 99",
        ),
        "https://x.org/" + base64.b64encode(b"auth0|\0" + b"x" * 20).decode(),
    ],
)
def test_what_nobody_has_finds_nobody(jane, text):
    with suppress(QueryError):
        assert emails(text) == []


@with_database
@given(
    st.sampled_from(["https://x.org/", "auth0|", "mailto:", "<a@", "+4", "tel:", "https://[", "auth0%7C"]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
)
def test_any_text_is_answered(db, begun, text):
    with suppress(QueryError):
        assert list(filter_by_search_box(User.objects.all(), begun + text, viewer=SHELL)) == []
