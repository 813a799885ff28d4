"""The list of users: found, filtered, sorted, paged, and never counted to the end."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.admin.conftest import LIST
from users.actions.block_user import block_user
from users.actions.record_sign_in import record_sign_in
from users.admin import paginator
from users.models import Connection, User
from users.models.guard import account_writes
from users.rights.actor import command

SHELL = command("tests")


def found(page) -> list[str]:
    """The local parts of the addresses in the list, in its order."""
    return re.findall(r'<a class="person-name" href="[^"]+">([^<@]*)', page.html)


def set_moment(user: User, **columns) -> None:
    with account_writes():
        User.objects.filter(pk=user.pk).update(**columns)


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
        pytest.param("O'Ne", [], id="middle of a name"),
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


def test_search_keeps_what_was_typed_and_says_how_many(listing, people):
    page = listing(people, q='"><script>alert(1)</script>')

    assert page.form("Search").fields["q"] == ['"><script>alert(1)</script>']
    assert "<script>alert" not in page.html
    assert "0 people match" in page.text


def test_search_and_filters_hold_together(listing, people):
    page = listing(people, q="jane", status="unverified")

    assert found(page) == ["jane.doe"]
    assert page.form("Search").hidden["status"] == ["unverified"]


def test_an_empty_search_shows_everybody(listing, people):
    assert len(found(listing(people, q="  "))) == 4


def test_a_search_that_finds_nobody_says_what_to_do(listing, people):
    page = listing(people, q="nobody.at.all")

    assert "Nobody matches." in page.text
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


def test_the_chosen_filter_is_marked_and_can_be_cleared(listing, agent):
    page = listing(agent, status="active")

    assert re.search(r'<a href="\?status=active" aria-current="true">Active</a>', page.html)
    assert "Clear all filters" in page.text


# What may be looked up is what is offered. Django's admin takes any column of the table as a
# parameter unless told otherwise; by these, one could guess at what one may not see.
@pytest.mark.parametrize(
    ("lookup", "hit"),
    [
        ("password__startswith", "md5$"),
        ("app_metadata__plan", "full"),
        ("app_metadata__icontains", "full"),
        ("user_metadata__hobby", "surfing"),
        ("session_epoch", "0"),
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


@pytest.mark.parametrize(
    ("column", "direction", "names"),
    [
        pytest.param("User", "", ["agent", "alice", "bob", "carol"], id="by address"),
        pytest.param("User", "-", ["carol", "bob", "alice", "agent"], id="by address, backwards"),
        pytest.param("Logins", "-", ["agent", "bob", "alice", "carol"], id="by logins"),
        pytest.param("Last login", "-", ["agent", "alice", "bob", "carol"], id="last seen first"),
        pytest.param("Last login", "", ["bob", "alice", "agent", "carol"], id="longest gone first"),
        pytest.param("Created", "", ["agent", "alice", "bob", "carol"], id="oldest first"),
        pytest.param("Created", "-", ["carol", "bob", "alice", "agent"], id="newest first"),
    ],
)
def test_sorting_puts_those_who_never_signed_in_last(listing, agent, make_user, column, direction, names):
    now = timezone.now()
    set_moment(agent, created_at=now - timedelta(hours=9), logins_count=9)
    for hours, (name, logins, seen) in enumerate(
        [("alice", 1, now - timedelta(days=1)), ("bob", 2, now - timedelta(days=2)), ("carol", 0, None)]
    ):
        at = now - timedelta(hours=8 - hours)
        set_moment(make_user(name), logins_count=logins, last_login=seen, created_at=at)
    offered = dict(re.findall(r'<a href="\?o=-?(\d)[^"]*">([\w ]+)</a>', listing(agent).html))
    number = {words: number for number, words in offered.items()}[column]

    assert found(listing(agent, o=f"{direction}{number}")) == names


def test_the_newest_come_first(listing, agent, make_user):
    for name in ("alice", "bob"):
        make_user(name)

    assert found(listing(agent)) == ["bob", "alice", "agent"]


def test_only_what_an_index_backs_is_offered_for_sorting(listing, agent, jane):
    offered = re.findall(r'<th scope="col" class="sortable column-(\w+)', listing(agent).html)

    assert set(offered) == {"person", "logins", "last_sign_in", "created"}


def test_fifty_a_page(listing, agent, crowd):
    crowd(60)

    first, second = listing(agent), listing(agent, p="2")

    assert (len(found(first)), len(found(second))) == (50, 11)
    assert not set(found(first)) & set(found(second))
    assert "61 people" in first.text


@pytest.mark.parametrize("number", ["99", "0", "-1", "x", "1e9", "²"])
def test_a_page_that_is_not_there_breaks_nothing(browser, agent, number):
    answer = browser(agent).get(LIST, {"p": number}, follow=True)

    assert answer.status_code == 200


def test_counting_stops_at_the_cap(listing, agent, crowd, monkeypatch):
    monkeypatch.setattr(paginator, "MOST", 20)
    crowd(30)

    with CaptureQueriesContext(database) as captured:
        page = listing(agent)

    counts = [query["sql"] for query in captured if "COUNT(" in query["sql"]]
    assert "20+ people" in page.text
    assert len(counts) == 1
    assert "LIMIT 21" in counts[0]


def test_a_count_under_the_cap_is_exact(listing, agent, crowd, monkeypatch):
    monkeypatch.setattr(paginator, "MOST", 31)
    crowd(30)

    page = listing(agent)

    assert "31 people" in page.text
    assert "31+" not in page.text


def test_all_at_once_is_not_to_be_had(listing, agent, crowd):
    crowd(60)

    page = listing(agent, all="")

    assert len(found(page)) <= 50


@pytest.mark.parametrize("action", ["delete_selected", "", "anything"])
def test_there_are_no_bulk_actions(browser, administrator, jane, action):
    member = browser(administrator)
    assert 'name="action"' not in member.get(LIST).content.decode()

    member.post(
        LIST,
        {"action": action, "_selected_action": [jane.pk], "index": "0", "post": "yes", "select_across": "1"},
    )

    assert User.objects.filter(pk=jane.pk).exists()


def test_nothing_of_the_documents_is_in_the_list_or_read_for_it(listing, agent, make_user):
    make_user("jane", user_metadata={"k": "marker-in-user"}, app_metadata={"k": "marker-in-app"})

    with CaptureQueriesContext(database) as captured:
        page = listing(agent)

    assert "marker-in" not in page.html
    assert not [
        query
        for query in captured
        if 'users_user"."app_metadata"' in query["sql"].split("WHERE")[0] and "LIMIT 50" in query["sql"]
    ]


def test_each_row_says_its_state_in_words(listing, agent, make_user):
    block_user(make_user("barred", email_verified=True), actor=SHELL)

    page = listing(agent, q="barred")

    assert '<span class="badge bad">Blocked</span>' in page.html
    assert "Unverified" not in re.search(r"<tbody>.*</tbody>", page.html, re.DOTALL)[0]


def test_without_users_the_list_says_so(listing, make_user, monkeypatch):
    monkeypatch.setattr(User.objects.__class__, "without_documents", lambda self: self.none())
    page = listing(make_user("admin", "Administrator"))

    assert "There are no users yet." in page.text


@pytest.mark.parametrize(
    "parameters",
    [
        pytest.param({}, id="plain"),
        pytest.param({"q": "person"}, id="search"),
        pytest.param({"status": "active", "created": "7"}, id="filters"),
        pytest.param({"o": "-4"}, id="sorted"),
    ],
)
def test_a_thousand_users_cost_no_more_queries_than_ten(browser, agent, crowd, parameters):
    member = browser(agent)
    member.get(LIST)  # whatever is remembered is remembered now

    def queries() -> int:
        with CaptureQueriesContext(database) as captured:
            assert member.get(LIST, parameters).status_code == 200
        return len(captured)

    crowd(10)
    few = queries()
    with account_writes():
        User.objects.filter(email__startswith="person").delete()
    crowd(1000)

    assert queries() == few == QUERIES


# The session, the member, their rights (own and by groups), the connections, the count and the page.
QUERIES = 7
