"""The hosted pages: signing in to an application, in the browser that began it and for nothing else."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.conftest import PASSWORD, SHELL
from tests.oauth.answers import SONGS
from tests.oauth.sign_in_browser import answer_of, authorize, exchange, follow, sign_in, type_password
from tests.second_factor import code, enrol, wrong
from users.actions.account.block_user import block_user
from users.models import AuthorizationRequest, Consent, LogEvent, Session
from users.sign_in import hooks
from users.sign_in.authorization import MFA_ACR
from users.sign_in.hooks import PostLoginResult
from users.sign_in.outcomes import SignInDenied

SIGN_IN, FACTOR = "/u/login", "/u/second-factor"
CLAIM = "https://shop.example/plan"


@pytest.fixture
def post_login(monkeypatch):
    """Names these functions as the post-login hooks, in this order."""
    return lambda *functions: monkeypatch.setattr(hooks, "POST_LOGIN", functions)


def types() -> list[str]:
    return list(LogEvent.objects.order_by("id").values_list("type", flat=True))


# --- Signing in ---------------------------------------------------------------------------------


def test_the_page_names_the_application_and_helps_password_managers(browser, spa):
    spa.name = "Lantern <Shop>"
    spa.branding = {"terms_url": "https://shop.example/terms", "privacy_url": "javascript:alert(1)"}
    spa.save()
    window = browser()

    html = window.get(authorize(window, spa, login_hint="jane@example.com")["Location"]).content.decode()

    assert "Sign in to Lantern &lt;Shop&gt;" in html
    assert 'autocomplete="username"' in html
    assert 'autocomplete="current-password"' in html
    assert 'value="jane@example.com"' in html
    assert "https://shop.example/terms" in html
    assert "javascript:" not in html


def test_a_wrong_password_is_asked_for_again(browser, spa, jane, stranger):
    window = browser()
    page = authorize(window, spa)

    answers = [type_password(window, page, user, password="wrong") for user in (jane, stranger)]
    unknown = window.post(page["Location"], {"login": "unknown@example.com", "password": "wrong"})

    for answer in (*answers, unknown):
        assert answer.status_code == 422
        assert "Wrong email or password." in answer.content.decode()
    assert types() == ["fp", "fp", "fu"]
    assert "code" in answer_of(follow(window, type_password(window, page, jane)))


def test_too_many_attempts_lock_the_account_here_as_everywhere(browser, spa, jane):
    window = browser()
    page = authorize(window, spa)
    for _ in range(5):
        type_password(window, page, jane, password="wrong")

    answer = type_password(window, page, jane)

    assert answer.status_code == 422
    assert "Too many failed sign-in attempts." in answer.content.decode()
    assert LogEvent.objects.get(type="limit_wc").client_id == spa.client_id


def test_the_sign_in_is_logged_with_its_application(browser, spa, jane):
    sign_in(browser(), spa, jane)

    event = LogEvent.objects.get()
    assert (event.type, event.client_id, event.user_id) == ("s", spa.client_id, jane.user_id)


def test_a_blocked_user_is_sent_back_with_the_reason(browser, spa, jane):
    block_user(jane, actor=SHELL)
    window = browser()

    answer = answer_of(sign_in(window, spa, jane))

    assert answer == {"error": "unauthorized", "error_description": "user is blocked", "state": "s-1"}
    assert answer_of(authorize(window, spa, prompt="none"))["error"] == "login_required"


def test_a_hook_denies_the_sign_in_in_its_own_words(browser, spa, jane, post_login):
    def deny(_):
        raise SignInDenied("Come back on Monday")

    post_login(deny)
    window = browser()

    answer = answer_of(sign_in(window, spa, jane))

    assert (answer["error"], answer["error_description"]) == ("access_denied", "Come back on Monday")
    assert answer_of(authorize(window, spa, prompt="none"))["error"] == "login_required"


def test_hooks_run_once_and_their_claims_reach_the_tokens(browser, spa, jane, post_login, verified):
    ran = []

    def plan(signing_in):
        ran.append(signing_in.request.application)
        return PostLoginResult(id_token={CLAIM: "gold"}, access_token={CLAIM: "gold"})

    post_login(plan)
    window = browser()
    code_ = answer_of(sign_in(window, spa, jane))["code"]

    assert ran == [spa]
    assert verified(exchange(window, spa, code_).json()["id_token"], spa.client_id)[CLAIM] == "gold"


def test_without_the_box_the_session_ends_with_the_browser(browser, spa, jane):
    for more, is_kept in (({}, False), ({"remember": "on"}, True)):
        window = browser()
        follow(window, type_password(window, authorize(window, spa), jane, **more))
        assert bool(window.cookies["sso"]["max-age"]) is is_kept


@pytest.mark.parametrize(
    ("tags", "accepted", "language"),
    [
        ("en", "de", "en"),
        ("tlh de-AT en", "en", "de"),
        ("fr DE_CH", "en", "de"),
        ("tlh", "de-CH, en;q=0.5", "de"),
        ("", "de", "de"),
        ("", "tlh", "en"),
        ("x" * 2000, "en", "en"),
        ("../../etc", "en", "en"),
    ],
)
def test_the_application_chooses_the_language_then_the_browser(browser, spa, tags, accepted, language):
    window = browser()

    page = window.get(
        authorize(window, spa, ui_locales=tags)["Location"], headers={"Accept-Language": accepted}
    )

    assert f'<html lang="{language}" dir="ltr">' in page.content.decode()
    assert page["Content-Language"] == language
    assert "Accept-Language" in page["Vary"]


def test_the_language_of_the_request_stays_on_all_of_its_pages(browser, spa, jane):
    enrol(jane)
    window = browser()
    page = authorize(window, spa, ui_locales="de", prompt="login")
    wrong_password = type_password(window, page, jane, password="wrong").content.decode()
    second = window.get(type_password(window, page, jane)["Location"])

    assert "E-Mail-Adresse oder Passwort ist falsch." in wrong_password
    assert "Bestätigungscode eingeben" in second.content.decode()


# --- Whose sign-in it is ------------------------------------------------------------------------


def test_the_sign_in_of_one_browser_is_of_no_use_in_another(browser, spa, jane):
    """Login CSRF: a link of an attacker, in whose account the victim would then work."""
    page = authorize(browser(), spa)["Location"]
    for victim in (browser(), browser()):
        authorize(victim, spa)
        for path in (page, page.replace("/u/login", "/authorize/resume")):
            assert victim.get(path).status_code == 403
        form = {"login": jane.email, "password": PASSWORD}
        assert victim.post(page, form).status_code == 403
    assert types() == []


@pytest.mark.parametrize(
    "path", ["/u/login", "/u/second-factor", "/u/continue", "/u/consent", "/authorize/resume"]
)
@pytest.mark.parametrize("state", ["", "?state=", "?state=unknown", "?state=%00", "?state=" + "x" * 5000])
def test_an_unknown_state_gets_a_page(browser, db, path, state):
    response = browser().get(f"{path}{state}")

    assert response.status_code == 400
    assert "no longer open" in response.content.decode()


def test_a_request_is_answered_once(browser, spa, jane):
    window = browser()
    left = type_password(window, authorize(window, spa), jane)
    assert "code" in answer_of(follow(window, left))

    assert follow(window, left).status_code == 400
    assert not AuthorizationRequest.objects.exists()


def test_a_request_waits_for_an_hour(browser, spa, jane):
    window = browser()
    page = authorize(window, spa)
    AuthorizationRequest.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert type_password(window, page, jane).status_code == 400


def test_the_key_of_the_session_changes_with_each_sign_in(browser, spa, jane):
    window = browser()
    page = authorize(window, spa)
    planted = window.cookies["sso"].value
    follow(window, type_password(window, page, jane))
    first = window.cookies["sso"].value
    follow(window, type_password(window, authorize(window, spa, prompt="login"), jane))

    assert len({planted, first, window.cookies["sso"].value}) == 3
    for old in (planted, first):
        thief = browser()
        thief.cookies["sso"] = old
        assert answer_of(authorize(thief, spa, prompt="none"))["error"] == "login_required"


def test_the_public_id_of_the_session_stays_when_the_user_signs_in_again(browser, spa, jane):
    window = browser()
    sign_in(window, spa, jane)
    before = Session.objects.get(user=jane).session_id

    sign_in(window, spa, jane, prompt="login")

    assert Session.objects.get(user=jane).session_id == before


def test_another_user_may_take_over_the_browser(browser, spa, jane, make_user, verified):
    kim = make_user("kim", password=PASSWORD)
    window = browser()
    sign_in(window, spa, jane)

    code_ = answer_of(sign_in(window, spa, kim, prompt="login"))["code"]

    claims = verified(exchange(window, spa, code_).json()["id_token"], spa.client_id)
    assert claims["sub"] == kim.user_id
    assert not Session.objects.filter(user=jane).exists()


# --- The second factor --------------------------------------------------------------------------


def test_the_second_factor_is_asked_for_before_anything_is_granted(browser, spa, jane, verified):
    secret = enrol(jane)
    window = browser()
    page = type_password(window, authorize(window, spa), jane)
    assert page["Location"].startswith(FACTOR)

    # Going on without the code leads nowhere.
    resumed = window.get(page["Location"].replace(FACTOR, "/authorize/resume"))
    assert resumed["Location"].startswith(SIGN_IN)
    assert answer_of(authorize(window, spa, prompt="none"))["error"] == "login_required"
    refused = window.post(page["Location"], {"code": wrong(secret)})
    assert (refused.status_code, "Wrong code." in refused.content.decode()) == (422, True)

    answer = answer_of(follow(window, window.post(page["Location"], {"code": code(secret)})))

    claims = verified(exchange(window, spa, answer["code"]).json()["id_token"], spa.client_id)
    assert (claims["amr"], claims["acr"]) == (["mfa"], MFA_ACR)


def test_a_right_password_waits_for_its_own_request_alone(browser, spa, web, jane):
    secret = enrol(jane)
    window = browser()
    type_password(window, authorize(window, spa), jane)
    other = authorize(window, web)["Location"]

    response = window.post(other.replace(SIGN_IN, FACTOR), {"code": code(secret)})

    assert response["Location"].startswith("/authorize/resume")
    assert window.get(response["Location"])["Location"].startswith(SIGN_IN)


def test_a_right_password_does_not_wait_for_ever(browser, spa, jane, monkeypatch):
    secret = enrol(jane)
    window = browser()
    page = type_password(window, authorize(window, spa), jane)
    monkeypatch.setattr("users.sign_in.sso_session.SECOND_FACTOR_WITHIN", timedelta(0))

    response = window.post(page["Location"], {"code": code(secret)})

    assert window.get(response["Location"])["Location"].startswith(SIGN_IN)


def test_a_user_who_is_blocked_before_the_code_gets_no_further(browser, spa, jane):
    secret = enrol(jane)
    window = browser()
    page = type_password(window, authorize(window, spa), jane)
    block_user(jane, actor=SHELL)

    answer = answer_of(follow(window, window.post(page["Location"], {"code": code(secret)})))

    assert answer["error_description"] == "user is blocked"


def test_a_factor_that_was_added_since_is_asked_for(browser, spa, jane):
    window = browser()
    sign_in(window, spa, jane)
    secret = enrol(jane)

    silent = answer_of(authorize(window, spa, prompt="none"))
    assert (silent["error"], silent["error_description"]) == (
        "login_required",
        "Multifactor authentication required",
    )
    page = authorize(window, spa)
    assert page["Location"].startswith(FACTOR)
    assert "code" in answer_of(follow(window, window.post(page["Location"], {"code": code(secret)})))
    assert "code" in answer_of(authorize(window, spa, prompt="none"))


def test_an_application_asks_for_a_fresh_factor(browser, spa, jane):
    secret = enrol(jane)
    window = browser()
    page = type_password(window, authorize(window, spa), jane)
    follow(window, window.post(page["Location"], {"code": code(secret)}))

    assert "code" in answer_of(authorize(window, spa, acr_values=MFA_ACR))
    with_age = {"acr_values": MFA_ACR, "max_age": "0"}
    # A session of this second is too old for `max_age=0`: the password is asked for, then the code.
    assert authorize(window, spa, **with_age)["Location"].startswith(SIGN_IN)


def test_a_code_alone_does_not_renew_the_sign_in(browser, spa, jane, monkeypatch):
    secret = enrol(jane)
    window = browser()
    page = type_password(window, authorize(window, spa), jane)
    follow(window, window.post(page["Location"], {"code": code(secret)}))
    before = Session.objects.get(user=jane)
    monkeypatch.setattr("users.sign_in.authorization.SECOND_FACTOR_AGE", timedelta(0))
    page = authorize(window, spa, acr_values=MFA_ACR)

    follow(window, window.post(page["Location"], {"code": code(secret, steps=1)}))

    after = Session.objects.get(user=jane)
    assert (after.signed_in_at, after.session_id) == (before.signed_in_at, before.session_id)
    assert after.session_key != before.session_key


def test_an_old_factor_is_asked_for_again(browser, spa, jane, monkeypatch):
    secret = enrol(jane)
    window = browser()
    page = type_password(window, authorize(window, spa), jane)
    follow(window, window.post(page["Location"], {"code": code(secret)}))
    monkeypatch.setattr("users.sign_in.authorization.SECOND_FACTOR_AGE", timedelta(0))

    assert authorize(window, spa, acr_values=MFA_ACR)["Location"].startswith(FACTOR)
    assert "code" in answer_of(authorize(window, spa))


# --- Consent ------------------------------------------------------------------------------------


@pytest.fixture
def third(spa):
    """An application of another company."""
    spa.is_first_party = False
    spa.save()
    return spa


def test_a_third_party_application_needs_consent_once(browser, third, jane, songs):
    window = browser()
    asked = {"audience": SONGS, "scope": "openid email read:songs"}
    page = sign_in(window, third, jane, **asked)
    assert page["Location"].startswith("/u/consent?")
    html = window.get(page["Location"]).content.decode()
    assert "See your email address" in html
    assert "read:songs" in html
    assert answer_of(authorize(window, third, prompt="none", **asked))["error"] == "consent_required"

    answer = answer_of(follow(window, window.post(page["Location"], {"answer": "accept"})))

    assert "code" in answer
    consent = Consent.objects.get()
    assert (consent.user, consent.client, consent.audience) == (jane, third, SONGS)
    assert consent.scope == ["openid", "email", "read:songs"]
    assert "code" in answer_of(authorize(window, third, prompt="none", **asked))


def test_more_scopes_need_consent_again(browser, third, jane, songs):
    window = browser()
    page = sign_in(window, third, jane, scope="openid")
    follow(window, window.post(page["Location"], {"answer": "accept"}))

    assert "code" in answer_of(authorize(window, third, scope="openid"))
    assert authorize(window, third, scope="openid email")["Location"].startswith("/u/consent?")
    assert authorize(window, third, scope="openid", audience=SONGS)["Location"].startswith("/u/consent?")


@pytest.mark.parametrize("form", [{"answer": "refuse"}, {}, {"answer": "accepted"}])
def test_without_consent_the_application_gets_nothing(browser, third, jane, form):
    window = browser()
    page = sign_in(window, third, jane)

    answer = answer_of(follow(window, window.post(page["Location"], form)))

    assert (answer["error"], answer["error_description"]) == (
        "access_denied",
        "User did not authorize the request",
    )
    assert not Consent.objects.exists()


def test_consent_is_given_by_a_form_alone(browser, third, jane):
    window = browser()
    page = sign_in(window, third, jane)

    window.get(f"{page['Location']}&answer=accept")

    assert not Consent.objects.exists()


def test_our_own_application_may_ask_for_consent(browser, spa, jane):
    window = browser()
    sign_in(window, spa, jane)
    page = authorize(window, spa, prompt="consent")
    assert page["Location"].startswith("/u/consent?")

    assert "code" in answer_of(follow(window, window.post(page["Location"], {"answer": "accept"})))
    assert "code" in answer_of(authorize(window, spa))


def test_hooks_do_not_run_again_after_consent(browser, third, jane, post_login, verified):
    ran = []
    post_login(lambda signing_in: ran.append(1) or PostLoginResult(id_token={CLAIM: len(ran)}))
    window = browser()
    page = sign_in(window, third, jane)
    code_ = answer_of(follow(window, window.post(page["Location"], {"answer": "accept"})))["code"]

    assert ran == [1]
    assert verified(exchange(window, third, code_).json()["id_token"], third.client_id)[CLAIM] == 1


# --- What browsers are told ---------------------------------------------------------------------


def test_no_page_may_be_framed_or_send_forms_elsewhere(browser, spa, third, jane):
    window = browser()
    login = authorize(window, spa)["Location"]
    consent = sign_in(window, third, jane)["Location"]

    for path in (login, consent):
        response = window.get(path)
        policy = response["Content-Security-Policy"]
        assert response["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in policy
        assert re.search(r"form-action 'self'(;|$)", policy)
        assert "no-store" in response["Cache-Control"]
        assert response["Referrer-Policy"] == "no-referrer"
        # A single-page application waits for the window in which it has opened the page.
        assert response["Cross-Origin-Opener-Policy"] == "unsafe-none"


def test_sensitive_texts_are_not_logged(browser, spa, jane, caplog):
    window = browser()
    code_ = answer_of(sign_in(window, spa, jane))["code"]
    exchange(window, spa, code_, code_verifier="w" * 43)

    rows = str(list(LogEvent.objects.values()))
    for secret in (PASSWORD, code_, "w" * 43):
        assert secret not in rows
        assert secret not in caplog.text
