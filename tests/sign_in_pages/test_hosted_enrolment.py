"""The hosted page on which a user adds an authenticator app, where a hook demands a second factor."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator

from tests.conftest import SHELL
from tests.oauth.sign_in_browser import answer_of, authorize, exchange, follow, sign_in, type_password
from tests.second_factor import code, enrol, wrong
from users.actions.account.block_user import block_user
from users.actions.account.multifactor import remove_multifactor
from users.models import Change, LogEvent, Session
from users.sign_in import hooks
from users.sign_in.authorization import MFA_ACR
from users.sign_in.hooks import PostLoginResult

SIGN_IN, FACTOR, ADD = "/u/login", "/u/second-factor?", "/u/second-factor/add?"
RESUME = "/authorize/resume?"


@pytest.fixture
def hook_runs(monkeypatch) -> list[int]:
    """A hook that demands a second factor; the list grows with each run."""
    runs: list[int] = []

    def demand(_):
        runs.append(1)
        return PostLoginResult(demands_second_factor=True)

    monkeypatch.setattr(hooks, "POST_LOGIN", (demand,))
    return runs


def enrolment_page(window, answer) -> str:
    """The URL of the enrolment page, to which `answer` leads."""
    assert answer["Location"].startswith(FACTOR)
    onward = window.get(answer["Location"])
    assert onward["Location"].startswith(ADD)
    return onward["Location"]


def shown_secret(window, page: str) -> str:
    html = window.get(page).content.decode()
    assert 'src="data:image/svg+xml;base64,' in html
    return re.search(r'data-copy="([A-Z2-7]+)"', html)[1]


def shown_codes(response) -> list[str]:
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    return re.findall(r"<li><code>([A-Z0-9]+)</code>", response.content.decode())


def test_a_user_without_a_factor_adds_one_and_goes_on(browser, spa, jane, hook_runs, verified):
    window = browser()
    page = enrolment_page(window, type_password(window, authorize(window, spa), jane))
    secret = shown_secret(window, page)

    refused = window.post(page, {"code": wrong(secret)})
    assert (refused.status_code, "Wrong code." in refused.content.decode()) == (422, True)
    assert secret in refused.content.decode()  # the user has scanned it
    assert not Session.objects.filter(user=jane).exists()
    codes = shown_codes(window.post(page, {"code": code(secret)}))

    answer = answer_of(window.get(page.replace(ADD, RESUME)))
    claims = verified(exchange(window, spa, answer["code"]).json()["id_token"], spa.client_id)
    assert (claims["amr"], claims["acr"]) == (["mfa"], MFA_ACR)
    assert len(set(codes)) == 10
    assert hook_runs == [1]
    assert [event.type for event in LogEvent.objects.all()].count("s") == 1
    change = Change.objects.filter(user=jane, what="multifactor").first()
    assert (change.actor_id, change.face) == (jane.user_id, "sign_in")


def test_the_recovery_codes_sign_in_once_each(browser, spa, jane, hook_runs):
    window = browser()
    page = enrolment_page(window, type_password(window, authorize(window, spa), jane))
    codes = shown_codes(window.post(page, {"code": code(shown_secret(window, page))}))

    for typed, status in ((f"{codes[0][:6]}-{codes[0][6:].lower()}", 200), (codes[0], 422), (codes[1], 200)):
        other = browser()
        page = type_password(other, authorize(other, spa), jane)["Location"]
        assert other.post(page, {"code": typed}).status_code == status


def test_no_path_leads_around_the_page(browser, spa, web, jane, hook_runs):
    window = browser()
    page = enrolment_page(window, type_password(window, authorize(window, spa), jane))

    # On resuming, and on a new request for this application or another: the password is asked for.
    assert window.get(page.replace(ADD, RESUME))["Location"].startswith(SIGN_IN)
    other = authorize(window, web)["Location"]
    assert other.startswith(SIGN_IN)
    assert answer_of(authorize(window, spa, prompt="none"))["error"] == "login_required"
    # The state of another request, which no password was typed for.
    for path in (ADD, FACTOR):
        moved = window.get(other.replace(f"{SIGN_IN}?", path))
        assert window.get(moved["Location"])["Location"].startswith(SIGN_IN)
    assert not Session.objects.filter(user=jane).exists()
    assert not Authenticator.objects.exists()


def test_a_session_of_an_earlier_sign_in_is_not_enough(browser, spa, jane, monkeypatch):
    window = browser()
    sign_in(window, spa, jane)
    demand = lambda _: PostLoginResult(demands_second_factor=True)  # noqa: E731
    monkeypatch.setattr(hooks, "POST_LOGIN", (demand,))

    silent = answer_of(authorize(window, spa, prompt="none"))
    assert (silent["error"], silent["error_description"]) == (
        *("login_required", "Multifactor authentication required"),
    )
    page = enrolment_page(window, authorize(window, spa))
    for _ in range(2):  # again and again
        assert window.get(page.replace(ADD, RESUME))["Location"].startswith(FACTOR)
    window.post(page, {"code": code(shown_secret(window, page))})

    assert "code" in answer_of(window.get(page.replace(ADD, RESUME)))
    assert "code" in answer_of(authorize(window, spa, prompt="none"))


def test_the_back_button_shows_neither_secret_nor_codes(browser, spa, jane, hook_runs):
    window = browser()
    page = enrolment_page(window, type_password(window, authorize(window, spa), jane))
    typed = {"code": code(shown_secret(window, page))}
    window.post(page, typed)

    for answer in (window.get(page), window.post(page, typed)):
        assert answer["Location"].startswith(RESUME)
    window.get(page.replace(ADD, RESUME))
    for answer in (window.get(page), window.post(page, typed)):
        assert answer.status_code == 400
    assert Authenticator.objects.filter(type="totp").count() == 1


def test_an_app_is_never_replaced_here(browser, spa, jane, hook_runs):
    """A stolen password must not be enough to replace the second factor."""
    window = browser()
    page = enrolment_page(window, type_password(window, authorize(window, spa), jane))
    secret = shown_secret(window, page)
    own = enrol(jane)  # meanwhile, on the user's own page

    for answer in (window.get(page), window.post(page, {"code": code(secret)})):
        assert answer["Location"].startswith(FACTOR)
    assert window.post(answer["Location"], {"code": code(secret)}).status_code == 422
    assert "code" in answer_of(follow(window, window.post(answer["Location"], {"code": code(own)})))


def test_a_factor_that_is_not_demanded_is_not_asked_for_once_it_is_removed(browser, spa, jane):
    enrol(jane)
    window = browser()
    page = type_password(window, authorize(window, spa), jane)["Location"]
    remove_multifactor(jane, actor=SHELL)

    onward = window.get(window.get(page)["Location"])

    assert onward["Location"].startswith(RESUME)
    assert window.get(onward["Location"])["Location"].startswith(SIGN_IN)


def test_a_user_who_is_blocked_meanwhile_gets_no_further(browser, spa, jane, hook_runs):
    window = browser()
    page = enrolment_page(window, type_password(window, authorize(window, spa), jane))
    secret = shown_secret(window, page)
    block_user(jane, actor=SHELL)

    window.post(page, {"code": code(secret)})

    answer = answer_of(window.get(page.replace(ADD, RESUME)))
    assert answer["error_description"] == "user is blocked"
    assert not Session.objects.filter(user=jane).exists()


def test_another_browser_cannot_open_the_page(browser, spa, jane, hook_runs):
    window, thief = browser(), browser()
    page = enrolment_page(window, type_password(window, authorize(window, spa), jane))
    authorize(thief, spa)

    assert thief.get(page).status_code == 403
    assert thief.post(page, {"code": "123456"}).status_code == 403


def test_wrong_codes_are_limited(browser, spa, jane, hook_runs):
    window = browser()
    page = enrolment_page(window, type_password(window, authorize(window, spa), jane))
    secret = shown_secret(window, page)
    for _ in range(10):
        answer = window.post(page, {"code": wrong(secret)})

    assert "Too many" in answer.content.decode()
    assert window.post(page, {"code": code(secret)}).status_code == 422
