"""A `user_id` that two users had one after the other: the later one begins with nothing of the earlier."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from tests.api.answers import USERS, at, problem, shown
from tests.conftest import PASSWORD, Api
from tests.user_tokens import issue_user_token
from tests.web.pages import open_page
from users.actions.account.create_user import create_user
from users.actions.account.delete_user import delete_user
from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.actions.account.forget_user import erase_user_history
from users.actions.account.identities import link, unlink
from users.actions.account.tickets import create_ticket
from users.actions.account.undo import undo
from users.actions.errors import ChangeNotFound
from users.history.errors import NotCreatedYet
from users.history.point_in_time import user_at
from users.history.timeline import list_user_changes
from users.import_export.import_record import Existing, import_record
from users.log.record import log_event
from users.models import Change, ResourceServer, Ticket, User
from users.rights.actor import command_actor, owner_actor, staff_actor

SHELL = command_actor("tests")
SECRETS = ("earlier@example.com", "scuba", "gold", "Ever Before")


@pytest.fixture
def earlier(make_user, connection):
    """Deleted; what was changed of them is on record."""
    user = make_user(
        "earlier",
        bare_id="reused",
        name="Ever Before",
        user_metadata={"hobby": "scuba"},
        app_metadata={"plan": "gold"},
        password=PASSWORD,
    )
    edit_user(user, Edit(documents={"user_metadata": Patch({"since": 1})}), actor=owner_actor(user))
    log_event("s", user=user)
    delete_user(user, actor=SHELL)
    return user


@pytest.fixture
def later(earlier, make_user):
    return make_user("later", bare_id="reused", name="Lou Later", password=PASSWORD)


@pytest.fixture
def auditor(api):
    return api("read:users_history", "read:users", "read:logs", "update:users_history", "update:users")


def changes_of(user):
    return list(Change.objects.filter(subject=user.user_id))


def test_the_later_user_sees_nothing_of_the_earlier_on_the_own_page(later, earlier, browser):
    visitor = browser(later)
    foreign = [f"/profile/changes/{change.pk}/" for change in changes_of(earlier) if change.user is None]
    assert len(foreign) == 3

    for path in ("/profile/", "/profile/changes/", "/profile/changes/?key=user_metadata.hobby"):
        html = visitor.get(path).content.decode()
        assert not [secret for secret in SECRETS if secret in html]
    assert "Your account was created" in open_page(visitor, "/profile/changes/").text
    assert {visitor.get(path).status_code for path in foreign} == {404}


def test_nor_does_an_answer_of_the_api_tell_of_the_earlier(later, earlier, auditor):
    for path in ("/history", "/history?include_totals=true", "/history?key=app_metadata.plan", "/logs"):
        answer = auditor.get(at(later) + path)
        assert answer.status_code == 200
        assert not [secret for secret in SECRETS if secret in answer.content.decode()], path

    assert [row["what"] for row in shown(auditor.get(f"{at(later)}/history"))] == ["created"]
    assert shown(auditor.get(f"{at(later)}/history?include_totals=true"))["total"] == 1
    assert len(shown(auditor.get(f"{at(later)}/logs"))) == 1


def test_of_a_deleted_user_the_api_tells_and_not_of_one_before(later, auditor):
    delete_user(later, actor=SHELL)

    rows = shown(auditor.get(f"{at(later)}/history"))

    assert [row["what"] for row in rows] == ["deleted", "created"]
    assert "later@example.com" in str(rows)
    assert len(shown(auditor.get(f"{at(later)}/logs"))) == 2


def test_nor_is_the_later_user_ever_what_the_earlier_was(later, earlier, auditor):
    moment = changes_of(earlier)[-1].at

    with pytest.raises(NotCreatedYet):
        user_at(later, moment)
    answer = auditor.post(f"{at(later)}/restore", {"at": moment.isoformat()})
    assert problem(answer)[0] == 404


def test_nor_is_a_change_of_the_earlier_undone_at_the_later(later, earlier, auditor):
    for change in changes_of(earlier):
        if change.user is None:
            with pytest.raises(ChangeNotFound):
                undo(later, change.pk, actor=SHELL, force=True)
            assert auditor.post(f"{at(later)}/history/{change.pk}/undo", {}).status_code == 404
    assert User.objects.get(pk=later.pk).user_metadata is None


def test_the_token_of_the_earlier_does_not_open_the_later(make_user, make_client, browser):
    user = make_user("earlier", bare_id="reused")
    token = issue_user_token(
        user, make_client(), ["read:current_user"], server=ResourceServer.objects.management()
    )
    api = Api(browser(), token)
    assert api.get(at(user)).status_code == 200

    delete_user(user, actor=SHELL)
    make_user("later", bare_id="reused")

    assert problem(api.get(at(user))) == (401, "Invalid token", None)


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_no_etag_of_the_earlier_fits_the_later(make_user, api, method):
    client = api()
    earlier = make_user("earlier", bare_id="reused")
    tag = client.get(at(earlier))["ETag"]
    delete_user(earlier, actor=SHELL)
    later = make_user("later", bare_id="reused")

    answer = client.call(method, at(later), {"nickname": "E"} if method == "PATCH" else None, if_match=tag)

    assert answer.status_code == 412
    assert client.get(at(later), if_none_match=tag).status_code == 200
    assert User.objects.get(pk=later.pk).nickname is None


def test_the_session_and_the_links_of_the_earlier_end(make_user, browser):
    user = make_user("earlier", bare_id="reused", password=PASSWORD)
    visitor = browser(user)
    secret = create_ticket(user, Ticket.Purpose.PASSWORD_CHANGE, actor=SHELL)
    assert visitor.get("/profile/").status_code == 200

    delete_user(user, actor=SHELL)
    make_user("earlier", bare_id="reused", password=PASSWORD)

    assert visitor.get("/profile/").status_code == 302
    assert browser().get(f"/u/reset-password?ticket={secret}").status_code == 404


def test_the_later_begins_after_the_last_change_of_the_earlier_though_a_clock_is_slow(
    earlier, connection, monkeypatch
):
    slow = timezone.now() - timedelta(minutes=5)
    monkeypatch.setattr("django.utils.timezone.now", lambda: slow)

    made = create_user(connection, actor=SHELL, profile={"email": "l@example.com"}, bare_id="reused")
    edit_user(made, Edit(documents={"user_metadata": Patch({"a": 1})}), actor=SHELL)

    later = User.objects.get(pk=made.pk)
    assert later.created_at > max(change.at for change in changes_of(earlier) if change.user is None)
    own = list_user_changes(later, owner_actor(later)).changes
    assert [change.what for change in own] == ["user_metadata", "created"]


def test_a_line_is_never_older_than_the_account(make_user, monkeypatch):
    user = make_user("jane")
    monkeypatch.setattr(
        "users.actions.account.tickets.timezone", SimpleNamespace(now=lambda: user.created_at - timedelta(1))
    )

    create_ticket(user, Ticket.Purpose.EMAIL_VERIFICATION, actor=SHELL)

    assert [change.what for change in list_user_changes(user, owner_actor(user)).changes] == [
        "ticket",
        "created",
    ]


def test_an_account_that_was_linked_meanwhile_keeps_its_own_history_and_no_other(make_user, jane):
    jay = make_user("jay", user_metadata={"hobby": "scuba"})
    link(jane, jay, actor=SHELL)
    unlink(jane, "auth0", jay.bare_id, actor=SHELL)
    link(jane, jay, actor=SHELL)
    unlink(jane, "auth0", jay.bare_id, actor=SHELL)
    again = User.objects.get(pk=jay.pk)

    lines = list_user_changes(again, owner_actor(again)).changes
    assert {line.subject for line in lines} == {jay.user_id}
    assert lines[-1].what == "created"
    assert "surfing" not in str([line.keys for line in lines])
    assert "scuba" not in str([line.keys for line in list_user_changes(jane, owner_actor(jane)).changes])


def test_the_earlier_can_be_forgotten_while_the_later_is_here(later, earlier):
    assert erase_user_history(earlier.user_id, actor=SHELL) == 2

    assert [line.what for line in list_user_changes(later, staff_actor(later)).changes] == []
    left = changes_of(earlier)
    assert [line.what for line in left] == ["created", "deleted"]
    assert left[0].user == later


@pytest.mark.parametrize("is_import", [False, True], ids=["by the API", "by an import"])
def test_a_client_that_brings_the_id_back_begins_again(earlier, api, is_import):
    client = api("create:users", "read:users", "read:users_history")
    record = {"email": "l@example.com", "user_id": "reused", "user_metadata": {"new": True}}
    if is_import:
        import_record(record, earlier.connection, actor=SHELL, existing=Existing.REPLACE)
    else:
        client.post(USERS, {**record, "connection": earlier.connection.name, "password": PASSWORD})

    made = User.objects.get(user_id=earlier.user_id)
    assert (made.user_metadata, made.app_metadata) == ({"new": True}, None)
    assert [row["what"] for row in shown(client.get(f"{at(made)}/history"))] == ["created"]
