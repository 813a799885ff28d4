"""GET /logs, /logs/{id} and /users/{id}/logs."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.db import connection as database
from django.utils import timezone

from tests.api.answers import at, invalid_query, problem, shown
from tests.search.conftest import Plan
from tests.second_factor import enrol
from users.actions.account.delete_user import delete_user
from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.actions.account.multifactor import note_multifactor
from users.actions.account.record_password_reset import note_password_reset
from users.actions.account.tickets import create_ticket, get_valid_ticket, verify_email_by_ticket
from users.log.position import LogPosition
from users.models import Change, LogEvent, Ticket, User
from users.models.write_guard import allow_account_writes
from users.rights.actor import Face, command_actor, owner_actor, staff_actor
from users.sign_in import lockout
from users.sign_in.clear_lockout import clear_lockouts

LOGS = "/api/v2/logs"
SHELL = command_actor("tests")
EARLY = "90020260304100000000000"
NO_IDS = ["", "1", "x" * 43, "9" * 43, "²" * 43, f"{EARLY}2{'1' * 19}", f"{EARLY}0{'9' * 19}"]
KEYS = {
    *("_id", "log_id", "date", "type", "description", "connection", "connection_id", "client_id"),
    *("client_name", "ip", "hostname", "user_id", "user_name", "user_agent", "audience", "scope"),
    *("strategy", "strategy_type", "isMobile", "location_info", "organization_id", "organization_name"),
    "details",
}


@pytest.fixture
def auditor(api):
    """A client that may read logs and nothing else."""
    return api("read:logs")


@pytest.fixture
def desk(api):
    """One that may see the users as well."""
    return api("read:logs", "read:users")


@pytest.fixture
def long_ago(jane):
    """Seven lines on Jane, who was there already, an hour old and so settled, of both tables in
    turn; the line of her making is young."""
    begin = timezone.now() - timedelta(hours=1)
    with allow_account_writes():
        User.objects.filter(pk=jane.pk).update(created_at=begin)
    lines = [a_line(jane, begin + timedelta(seconds=number), number % 2) for number in range(7)]
    return [LogPosition.of(line).log_id for line in lines]


def a_line(user, at, is_event):
    if is_event:
        return LogEvent.objects.create(at=at, type="s", description="Signed in", user_id=user.user_id)
    return Change.objects.create(user=user, subject=user.user_id, at=at, what="profile", actor_name="x")


def of(user):
    return f"{at(user)}/logs"


def latest(client, user):
    return shown(client.get(of(user)))[0]


def ids(answer):
    return [entry["log_id"] for entry in shown(answer)]


def test_an_entry_has_auth0s_shape_nulls_included(desk, shop, jane):
    shop.patch(at(jane), {"name": "New"}, **{"X-Request-ID": "r-1"})

    entry = latest(desk, jane)

    change = Change.objects.first()
    assert entry.keys() == KEYS
    assert entry["_id"] == entry["log_id"] == LogPosition.of(change).log_id
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", entry["date"])
    assert (entry["type"], entry["description"]) == ("sapi", "Update a User")
    assert entry["connection"] == jane.connection.name
    assert entry["connection_id"] == jane.connection.connection_id
    assert (entry["strategy"], entry["strategy_type"]) == ("auth0", "database")
    assert (entry["client_id"], entry["client_name"]) == (change.actor_id, "Shop")
    assert (entry["user_id"], entry["user_name"]) == (jane.user_id, jane.email)
    assert entry["ip"] == "127.0.0.1"
    assert entry["user_agent"] is entry["isMobile"] is None
    assert entry["details"] == {
        "request": {"channel": "api", "id": "r-1"},
        "actor": {"kind": "client", "id": change.actor_id, "name": "Shop"},
        "change": {"what": "profile", "keys": ["name"], "reason": None},
    }


def in_documents(shop, jane):
    shop.patch(at(jane), {"app_metadata": {"plan": "s3cret-plan"}})


def disenrol(jane):
    jane.authenticator_set.all().delete()
    note_multifactor(jane, actor=owner_actor(jane))


def bar(jane):
    for _ in range(5):
        lockout.start_attempt([lockout.lockout_key(jane)], ip="192.0.2.1")


def by_ticket(shop, jane):
    purpose = Ticket.Purpose.EMAIL_VERIFICATION
    ticket = get_valid_ticket(create_ticket(jane, purpose, actor=SHELL), purpose)
    verify_email_by_ticket(ticket, actor=owner_actor(jane, face=Face.SIGN_IN))


@pytest.mark.parametrize(
    ("happens", "type_", "description"),
    [
        pytest.param(in_documents, "sapi", "Update a User", id="patch"),
        pytest.param(
            lambda shop, jane: shop.delete(at(jane)), "sapi", "Delete a User", id="delete by the API"
        ),
        pytest.param(
            lambda shop, jane: shop.post("/api/v2/tickets/password-change", {"user_id": jane.user_id}),
            "sapi",
            "Link created",
            id="ticket",
        ),
        pytest.param(
            lambda shop, jane: edit_user(jane, Edit(password="quite a new one"), actor=owner_actor(jane)),
            "scp",
            "Password changed",
            id="one's own password",
        ),
        pytest.param(
            lambda shop, jane: edit_user(jane, Edit(password="quite a new one"), actor=SHELL),
            "sapi",
            "Update a User",
            id="a password by the command line",
        ),
        pytest.param(by_ticket, "sv", "Email address confirmed", id="an address confirmed"),
        pytest.param(
            lambda shop, jane: edit_user(jane, Edit(profile={"email_verified": True}), actor=SHELL),
            "sapi",
            "Update a User",
            id="an address taken as verified",
        ),
        pytest.param(
            lambda shop, jane: enrol(jane), "gd_enrollment_complete", "Second factor added", id="enrolled"
        ),
        pytest.param(
            lambda shop, jane: enrol(jane) and disenrol(jane),
            "gd_unenroll",
            "Second factor removed",
            id="no longer enrolled",
        ),
        pytest.param(
            lambda shop, jane: bar(jane) or clear_lockouts([jane], actor=SHELL),
            "ublkdu",
            "Lockout cleared",
            id="lockout cleared",
        ),
        pytest.param(
            lambda shop, jane: note_password_reset(jane, actor=SHELL),
            "scpr",
            "Password reset sent",
            id="a reset sent",
        ),
    ],
)
def test_the_type_says_what_happened(desk, shop, jane, happens, type_, description):
    happens(shop, jane)

    entry = latest(desk, jane)

    assert (entry["type"], entry["description"]) == (type_, description)


def test_values_are_never_in_it(desk, shop, jane):
    shop.patch(
        at(jane), {"app_metadata": {"plan": "s3cret-plan"}, "user_metadata": {"hobby": "s3cret-hobby"}}
    )

    text = desk.get(LOGS).content.decode()

    assert "s3cret" not in text
    assert {"plan"} == {key for entry in shown(desk.get(of(jane)))[:2] for key in keys(entry)} - {"hobby"}


def keys(entry):
    return entry["details"]["change"]["keys"]


def test_who_may_not_see_users_learns_no_names_and_no_reasons(auditor, agent, jane):
    edit = Edit(documents={"user_metadata": Patch({"hobby": "chess"})})
    edit_user(jane, edit, actor=staff_actor(agent), reason="Called about the invoice")

    entry = latest(auditor, jane)

    assert entry["user_name"] is None
    assert entry["details"]["change"] == {"what": "user_metadata"}
    assert entry["details"]["actor"] == {"kind": "staff", "id": agent.user_id}
    text = auditor.get(LOGS).content.decode()
    for word in (jane.email, agent.email, "invoice", "plan", "hobby"):
        assert word not in text


def test_a_user_has_their_own_only_latest_first(desk, jane, stranger):
    edit_user(jane, Edit(profile={"name": "New"}), actor=SHELL)
    edit_user(stranger, Edit(profile={"name": "Other"}), actor=SHELL)

    entries = shown(desk.get(of(jane)))

    assert [entry["description"] for entry in entries] == ["Update a User", "Create a User"]
    assert {entry["user_id"] for entry in entries} == {jane.user_id}


def test_the_logs_outlive_their_user(desk, jane):
    delete_user(jane, actor=SHELL)

    deleted, created = shown(desk.get(of(jane)))

    assert (deleted["description"], created["description"]) == ("Delete a User", "Create a User")
    assert (deleted["user_id"], deleted["user_name"], deleted["connection"]) == (jane.user_id, None, None)


def test_nobody_has_none(desk, jane):
    assert shown(desk.get("/api/v2/users/auth0|nobody/logs")) == []


def test_what_is_no_id_is_refused(desk):
    rule = "'Object didn't pass validation for format user-id: jane' on property id (The id of the user)."

    answer = desk.get("/api/v2/users/jane/logs")

    assert problem(answer) == (400, f"Path validation error: {rule}", "invalid_uri")


def test_an_id_may_be_encoded_and_hold_a_slash(desk, make_user):
    user = make_user(bare_id="a/b")

    assert len(shown(desk.get(f"/api/v2/users/{quote(user.user_id, safe='')}/logs"))) == 1


def test_everybodys_are_together(desk, jane, stranger):
    assert [entry["user_id"] for entry in shown(desk.get(LOGS))] == [stranger.user_id, jane.user_id]


@pytest.mark.parametrize("path", [LOGS, "user"])
class TestPages:
    @pytest.fixture
    def address(self, path, jane):
        return of(jane) if path == "user" else path

    def test_pages_follow_each_other(self, desk, long_ago, address):
        first = ids(desk.get(f"{address}?per_page=4"))
        second = ids(desk.get(f"{address}?per_page=4&page=1"))
        beyond = ids(desk.get(f"{address}?per_page=4&page=9"))

        assert first[1:] + second == long_ago[::-1]
        assert beyond == []

    def test_the_oldest_may_come_first(self, desk, long_ago, address):
        assert ids(desk.get(f"{address}?sort=date:1&per_page=3")) == long_ago[:3]
        assert ids(desk.get(f"{address}?sort=date:-1"))[1:] == long_ago[::-1]

    def test_totals_come_with_a_length(self, desk, long_ago, address):
        page = shown(desk.get(f"{address}?per_page=3&page=2&include_totals=true"))

        logs = page.pop("logs")
        assert page == {"start": 6, "limit": 3, "length": 2, "total": 8}
        assert [entry["log_id"] for entry in logs] == long_ago[1::-1]

    def test_they_may_just_be_counted(self, desk, long_ago, address):
        page = shown(desk.get(f"{address}?per_page=0&include_totals=true"))

        assert page == {"start": 0, "limit": 0, "length": 0, "total": 8, "logs": []}

    def test_fields_are_chosen_or_left_out(self, desk, long_ago, address):
        chosen = shown(desk.get(f"{address}?fields=type,date&per_page=1"))
        left_out = shown(desk.get(f"{address}?fields=details,ip&include_fields=false&per_page=1"))

        assert chosen[0].keys() == {"type", "date"}
        assert left_out[0].keys() == KEYS - {"details", "ip"}

    def test_a_page_so_deep_that_the_whole_log_would_be_read_is_refused(self, desk, address):
        assert desk.get(f"{address}?per_page=100&page=99").status_code == 200
        assert problem(desk.get(f"{address}?per_page=100&page=100"))[::2] == (400, "invalid_paging")

    def test_only_the_date_sorts(self, desk, address):
        answer = desk.get(f"{address}?sort=user_name:1")

        assert problem(answer) == (400, "Logs cannot be sorted by user_name.", "invalid_sort")

    @pytest.mark.parametrize(
        "query", ["sort=date", "sort=shoe_size:1", "fields=shoe_size", "per_page=101", "page=-1"]
    )
    def test_what_cannot_be_is_refused(self, desk, address, query):
        assert problem(desk.get(f"{address}?{query}"))[::2] == (400, "invalid_query_string")

    def test_a_query_goes_with_pages_and_totals(self, desk, long_ago, address):
        page = shown(desk.get(f"{address}?q=type:s&per_page=2&page=1&include_totals=true"))

        logs = page.pop("logs")
        assert page == {"start": 2, "limit": 2, "length": 1, "total": 3}
        assert [entry["log_id"] for entry in logs] == long_ago[1:2]

    def test_what_sdks_call_search_is_a_query_of_which_each_term_narrows(self, desk, long_ago, address):
        assert ids(desk.get(f"{address}?search=type:s type:sapi")) == []
        assert ids(desk.get(f"{address}?search=type:s log_id:{long_ago[1]}")) == long_ago[1:2]
        assert ids(desk.get(f"{address}?q=log_id:{long_ago[0]}&search=type:s")) == long_ago[:1]

    def test_a_walk_leads_from_the_oldest_to_the_latest_and_misses_nothing(
        self, desk, long_ago, address, settings
    ):
        answer = desk.get(f"{address}?take=3")
        walked = ids(answer)
        for _ in range(2):
            answer = desk.get(next_of(answer, settings))
            walked += ids(answer)

        assert walked == long_ago

    def test_a_walk_heeds_the_query(self, desk, long_ago, address, settings):
        answer = desk.get(f"{address}?take=2&q=type:s")

        assert ids(answer) + ids(desk.get(next_of(answer, settings))) == long_ago[1::2]


class TestWalk:
    """`from` and `take` of /logs."""

    def test_a_walk_keeps_the_fields_that_were_asked_for(self, desk, long_ago, settings):
        for query, is_kept in (("fields=type", True), ("fields=date%2Ctype&include_fields=false", False)):
            answer = desk.get(f"/api/v2/logs?take=1&{query}")
            assert [entry.keys() == {"type"} for entry in shown(answer)] == [is_kept]

            assert next_of(answer, settings).endswith(f"&{query}")

    def test_it_goes_on_after_the_id_it_is_given(self, desk, long_ago):
        assert ids(desk.get(f"{LOGS}?from={long_ago[2]}")) == long_ago[3:]

    def test_at_the_end_it_waits_where_it_is(self, desk, long_ago, settings):
        answer = desk.get(f"{LOGS}?from={long_ago[-1]}&take=3")

        assert shown(answer) == []
        assert next_of(answer, settings) == f"{LOGS}?from={long_ago[-1]}&take=3"

    def test_it_is_bare_whatever_the_sdk_sends_in_addition(self, desk, long_ago):
        answer = desk.get(f"{LOGS}?from={long_ago[2]}&page=1&per_page=1&include_totals=true&sort=date:-1")

        assert ids(answer) == long_ago[3:]

    def test_it_holds_back_what_is_not_settled(self, desk, long_ago, stranger):
        assert ids(desk.get(f"{LOGS}?take=100")) == long_ago

        a_line(stranger, timezone.now() - timedelta(minutes=1), is_event=False)
        assert len(ids(desk.get(f"{LOGS}?take=100"))) == len(long_ago) + 1

    @pytest.mark.parametrize("text", NO_IDS)
    def test_what_is_no_log_id_is_refused(self, desk, text):
        answer = desk.get(f"{LOGS}?from={quote(text)}")

        assert problem(answer) == invalid_query("'No log id' on property from.")

    @pytest.mark.parametrize("take", ["0", "101", "x"])
    def test_a_page_has_its_limits(self, desk, take):
        assert problem(desk.get(f"{LOGS}?take={take}"))[::2] == (400, "invalid_query_string")


def next_of(answer, settings):
    """The address that `Link` names, without the host."""
    address = re.fullmatch(r'<(.+)>; rel="next"', answer["Link"])[1]
    return address.removeprefix(settings.PUBLIC_URL)


def test_one_entry_is_as_in_the_list(desk, jane):
    [entry] = shown(desk.get(LOGS))

    assert shown(desk.get(f"{LOGS}/{entry['log_id']}")) == entry


@pytest.mark.parametrize("log_id", [*NO_IDS[1:], f"{EARLY}1{'1' * 19}", "%00"])
def test_an_unknown_entry_is_not_found(desk, jane, log_id):
    assert problem(desk.get(f"{LOGS}/{log_id}")) == (404, "Log not found.", "inexistent_log")


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (lambda: Change.objects.order_by("-at", "-id")[:50], "change_latest"),
        (lambda: Change.objects.order_by("at", "id")[:50], "change_latest"),
        (
            lambda: Change.objects.filter(subject="auth0|7").order_by("-at", "-id")[:50],
            "change_subject_latest",
        ),
        (
            lambda: Change.objects.filter(subject="auth0|7").order_by("at", "id")[:50],
            "change_subject_latest",
        ),
        (lambda: Change.objects.filter(ip="192.0.2.7").order_by("-at", "-id")[:50], "change_ip"),
    ],
    ids=["all", "all, oldest first", "of a user", "of a user, oldest first", "of an address"],
)
def test_lists_are_read_from_their_index(db, query, index):
    now = timezone.now()
    Change.objects.bulk_create(
        Change(
            subject=f"auth0|{number % 20}",
            ip=f"192.0.2.{number % 20}",
            at=now - timedelta(seconds=number),
            what="profile",
        )
        for number in range(2000)
    )
    with database.cursor() as cursor:
        cursor.execute("ANALYZE users_change")
        if database.vendor == "postgresql":
            # Whether the index gives the order; for so few rows sorting may be as cheap.
            cursor.execute("SET LOCAL enable_sort = off")

    plan = Plan(query().values("pk"))

    assert index in plan.indexes, plan.text
    assert not plan.sorts, plan.text
