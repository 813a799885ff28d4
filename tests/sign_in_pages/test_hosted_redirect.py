"""A post-login hook sends the user to another site, from where the sign-in goes on."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from tests.conftest import SHELL
from tests.oauth.sign_in_browser import answer_of, authorize, exchange, follow, sign_in, type_password
from tests.second_factor import code, enrol
from users.actions.account.block_user import block_user
from users.models import AuthorizationRequest, LogEvent, Session
from users.sign_in import hooks
from users.sign_in.hooks import PostLoginResult
from users.sign_in.progress import SignIn

QUIZ = "https://quiz.example/ask?step=1"
CLAIM = "https://shop.example/hobby"


@pytest.fixture
def hook_runs(monkeypatch) -> list[SignIn]:
    """A hook that sends users to a quiz and adds the answer as a claim. The list grows with each run."""
    runs: list[SignIn] = []

    def ask(signing_in: SignIn) -> PostLoginResult:
        runs.append(signing_in)
        returned = signing_in.request.returned or {}
        return PostLoginResult(redirect_url=QUIZ, id_token={CLAIM: returned.get("hobby", "unknown")})

    monkeypatch.setattr(hooks, "POST_LOGIN", (ask,))
    return runs


def state_for_return(response) -> str:
    """The `state` that the other site receives."""
    assert response.status_code == 302, response.content
    assert response["Location"].startswith(f"{QUIZ}&state=")
    return parse_qs(urlsplit(response["Location"]).query)["state"][0]


def come_back(window, state: str, *, method="get", **parameters):
    if method == "post":
        return window.post(f"/continue?state={state}", parameters)
    return window.get("/continue", {"state": state, **parameters})


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_user_comes_back_and_the_sign_in_goes_on(browser, spa, jane, hook_runs, verified, method):
    window = browser()
    state = state_for_return(sign_in(window, spa, jane))
    assert not Session.objects.filter(user=jane).exists()
    assert [event.type for event in LogEvent.objects.all()] == []

    answer = answer_of(follow(window, come_back(window, state, method=method, hobby="chess")))

    assert answer["state"] == "s-1"
    claims = verified(exchange(window, spa, answer["code"]).json()["id_token"], spa.client_id)
    assert claims[CLAIM] == "chess"
    assert [run.request.returned for run in hook_runs] == [None, {"state": state, "hobby": "chess"}]
    assert LogEvent.objects.filter(type="s").count() == 1


def test_the_return_works_once(browser, spa, jane, hook_runs):
    window = browser()
    state = state_for_return(sign_in(window, spa, jane))
    left = come_back(window, state)

    assert come_back(window, state).status_code == 400
    assert "code" in answer_of(follow(window, left))
    assert come_back(window, state).status_code == 400
    assert len(hook_runs) == 2


def test_no_path_leads_around_the_other_site(browser, spa, web, jane, hook_runs):
    window = browser()
    left = type_password(window, authorize(window, spa), jane)
    first = state_for_return(follow(window, left))
    second = state_for_return(follow(window, left))  # the back button

    assert come_back(window, first).status_code == 400
    for another in (spa, web):
        assert authorize(window, another)["Location"].startswith("/u/login")
    assert answer_of(authorize(window, spa, prompt="none"))["error"] == "login_required"
    assert "code" in answer_of(follow(window, come_back(window, second)))


def test_the_other_site_learns_no_state_of_our_pages(browser, spa, jane, hook_runs):
    """Those take it in place of a CSRF token."""
    window = browser()
    state = state_for_return(sign_in(window, spa, jane))

    for path in ("/u/login", "/u/consent", "/authorize/resume"):
        assert window.get(f"{path}?state={state}").status_code == 400


def test_another_browser_cannot_come_back(browser, spa, jane, hook_runs):
    window, thief = browser(), browser()
    state = state_for_return(sign_in(window, spa, jane))
    authorize(thief, spa)

    assert come_back(thief, state).status_code == 403
    assert come_back(browser(), state).status_code == 403
    assert "code" in answer_of(follow(window, come_back(window, state)))


@pytest.mark.parametrize("query", ["", "?state=", "?state=unknown", "?state=%00", "?state=" + "x" * 5000])
def test_an_unknown_state_gets_a_page(browser, db, query):
    response = browser().get(f"/continue{query}")

    assert response.status_code == 400
    assert "no longer open" in response.content.decode()


def test_the_user_may_be_away_for_an_hour(browser, spa, jane, hook_runs):
    window = browser()
    state = state_for_return(sign_in(window, spa, jane))
    AuthorizationRequest.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert come_back(window, state).status_code == 400


def test_a_user_who_is_blocked_meanwhile_gets_no_further(browser, spa, jane, hook_runs):
    window = browser()
    state = state_for_return(sign_in(window, spa, jane))
    block_user(jane, actor=SHELL)

    answer = answer_of(follow(window, come_back(window, state)))

    assert answer["error_description"] == "user is blocked"
    assert not Session.objects.filter(user=jane).exists()


def test_the_second_factor_is_given_before(browser, spa, jane, hook_runs):
    secret = enrol(jane)
    window = browser()
    page = type_password(window, authorize(window, spa), jane)["Location"]

    state = state_for_return(follow(window, window.post(page, {"code": code(secret)})))

    # Going back to the code gets no further either.
    assert window.get(page)["Location"].startswith("/authorize/resume")
    assert "code" in answer_of(follow(window, come_back(window, state)))


def test_a_session_is_sent_there_as_well(browser, spa, jane, monkeypatch):
    window = browser()
    sign_in(window, spa, jane)
    monkeypatch.setattr(hooks, "POST_LOGIN", (lambda _: PostLoginResult(redirect_url=QUIZ),))

    silent = answer_of(authorize(window, spa, prompt="none"))
    state = state_for_return(authorize(window, spa))

    assert silent["error"] == "interaction_required"
    assert "code" in answer_of(follow(window, come_back(window, state)))


def test_another_user_who_signs_in_meanwhile_does_not_take_over(browser, spa, jane, make_user, hook_runs):
    kim = make_user("kim", password="Plum-Tart-77")
    window = browser()
    page = authorize(window, spa)
    first = state_for_return(follow(window, type_password(window, page, jane)))
    second = state_for_return(follow(window, type_password(window, page, kim, password="Plum-Tart-77")))

    assert come_back(window, first).status_code == 400
    assert "code" in answer_of(follow(window, come_back(window, second)))
    assert Session.objects.get(user__isnull=False).user == kim


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x"])
def test_a_hook_redirects_only_to_web_pages(browser, spa, jane, monkeypatch, url):
    monkeypatch.setattr(hooks, "POST_LOGIN", (lambda _: PostLoginResult(redirect_url=url),))

    assert sign_in(browser(), spa, jane).status_code == 400


def test_the_password_grant_cannot_send_users_anywhere(ask, jane, hook_runs):
    answer = ask()

    assert (answer.status_code, answer.json()["error"]) == (403, "interaction_required")
    assert LogEvent.objects.get().user_id == jane.user_id
