"""Which cookie a request reads and an answer sets, by its path."""

from __future__ import annotations

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.exceptions import SessionInterrupted
from django.http import HttpResponse

from users.models import Session
from users.sign_in.session_store import SessionStore, SsoSessionStore
from users.web.session_cookies import SessionCookieMiddleware

pytestmark = pytest.mark.django_db
SSO_PATHS = ["/authorize", "/u/login", "/oidc/logout", "/v2/logout"]
OTHER_PATHS = ["/", "/login/", "/profile/", "/admin/", "/oauth/token", "/users"]


@pytest.fixture
def answer(rf):
    """Answers a request for `path` with a view that may touch the session."""

    def run(path, view=lambda session: None, *, status=200, **cookies):
        def respond(request):
            view(request.session)
            return HttpResponse(status=status)

        request = rf.get(path)
        request.COOKIES.update(cookies)
        return SessionCookieMiddleware(respond)(request)

    return run


def write(session):
    session["asked"] = "yes"


@pytest.mark.parametrize("path", SSO_PATHS)
def test_paths_of_single_sign_on_set_their_own_cookie(answer, path):
    cookie = answer(path, write).cookies["sso"]

    assert Session.objects.get(pk=cookie.value).kind == "sso"
    assert cookie["httponly"]


@pytest.mark.parametrize("path", OTHER_PATHS)
def test_other_paths_set_the_cookie_of_the_dashboard(answer, path):
    assert answer(path, write).cookies.keys() == {"session"}


def test_over_https_the_cookie_is_sent_in_frames_of_other_sites(answer, settings):
    settings.SSO_COOKIE_NAME, settings.SSO_COOKIE_SAMESITE = "__Host-sso", "None"
    settings.SESSION_COOKIE_SECURE = True

    cookie = answer("/authorize", write).cookies["__Host-sso"]

    assert (cookie["samesite"], cookie["secure"], cookie["path"]) == ("None", True, "/")
    assert answer("/admin/", write).cookies["session"]["samesite"] == "Lax"


@pytest.mark.parametrize(
    ("store", "path", "name"),
    [(SsoSessionStore, "/admin/", "session"), (SessionStore, "/authorize", "sso")],
)
def test_the_value_of_one_cookie_in_the_other_opens_nothing(answer, jane, store, path, name):
    session = store()
    session[SESSION_KEY] = str(jane.pk)
    session.save()
    seen = []

    answer(path, lambda session: seen.append(session.get(SESSION_KEY)), **{name: session.session_key})

    assert seen == [None]


@pytest.mark.parametrize(("path", "name"), [("/login/", "session"), ("/u/login", "sso")])
def test_a_nul_in_a_cookie_is_a_browser_without_a_session(client, path, name):
    """Cookies may have escaped characters. PostgreSQL refuses NUL in text."""
    page = client.get(path, headers={"cookie": f'{name}="0123456789\\000"'})

    assert page.status_code == (200 if name == "session" else 400)


def test_an_emptied_session_loses_its_cookie(answer):
    session = SsoSessionStore()
    write(session)
    session.save()

    cookie = answer("/v2/logout", lambda session: session.flush(), sso=session.session_key).cookies["sso"]

    assert (cookie.value, cookie["max-age"]) == ("", 0)
    assert not Session.objects.exists()


def test_nothing_is_saved_after_a_fault_of_ours(answer):
    assert not answer("/authorize", write, status=503).cookies
    assert not Session.objects.exists()


def test_a_session_that_was_ended_meanwhile_is_not_saved_again(answer):
    session = SsoSessionStore()
    write(session)
    session.save()

    def end_and_write(session):
        session["asked"] = "again"
        Session.objects.all().delete()

    with pytest.raises(SessionInterrupted):
        answer("/authorize", end_and_write, sso=session.session_key)


def test_what_depends_on_the_session_varies_with_the_cookie(answer):
    assert answer("/authorize", lambda session: session.get("asked"))["Vary"] == "Cookie"
    assert "Vary" not in answer("/authorize")
