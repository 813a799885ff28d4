"""/users/{id}/history, undo, restore and `?at=`: additions of ours."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.utils import timezone

from tests.api.answers import USERS, at, problem, shown
from tests.rewritten import rewrite
from tests.user_tokens import issue_user_token
from users.actions.account.delete_user import delete_user
from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.actions.account.record_password_reset import note_password_reset
from users.history import memory_budget
from users.models import Change, ResourceServer, User
from users.models.write_guard import allow_history_deletion
from users.rights.actor import command_actor, staff_actor

SHELL = command_actor("tests")


def history(user):
    return f"{at(user)}/history"


def undoing(user, change):
    return f"{history(user)}/{change['id'] if isinstance(change, dict) else change}/undo"


def restoring(user):
    return f"{at(user)}/restore"


def edit(user, actor=SHELL, reason="", **wanted):
    return edit_user(user, Edit(**wanted), actor=actor, reason=reason)


def patch(user, document="app_metadata", /, **patch):
    return edit(user, documents={document: Patch(patch)})


def paths(row):
    return [change["path"] for change in row["changes"]]


@pytest.fixture
def auditor(api):
    """May read the record, and the users it is of."""
    return api("read:users_history", "read:users")


@pytest.fixture
def keeper(api):
    """May take changes back, and change users."""
    return api("read:users_history", "read:users", "update:users_history", "update:users")


class TestHistory:
    def test_rows_beyond_the_memory_budget_come_without_values(self, auditor, jane, monkeypatch):
        for number in range(4):
            patch(jane, note=f"{number}" * 100)
        monkeypatch.setattr(memory_budget, "MAX_KEYS_LENGTH", 250)

        rows = shown(auditor.get(f"{history(jane)}?per_page=4"))

        assert [row["is_cut"] for row in rows] == [False, False, True, True]
        assert [paths(row) for row in rows] == [["app_metadata.note"]] * 2 + [[]] * 2
        assert not any(row["is_masked"] for row in rows)
        assert len({row["id"] for row in rows}) == 4

        (whole,) = shown(auditor.get(f"{history(jane)}?per_page=1&page=3"))
        assert (whole["id"], paths(whole)) == (rows[3]["id"], ["app_metadata.note"])

    def test_a_row_says_who_changed_what_when_why_and_where_from(self, auditor, agent, jane):
        wanted = Edit(documents={"app_metadata": Patch({"plan": "free", "seats": 3})})
        edit_user(
            jane, wanted, actor=staff_actor(agent, request_id="r-1", ip="192.0.2.7"), reason="ticket 4711"
        )

        [row, created] = shown(auditor.get(history(jane)))

        line = Change.objects.first()
        assert row == {
            "id": str(line.pk),
            "at": f"{line.at:%Y-%m-%dT%H:%M:%S.%fZ}",
            "what": "app_metadata",
            "actor": {"kind": "staff", "id": agent.user_id, "name": agent.email},
            "face": "dashboard",
            "request_id": "r-1",
            "ip": "192.0.2.7",
            "reason": "ticket 4711",
            "undoes": None,
            "restores": None,
            "is_masked": False,
            "is_cut": False,
            "changes": [
                {"path": "app_metadata.plan", "before": "full", "after": "free"},
                {"path": "app_metadata.seats", "after": 3},
            ],
        }
        assert created["what"] == "created"
        assert {"path": "email", "after": jane.email} in created["changes"]
        assert {"path": "user_metadata.hobby", "after": "surfing"} in created["changes"]

    def test_the_address_is_that_of_the_call(self, keeper, jane, settings):
        settings.TRUST_FORWARDED_HEADERS = True
        ips = []
        for setting in ("full", "truncated", "off"):
            settings.RECORD_IP = setting
            for address in ("198.51.100.77", "2001:db8:1:2:3::4"):
                body = {"user_metadata": {"at": f"{setting} {address}"}}
                keeper.patch(at(jane), body, **{"X-Forwarded-For": f"1.1.1.1, {address}"})
                ips.append(shown(keeper.get(history(jane)))[0]["ip"])

        assert ips == ["198.51.100.77", "2001:db8:1:2:3::4", "198.51.100.0", "2001:db8:1::", None, None]

    def test_pages_are_those_of_every_list(self, auditor, jane):
        for number in range(4):
            patch(jane, plan=number)

        page = shown(auditor.get(f"{history(jane)}?per_page=2&page=1&include_totals=true"))

        rows = page.pop("history")
        assert page == {"start": 2, "limit": 2, "length": 2, "total": 5}
        assert [row["changes"][0]["after"] for row in rows] == [1, 0]
        assert shown(auditor.get(f"{history(jane)}?per_page=2&page=1")) == rows

    def test_filters(self, auditor, administrator, jane):
        patch(jane, "user_metadata", plan="mine")
        patch(jane, plan="free")
        edit(jane, staff_actor(administrator), profile={"name": "J"})
        note_password_reset(jane, actor=SHELL)
        rewrite(jane.changes.all()[:1], at=timezone.now() + timedelta(days=1))
        later = quote((timezone.now() + timedelta(hours=1)).isoformat())

        for query, expected in {
            "key=app_metadata.plan": ["app_metadata", "created"],
            "key=user_metadata.plan": ["user_metadata"],
            "key=user_metadata": ["user_metadata", "created"],
            "key=name": ["profile", "created"],
            "key=reset_sent": ["reset_sent"],
            "key=plan": [],
            f"actor={administrator.user_id}": ["profile"],
            "face=dashboard": ["profile"],
            f"from={later}": ["reset_sent"],
            f"to={later}": ["profile", "app_metadata", "user_metadata", "created"],
            f"to={later}&key=app_metadata.plan&face=api": [],
        }.items():
            rows = shown(auditor.get(f"{history(jane)}?{query}"))
            assert [row["what"] for row in rows] == expected, query

    @pytest.mark.parametrize(
        "query", ["from=yesterday", "to=2026-01-01", "face=shell", "key=", "from=0001-01-01T00:00:00%2B23:59"]
    )
    def test_filters_that_are_none(self, auditor, jane, query):
        assert problem(auditor.get(f"{history(jane)}?{query}"))[::2] == (400, "invalid_query_string")

    def test_who_may_not_see_users_learns_that_and_not_what(self, api, administrator, jane):
        actor = staff_actor(administrator, ip="192.0.2.7")
        edit(jane, actor, "Secret", profile={"name": "Secret"})
        patch(jane, secret="Secret")
        reader = api("read:users_history")

        answer = reader.get(history(jane))

        rows = shown(answer)
        assert [row["what"] for row in rows] == ["app_metadata", "profile", "created"]
        assert all(row["is_masked"] and row["changes"] == [] for row in rows)
        assert rows[1]["actor"] == {"kind": "staff", "id": administrator.user_id, "name": None}
        text = answer.content.decode()
        for word in ("ecret", administrator.email, jane.email, "192.0.2.7"):
            assert word not in text
        assert shown(reader.get(f"{history(jane)}?key=app_metadata.secret")) == []
        assert shown(reader.get(f"{history(jane)}?key=name")) == []

    def test_documents_are_masked_where_only_the_profile_may_be_seen(self, api, jane):
        edit(jane, profile={"name": "J"}, documents={"app_metadata": Patch({"plan": "free"})})
        reader = api("read:users_history", "read:user_idp_tokens")

        rows = {row["what"]: row for row in shown(reader.get(history(jane)))}

        assert (rows["profile"]["is_masked"], paths(rows["profile"])) == (False, ["name"])
        assert (rows["app_metadata"]["is_masked"], paths(rows["app_metadata"])) == (True, [])
        assert rows["created"]["is_masked"]
        assert set(paths(rows["created"])) == {"email", "email_verified", "name"}
        assert shown(reader.get(f"{history(jane)}?key=app_metadata.plan")) == []

    def test_it_outlives_the_user(self, auditor, agent, jane):
        delete_user(jane, actor=SHELL, reason="as asked")

        row = shown(auditor.get(history(jane)))[0]

        assert (row["what"], row["reason"], row["actor"]["id"]) == ("deleted", "as asked", "tests")

    def test_nobody_has_none(self, auditor, jane):
        assert problem(auditor.get(f"{USERS}/auth0|nobody/history")) == (
            404,
            "The user does not exist.",
            "inexistent_user",
        )
        assert problem(auditor.get(f"{USERS}/jane/history"))[::2] == (400, "invalid_uri")

    def test_an_id_may_hold_what_addresses_must_encode(self, keeper, make_user):
        user = make_user(bare_id="a/b")
        address = f"{USERS}/{quote(user.user_id, safe='')}"
        patch(user, plan="free")
        row = shown(keeper.get(f"{address}/history"))[0]

        assert keeper.post(f"{address}/history/{row['id']}/undo", {}).status_code == 200
        assert keeper.post(f"{address}/restore", {"at": row["at"]}).status_code == 200
        assert shown(keeper.get(f"{address}?at={row['at']}"))["app_metadata"] == {"plan": "free"}


class TestUndo:
    def test_puts_back_what_it_was_and_answers_with_the_user(self, keeper, jane):
        patch(jane, plan="free")
        change = shown(keeper.get(history(jane)))[0]

        answer = keeper.post(undoing(jane, change), {"reason": "ticket 4711"}, **{"X-Request-ID": "r-9"})

        assert shown(answer)["app_metadata"] == {"plan": "full"}
        assert answer["ETag"] == f'"{User.objects.get(pk=jane.pk).version}"'
        row = shown(keeper.get(history(jane)))[0]
        assert (row["reason"], row["undoes"], row["request_id"]) == ("ticket 4711", change["id"], "r-9")
        assert row["changes"] == [{"path": "app_metadata.plan", "before": "free", "after": "full"}]

    def test_shows_both_where_the_key_changed_since(self, keeper, jane):
        patch(jane, plan="free", seats=3)
        change = jane.changes.first().pk
        patch(jane, plan="gold", seats=4)

        answer = keeper.post(undoing(jane, change), {})

        text = "Something has changed again since. Send force to restore it anyway."
        assert problem(answer) == (409, text, "changed_since")
        assert answer.json()["attributes"]["conflicts"] == [
            {"path": "app_metadata.plan", "now": "gold", "then": "full"},
            {"path": "app_metadata.seats", "now": 4},
        ]
        forced = keeper.post(undoing(jane, change), {"force": True})
        assert shown(forced)["app_metadata"] == {"plan": "full"}

    def test_is_no_way_around_the_right_to_write(self, api, jane):
        patch(jane, plan="free")
        change = jane.changes.first().pk
        edit(jane, profile={"name": "J"})
        name = jane.changes.first().pk

        for scopes in (["update:users_history"], ["update:users"], ["update:users_history", "read:users"]):
            assert problem(api(*scopes).post(undoing(jane, change), {}))[::2] == (403, "insufficient_scope")
        narrow = api("update:users_history", "update:users_app_metadata")
        assert problem(narrow.post(undoing(jane, name), {}))[::2] == (403, "insufficient_scope")
        assert problem(narrow.post(undoing(jane, name), {"force": True}))[::2] == (403, "insufficient_scope")
        assert shown(narrow.post(undoing(jane, change), {}))["app_metadata"] == {"plan": "full"}

    def test_of_a_staff_account_is_out_of_reach(self, keeper, agent):
        edit(agent, profile={"email": "new@example.com"})

        answer = keeper.post(undoing(agent, agent.changes.first().pk), {})

        assert problem(answer)[::2] == (403, "protected_account")

    def test_is_not_for_peoples_own_tokens(self, browser, make_client, jane):
        patch(jane, "user_metadata", hobby="chess")
        server = ResourceServer.objects.management()
        token = issue_user_token(
            jane,
            make_client(),
            ("read:current_user", "update:current_user_metadata", "update:users_history"),
            server=server,
        )
        header = {"HTTP_AUTHORIZATION": f"Bearer {token}"}

        for method, path in (
            ("get", history(jane)),
            ("get", f"{at(jane)}?at=2030-01-01T00:00:00Z"),
            ("post", undoing(jane, jane.changes.first().pk)),
            ("post", restoring(jane)),
        ):
            answer = getattr(browser(), method)(path, content_type="application/json", **header)
            assert answer.status_code == 403, path

    def test_refuses_what_it_cannot(self, keeper, jane, stranger):
        theirs = stranger.changes.first().pk
        for change, expected in {
            jane.changes.first().pk: (400, "operation_not_supported"),
            theirs: (404, "inexistent_change"),
            10**17: (404, "inexistent_change"),
            "x": (400, "invalid_uri"),
        }.items():
            assert problem(keeper.post(undoing(jane, change), {}))[::2] == expected, change
        nobody = f"{USERS}/auth0|nobody/history/{theirs}/undo"
        assert problem(keeper.post(nobody, {}))[::2] == (404, "inexistent_user")

    def test_asks_for_the_version_that_was_seen(self, keeper, jane):
        patch(jane, plan="free")

        answer = keeper.post(undoing(jane, jane.changes.first().pk), {}, **{"If-Match": '"1"'})

        assert answer.status_code == 412


class TestRestore:
    def test_puts_both_documents_back_or_a_part_of_them(self, keeper, jane):
        moment = shown(keeper.get(history(jane)))[0]["at"]
        patch(jane, "user_metadata", hobby="chess", colour="red")
        patch(jane, plan="free")

        key = keeper.post(
            restoring(jane), {"at": moment, "document": "user_metadata", "key": "hobby", "reason": "r"}
        )
        assert shown(key)["user_metadata"] == {"hobby": "surfing", "colour": "red"}
        whole = keeper.post(restoring(jane), {"at": moment})
        assert shown(whole)["user_metadata"] == {"hobby": "surfing"}
        assert shown(whole)["app_metadata"] == {"plan": "full"}
        assert shown(keeper.get(history(jane)))[0]["restores"] == moment

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"at": "yesterday"},
            {"at": "2026-06-30T23:59:60Z"},
            {"at": "2026-01-01T00:00:00Z", "key": "plan"},
            {"at": "2026-01-01T00:00:00Z", "document": "password"},
            {"at": "2090-01-01T00:00:00Z", "document": "profile", "key": "password"},
        ],
    )
    def test_refuses_what_is_no_moment_or_part(self, keeper, jane, body):
        assert problem(keeper.post(restoring(jane), body))[::2] == (400, "invalid_body")

    def test_not_to_before_the_user(self, keeper, jane):
        assert keeper.post(restoring(jane), {"at": "2020-01-01T00:00:00Z"}).status_code == 404


class TestAsItWas:
    def test_shows_the_user_of_that_moment(self, auditor, jane):
        before = shown(auditor.get(at(jane)))
        moment = shown(auditor.get(history(jane)))[0]["at"]
        edit(jane, profile={"name": "J", "email": "new@example.com"}, documents={"app_metadata": Patch({})})

        answer = auditor.get(f"{at(jane)}?at={moment}")

        assert shown(answer) == before
        assert "ETag" not in answer
        assert shown(auditor.get(f"{at(jane)}?at={moment}&fields=name")) == {"name": "Jane Doe"}
        assert shown(auditor.get(f"{at(jane)}?at=2090-01-01T00:00:00Z"))["name"] == "J"

    def test_the_moments_of_a_profile_stand_for_the_state_it_tells(self, keeper, jane):
        """They are cut to the millisecond, within which the change was made."""
        first = shown(keeper.get(at(jane)))
        patch(jane, plan="free")
        second = shown(keeper.get(at(jane)))
        patch(jane, plan="gold")

        for answer in (first, second):
            moment = answer["updated_at"]
            assert len(moment) == len("2026-11-01T00:00:00.000Z")
            assert shown(keeper.get(f"{at(jane)}?at={moment}"))["app_metadata"] == answer["app_metadata"]
        assert shown(keeper.get(f"{at(jane)}?at={first['created_at']}"))["app_metadata"] == {"plan": "full"}
        restored = keeper.post(restoring(jane), {"at": second["updated_at"]})
        assert shown(restored)["app_metadata"] == {"plan": "free"}

    def test_before_the_user_there_was_none(self, auditor, jane):
        earlier = jane.created_at - timedelta(microseconds=1)

        answer = auditor.get(f"{at(jane)}?at={earlier:%Y-%m-%dT%H:%M:%S.%fZ}")

        text = "The user did not exist at that moment."
        assert problem(answer) == (404, text, "inexistent_user")

    def test_nor_after(self, auditor, jane):
        moment = shown(auditor.get(history(jane)))[0]["at"]
        delete_user(jane, actor=SHELL)

        assert auditor.get(f"{at(jane)}?at={moment}").status_code == 404

    def test_what_the_record_has_forgotten_is_said_in_words(self, auditor, jane):
        moment = shown(auditor.get(history(jane)))[0]["at"]
        patch(jane, plan="free")
        with allow_history_deletion():
            jane.changes.filter(what="created").delete()

        status, text, code = problem(auditor.get(f"{at(jane)}?at={moment}"))

        assert (status, code) == (404, "history_not_kept")
        assert text.startswith("The record of changes does not reach back that far; it begins at 20")

    def test_asks_for_a_scope_of_its_own_beside_that_of_any_look(self, api, jane):
        moment = "2090-01-01T00:00:00Z"
        for scope in ("read:users", "read:users_history"):
            answer = api(scope).get(f"{at(jane)}?at={moment}")
            assert problem(answer)[::2] == (403, "insufficient_scope")

    @pytest.mark.parametrize(
        "moment", ["", "now", "2026-11-01", "2026-06-30T23:59:60Z", "2026-11-01T00:00:00"]
    )
    def test_what_is_no_moment_is_refused(self, auditor, jane, moment):
        answer = auditor.get(f"{at(jane)}?at={moment}")

        assert problem(answer)[::2] == (400, "invalid_query_string")
