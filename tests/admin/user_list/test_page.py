"""The list of users: found by words, filtered, and what stands in a row."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from urllib.parse import parse_qsl

import pytest
from django.utils import timezone

from tests.admin.conftest import LIST, found, set_moment
from users.actions.account.block_user import block_user
from users.actions.account.record_sign_in import record_sign_in
from users.models import Connection, User
from users.rights.actor import command_actor

SHELL = command_actor("tests")
DATABASE = "Username-Password-Authentication"


@pytest.fixture
def people(agent, make_user):
    """Three people beside the agent."""
    make_user("jane.doe", name="Jane Doe", nickname="surfer", given_name="Jane", family_name="Doe")
    make_user("elodie", name="Élodie Durand", email="Élodie@exämple.com")
    make_user("mallory", name="Mallory O'Neil", bare_id="5f7c8ec7c33c6c004bbafe82")
    return agent


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        pytest.param("jane.doe@example.com", ["jane.doe"], id="whole address"),
        pytest.param("JANE.D", ["jane.doe"], id="beginning of an address, other case"),
        pytest.param("Jane Doe", ["jane.doe"], id="whole name"),
        pytest.param("doe jan", ["jane.doe"], id="words in any order"),
        pytest.param("surf", ["jane.doe"], id="nickname"),
        pytest.param("éLODIE", ["élodie"], id="letters beyond ASCII, other case"),
        pytest.param("ÉLODIE@EXÄMPLE.COM", ["élodie"], id="address beyond ASCII"),
        pytest.param("auth0|5f7c8ec7c33c6c004bbafe82", ["mallory"], id="user_id"),
        pytest.param("auth0|5f7c", ["mallory"], id="beginning of a user_id"),
        pytest.param("5f7c8ec7", ["mallory"], id="user_id without its provider"),
        pytest.param("ne O", ["mallory"], id="parts of a name with an apostrophe"),
        pytest.param("Mallory O'Neil", ["mallory"], id="name with an apostrophe"),
        pytest.param("jane mallory", [], id="words of two people"),
        pytest.param("%", [], id="a wildcard is a letter like others"),
        pytest.param("_ane", [], id="so is an underscore"),
        pytest.param("ane", [], id="not inside words"),
    ],
)
def test_search_finds(listing, people, typed, names):
    page = listing(people, q=typed)

    assert page.status == 200
    assert found(page) == names


@pytest.mark.parametrize(
    ("typed", "says"),
    [("'><script>alert(1)</script>", "0 users match"), ('"><script>alert(1)</script>', "Can't read")],
)
def test_search_keeps_what_was_typed_and_says_how_many(listing, people, typed, says):
    page = listing(people, q=typed)

    assert page.form("Search").fields["q"] == [typed]
    assert "<script>alert" not in page.html
    assert says in page.text


def test_search_and_filters_hold_together(listing, people):
    page = listing(people, q="jane", status="unverified")

    assert found(page) == ["jane.doe"]
    assert page.form("Search").hidden["status"] == ["unverified"]


def test_an_empty_search_shows_everybody(listing, people):
    assert len(found(listing(people, q="  "))) == 4


def test_a_search_that_finds_nobody_says_what_to_do(listing, people):
    page = listing(people, q="nobody.at.all")

    assert "No users match." in page.text
    assert found(page) == []


@pytest.mark.parametrize(
    ("status", "names"),
    [
        ("active", {"agent", "fresh", "verified"}),
        ("blocked", {"barred"}),
        ("unverified", {"agent", "fresh", "barred"}),
    ],
)
def test_filter_by_status(listing, agent, make_user, status, names):
    make_user("fresh", blocked=False)
    make_user("verified", email_verified=True)
    block_user(make_user("barred"), actor=SHELL)

    assert set(found(listing(agent, status=status))) == names


def test_filter_by_connection(listing, agent, make_user):
    other = Connection.objects.create(name="Partners & <Sons>")
    set_moment(make_user("partner"), connection=other)

    page = listing(agent, connection="Partners & <Sons>")

    assert found(page) == ["partner"]
    assert "Partners &amp; &lt;Sons&gt;" in page.html
    assert found(listing(agent, connection="Username-Password-Authentication")) == ["agent"]
    assert found(listing(agent, connection="Unknown")) == []


@pytest.mark.parametrize(
    ("days", "names"),
    [("1", {"today"}), ("7", {"today", "thursday"}), ("30", {"today", "thursday", "lastmonth"})],
)
@pytest.mark.parametrize("column", ["created_at", "last_login"])
def test_filter_by_time(listing, agent, make_user, column, days, names):
    ages = {"today": 0, "thursday": 3, "lastmonth": 20, "old": 400}
    set_moment(agent, **{column: timezone.now() - timedelta(days=1000)})
    for name, age in ages.items():
        set_moment(make_user(name), **{column: timezone.now() - timedelta(days=age, hours=1)})

    parameter = {"created_at": "created", "last_login": "last_login"}[column]

    # Looking is done signed in, which counts as a sign-in of the agent's.
    assert set(found(listing(agent, **{parameter: days}))) - {"agent"} == names


def test_filter_by_never_signed_in(listing, agent, jane, stranger):
    record_sign_in(agent, ip=None)
    record_sign_in(jane, ip="192.0.2.1")

    assert found(listing(agent, last_login="never")) == ["stranger"]


@pytest.mark.parametrize(
    "parameters",
    [{"status": "nonsense"}, {"created": "nonsense"}, {"created": "365"}, {"last_login": "-1"}],
)
def test_a_filter_nobody_offered_filters_nothing(listing, agent, jane, parameters):
    page = listing(agent, **parameters)

    assert page.status == 200
    assert set(found(page)) == {"agent", "jane.doe"}


def test_the_chosen_filter_is_marked_and_a_chip_removes_it(listing, agent):
    page = listing(agent, status="active", created="7", q="a")

    assert re.search(
        r'<a href="\?q=a&amp;status=active&amp;created=7" aria-current="true">Active</a>', page.html
    )
    assert re.search(r'href="\?q=a&amp;created=7" aria-label="Remove the filter Status: Active"', page.html)
    assert 'href="?q=a">Clear<' in page.html


def test_filter_by_keys_that_people_have(listing, agent, jane, make_user):
    make_user("surfer", user_metadata={"hobby": "surfing", "two words": 1})

    assert found(listing(agent, has="user_metadata.hobby")) == ["surfer", "jane.doe"]
    both = listing(agent, has=["user_metadata.hobby", "user_metadata.two words"])
    assert found(both) == ["surfer"]
    assert 'aria-label="Remove the filter Has: user_metadata.two words"' in both.html


@pytest.mark.parametrize("status", ["active", "blocked", "unverified"])
def test_filters_written_as_words_find_the_same(listing, agent, make_user, status):
    make_user("verified", email_verified=True)
    block_user(make_user("barred", app_metadata={"plan": "full"}), actor=SHELL)
    filtered = listing(agent, status=status, has="app_metadata.plan", connection=DATABASE, created="7")
    [link] = re.findall(r'href="(\?[^"]*)">Write as a search', filtered.html)

    as_words = listing(agent, **dict(parse_qsl(html.unescape(link[1:]))))

    assert found(as_words) == found(filtered)
    assert "Remove the filter" not in as_words.html
    assert "_exists_:app_metadata.plan" in as_words.form("Search").fields["q"][0]


# What may be looked up is what is offered. Django's admin takes any column of the table as a
# parameter unless set otherwise; by these, one could guess at what one may not see.
@pytest.mark.parametrize(
    ("lookup", "hit"),
    [
        ("password__startswith", "md5$"),
        ("app_metadata__plan", "full"),
        ("app_metadata__icontains", "full"),
        ("user_metadata__hobby", "surfing"),
        ("session_epoch", "0"),
        ("tokens_valid_from__isnull", "True"),
        ("is_superuser", "0"),
        ("user_metadata_version__gte", "0"),
        ("email__contains", "ane.d"),
        ("connection__connection_id__startswith", "con_"),
        ("groups__name", "Support"),
        ("changes__actor_id__startswith", "tests"),
    ],
)
def test_no_column_can_be_looked_up_by_an_address_typed_by_hand(listing, staff_with, jane, lookup, hit):
    viewer = staff_with("view_user")

    right, wrong = listing(viewer, **{lookup: hit}), listing(viewer, **{lookup: "77"})

    assert (right.status, found(right)) == (wrong.status, found(wrong))


@pytest.mark.parametrize("action", ["delete_selected", "", "anything"])
def test_there_are_no_bulk_actions(browser, administrator, jane, action):
    member = browser(administrator)
    assert 'name="action"' not in member.get(LIST).content.decode()

    member.post(
        LIST,
        {"action": action, "_selected_action": [jane.pk], "index": "0", "post": "yes", "select_across": "1"},
    )

    assert User.objects.filter(pk=jane.pk).exists()


def test_each_row_says_its_state_in_words(listing, agent, make_user):
    block_user(make_user("barred", email_verified=True), actor=SHELL)

    page = listing(agent, q="barred")

    assert '<span class="badge bad">Blocked</span>' in page.html
    assert "Unverified" not in re.search(r"<tbody>.*</tbody>", page.html, re.DOTALL)[0]
