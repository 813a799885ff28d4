"""Where a user is signed in, through the API: listed, read and ended."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.test import Client as Browser
from django.utils import timezone

from tests.api.answers import USERS, at, problem, shown
from tests.conftest import PASSWORD, SHELL, Api
from tests.second_factor import code, enrol
from tests.web.pages import open_page
from users.actions.account.block_user import block_user, unblock_user
from users.actions.account.edit_user import Edit, edit_user
from users.actions.authorizations.authorizations import create_authorization
from users.models import Authorization, LogEvent, RefreshToken, ResourceServer, Session
from users.representation.sessions import METHODS
from users.representation.timestamps import format_time
from users.sign_in.session_store import SsoSessionStore, store_sign_in
from users.sign_in.token_answer import user_access_token

NOBODY = f"{USERS}/auth0|nobody/sessions"
GONE = (404, "User not found", "inexistent_user")
NO_SESSION = (404, "The session does not exist.", "inexistent_session")


def sessions_of(user) -> str:
    return f"{at(user)}/sessions"


def sign_in(user, **headers: str) -> Browser:
    """A browser in which the user has signed in by the page."""
    browser = Browser(headers=headers)
    open_page(browser, "/login/").press("Sign in", login=user.email, password=PASSWORD)
    return browser


def is_signed_in(browser: Browser) -> bool:
    return browser.get("/profile/").status_code == 200


class TestListing:
    def test_says_since_when_from_where_and_by_what(self, shop, jane):
        before = format_time(timezone.now())
        sign_in(jane, user_agent="Firefox 140")

        page = shown(shop.get(sessions_of(jane)))

        (session,) = page["sessions"]
        assert page.keys() == {"sessions"}
        assert session["user_id"] == jane.user_id
        assert session["device"] == {"initial_ip": "127.0.0.1", "initial_user_agent": "Firefox 140"}
        assert before <= session["authenticated_at"] <= format_time(timezone.now()) < session["expires_at"]
        (method,) = session["authentication"]["methods"]
        assert method["name"] == "pwd"
        assert shown(shop.get(f"/api/v2/sessions/{session['id']}")) == session

    def test_names_the_second_factor(self, shop, jane):
        secret = enrol(jane)
        asked = open_page(Browser(), "/login/").press("Sign in", login=jane.email, password=PASSWORD)
        assert shown(shop.get(sessions_of(jane))) == {"sessions": []}  # not before the code is given

        asked.press("Sign in", code=code(secret))

        (session,) = shown(shop.get(sessions_of(jane)))["sessions"]
        methods = session["authentication"]["methods"]
        assert [(one["name"], one.get("type")) for one in methods] == [("pwd", None), ("mfa", "otp")]

    def test_shows_those_of_single_sign_on_alike(self, shop, jane):
        session = SsoSessionStore()
        session[SESSION_KEY], session[HASH_SESSION_KEY] = str(jane.pk), jane.get_session_auth_hash()
        store_sign_in(session, ip="203.0.113.9", user_agent="Firefox 140")
        session[METHODS] = [{"method": "password", "at": 1_796_000_000}]
        session.save()

        (shown_session,) = shown(shop.get(sessions_of(jane)))["sessions"]

        assert shown_session["device"]["initial_ip"] == "203.0.113.9"
        assert [method["name"] for method in shown_session["authentication"]["methods"]] == ["pwd"]

    def test_never_shows_the_key_of_the_cookie(self, shop, jane):
        browser = sign_in(jane)
        key = browser.cookies["session"].value

        text = shop.get(f"{sessions_of(jane)}?take=1&include_totals=true").content.decode()

        assert len(key) > 20
        assert key not in text

    def test_is_of_one_user_and_goes_from_page_to_page(self, shop, jane, stranger):
        for user in (jane, jane, jane, stranger):
            Browser().force_login(user)

        first = shown(shop.get(f"{sessions_of(jane)}?take=2&include_totals=true"))
        second = shown(shop.get(f"{sessions_of(jane)}?take=2&from={first['next']}"))

        ids = [session["id"] for session in first["sessions"] + second["sessions"]]
        assert (first["total"], len(set(ids)), "next" in second) == (3, 3, False)
        assert set(ids) == set(Session.objects.filter(user=jane).values_list("session_id", flat=True))

    def test_leaves_out_what_has_ended(self, shop, jane):
        for _ in range(2):
            Browser().force_login(jane)
        expired, active = Session.objects.filter(user=jane).order_by("signed_in_at")
        Session.objects.filter(pk=expired.pk).update(expire_date=timezone.now() - timedelta(minutes=1))

        assert [one["id"] for one in shown(shop.get(sessions_of(jane)))["sessions"]] == [active.session_id]
        assert problem(shop.get(f"/api/v2/sessions/{expired.session_id}")) == NO_SESSION

    @pytest.mark.parametrize("end", ["block", "password"])
    def test_leaves_out_what_a_block_or_a_new_password_ended(self, shop, jane, end):
        Browser().force_login(jane)
        if end == "block":
            block_user(jane, actor=SHELL)
            unblock_user(jane, actor=SHELL)
        else:
            edit_user(jane, Edit(password="Another-Plum-Tart-78"), actor=SHELL)

        assert shown(shop.get(f"{sessions_of(jane)}?include_totals=true")) == {"sessions": [], "total": 0}

    def test_goes_with_the_user(self, shop, jane):
        Browser().force_login(jane)

        shop.delete(at(jane))

        assert not Session.objects.exists()

    def test_of_nobody(self, shop, db):
        assert problem(shop.get(NOBODY)) == GONE

    def test_of_one_that_there_is_not(self, shop, db):
        assert problem(shop.get("/api/v2/sessions/ses_AbCdEfGh12345678")) == NO_SESSION

    @pytest.mark.parametrize("setting", ["off", "truncated"])
    def test_stores_no_more_of_the_ip_address_than_it_may(self, shop, jane, settings, setting):
        settings.RECORD_IP = setting
        sign_in(jane)

        (session,) = shown(shop.get(sessions_of(jane)))["sessions"]

        assert session["device"].get("initial_ip") == {"off": None, "truncated": "127.0.0.0"}[setting]


class TestEnding:
    def test_all_signs_every_browser_of_the_user_out(self, shop, jane, stranger):
        browsers, other = [sign_in(jane), sign_in(jane)], sign_in(stranger)
        assert all(map(is_signed_in, [*browsers, other]))

        response = shop.delete(sessions_of(jane))

        assert (response.status_code, response.content) == (202, b"{}")
        assert not any(map(is_signed_in, browsers))
        assert is_signed_in(other)
        assert shown(shop.get(sessions_of(jane))) == {"sessions": []}

    def test_one_leaves_the_others(self, shop, jane):
        first, second = sign_in(jane), sign_in(jane)
        ended = Session.objects.get(session_key=first.cookies["session"].value)

        response = shop.delete(f"/api/v2/sessions/{ended.session_id}")

        assert (response.status_code, response.content) == (202, b"{}")
        assert [is_signed_in(browser) for browser in (first, second)] == [False, True]
        assert shop.delete(f"/api/v2/sessions/{ended.session_id}").status_code == 202

    def test_is_logged_and_leaves_the_user_as_they_were(self, shop, jane):
        Browser().force_login(jane)

        shop.delete(sessions_of(jane), **{"X-Request-ID": "ticket-7"})

        event = LogEvent.objects.get(type="sapi")
        assert event.description == "End all sessions of a user"
        assert shop.get(at(jane))["ETag"] == f'"{jane.version}"'

    def test_the_user_may_sign_in_again(self, shop, jane):
        sign_in(jane)
        shop.delete(sessions_of(jane))

        assert is_signed_in(sign_in(jane))

    @pytest.mark.parametrize("way", ["all", "one"])
    @pytest.mark.parametrize("who", ["supporter", "administrator"])
    def test_is_never_done_to_staff(self, shop, request, who, way):
        browser = sign_in(request.getfixturevalue(who))
        session = Session.objects.get(session_key=browser.cookies["session"].value)
        path = sessions_of(session.user) if way == "all" else f"/api/v2/sessions/{session.session_id}"

        assert problem(shop.delete(path))[::2] == (403, "protected_account")
        assert is_signed_in(browser)

    def test_of_nobody(self, shop, db):
        assert problem(shop.delete(NOBODY)) == GONE


class TestMetadata:
    def test_is_set_and_cleared(self, shop, jane):
        sign_in(jane)
        path = f"/api/v2/sessions/{Session.objects.get().session_id}"

        changed = shown(shop.patch(path, {"session_metadata": {"till": "4"}}))

        assert changed["session_metadata"] == {"till": "4"}
        assert shown(shop.get(path)) == changed
        assert shown(shop.patch(path, {"session_metadata": None}))["session_metadata"] == {}

    @pytest.mark.parametrize(
        "value", [{"till": 4}, {"till": "x" * 256}, {f"k{n}": "" for n in range(26)}, "4"]
    )
    def test_is_strings_by_name(self, shop, jane, value):
        sign_in(jane)
        path = f"/api/v2/sessions/{Session.objects.get().session_id}"

        assert problem(shop.patch(path, {"session_metadata": value}))[::2] == (400, "invalid_body")
        assert Session.objects.get().metadata == {}


class TestRevoking:
    """Unlike an end, it also takes away the tokens that came from the session."""

    @pytest.fixture
    def use(self, jane, make_client):
        """A sign-in of Jane to an application: from a session, with or without a refresh token."""

        def sign_in_to_application(session_id="", *, refreshes=True) -> Authorization:
            authorization = create_authorization(
                *(jane, make_client()),
                connection=jane.connection,
                server=ResourceServer.objects.management(),
                scope=["read:current_user"],
                methods=["pwd"],
                session_id=session_id,
            )
            if refreshes:
                family = authorization.authorization_id.ljust(64)
                RefreshToken.objects.create(authorization=authorization, family_hash=family, is_rotating=True)
            return authorization

        return sign_in_to_application

    def test_a_session_takes_its_own_tokens_with_it(self, shop, jane, use):
        first, second = (session_of(jane) for _ in range(2))
        gone, other, elsewhere = use(first), use(second), use()
        token = user_access_token(gone, ["read:current_user"])
        assert Api(Browser(), token).get(at(jane)).status_code == 200

        response = shop.post(f"/api/v2/sessions/{first}/revoke", {})

        assert (response.status_code, response.content) == (202, b"{}")
        assert list(Session.objects.values_list("session_id", flat=True)) == [second]
        assert standing() == {other.pk, elsewhere.pk}
        assert Api(Browser(), token).get(at(jane)).status_code == 401
        assert problem(shop.post(f"/api/v2/sessions/{first}/revoke", {})) == NO_SESSION

    def test_all_access_ends(self, shop, jane, use):
        use(session_of(jane))
        use()

        assert shop.post(f"{at(jane)}/revoke-access", {}).status_code == 202

        assert not Session.objects.exists()
        assert standing() == set()

    def test_refresh_tokens_may_stay(self, shop, jane, use):
        refreshed = use(session_of(jane))
        use(refreshes=False)

        body = {"preserve_refresh_tokens": True}
        assert shop.post(f"{at(jane)}/revoke-access", body).status_code == 202

        assert not Session.objects.exists()
        assert standing() == {refreshed.pk}

    def test_one_session_of_the_user(self, shop, jane, use):
        first, second = (session_of(jane) for _ in range(2))
        use(first)
        other = use(second)

        assert shop.post(f"{at(jane)}/revoke-access", {"session_id": first}).status_code == 202

        assert standing() == {other.pk}
        assert Session.objects.get().session_id == second

    def test_no_session_of_another_user(self, shop, jane, stranger, use):
        use()
        foreign = session_of(stranger)

        response = shop.post(f"{at(jane)}/revoke-access", {"session_id": foreign})

        assert problem(response) == NO_SESSION
        assert len(standing()) == 1

    def test_says_to_which_applications_it_led(self, shop, jane, use):
        session_id = session_of(jane)
        authorization = use(session_id)
        use(session_id)
        use(session_of(jane))

        sessions = {one["id"]: one for one in shown(shop.get(sessions_of(jane)))["sessions"]}

        session = sessions[session_id]
        assert {"client_id": authorization.client.client_id} in session["clients"]
        assert len(session["clients"]) == 2
        assert shown(shop.get(f"/api/v2/sessions/{session_id}")) == session

    @pytest.mark.parametrize("path", ["{user}/revoke-access", "/api/v2/sessions/{session}/revoke"])
    def test_is_never_done_to_staff(self, shop, administrator, path):
        session_id = session_of(administrator)

        response = shop.post(path.format(user=at(administrator), session=session_id), {})

        assert problem(response)[::2] == (403, "protected_account")
        assert Session.objects.exists()


def session_of(user) -> str:
    """The public id of a new session of the user."""
    before = set(Session.objects.values_list("pk", flat=True))
    Browser().force_login(user)
    return Session.objects.exclude(pk__in=before).get().session_id


def standing() -> set[int]:
    """The authorizations that are not revoked."""
    return set(Authorization.objects.filter(revoked_at=None).values_list("pk", flat=True))
