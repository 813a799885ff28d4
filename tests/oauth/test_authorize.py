"""`/authorize`: which requests are answered, where the answer goes, and when the user is asked."""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

import pytest
from django.test import Client as Browser
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import SHELL
from tests.oauth.answers import SONGS
from tests.oauth.sign_in_browser import (
    CALLBACK,
    CHALLENGE,
    answer_of,
    authorize,
    exchange,
    follow,
    sign_in,
    type_password,
)
from tests.suites import DEPTH
from users.actions.account.block_user import block_user
from users.actions.account.edit_user import Edit, edit_user
from users.models import AuthorizationRequest, Client, Connection, LogEvent, Session
from users.sign_in import hooks
from users.sign_in.hooks import PostLoginResult
from users.sign_in.outcomes import SignInDenied
from users.sign_in.session_store import SsoSessionStore

NATIVE = {"is_public": True, "app_type": "native", "grant_types": ["authorization_code"]}


# --- Where the answer goes ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "https://evil.example/callback",
        f"{CALLBACK}/more",
        f"{CALLBACK}?more=1",
        f"{CALLBACK}#part",
        f"{CALLBACK}/../callback",
        "https://shop.example/Callback",
        "https://shop.example:8443/callback",
        "http://shop.example/callback",
        "https://shop.example@evil.example/callback",
        "https://shop.example\\@evil.example/callback",
        "https://shop.example.evil.example/callback",
        "//shop.example/callback",
        "javascript:alert(1)",
        "data:text/html,x",
        "",
    ],
)
def test_an_unregistered_redirect_uri_gets_a_page(browser, spa, redirect_uri):
    response = authorize(browser(), spa, redirect_uri=redirect_uri)

    assert response.status_code in (400, 403)
    assert "Location" not in response
    assert "redirect_uri" in response.content.decode()


def test_a_callback_with_a_script_is_refused_at_use_as_well(browser, make_app):
    careless = make_app(callbacks=["javascript:alert(1)"], grant_types=["authorization_code"])

    assert authorize(browser(), careless, redirect_uri="javascript:alert(1)").status_code == 403


@pytest.mark.parametrize("client_id", ["", "unknown", "a\0b", "x" * 5000])
def test_an_unknown_client_gets_a_page(browser, spa, client_id):
    response = authorize(browser(), spa, client_id=client_id)

    assert response.status_code in (400, 403)
    assert "Location" not in response


def test_a_revoked_client_gets_a_page(browser, spa):
    Client.objects.filter(pk=spa.pk).update(is_revoked=True)

    assert authorize(browser(), spa).status_code == 403


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
def test_a_doubled_client_or_redirect_uri_gets_a_page(browser, spa, name):
    query = urlencode(
        [("client_id", spa.client_id), ("redirect_uri", CALLBACK), ("response_type", "code"), (name, "other")]
    )

    assert browser().get(f"/authorize?{query}").status_code == 400


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": ...}, "invalid_request"),
        ({"response_type": "banana"}, "unsupported_response_type"),
        ({"response_type": "code code banana"}, "unsupported_response_type"),
        ({"response_mode": "banana"}, "invalid_request"),
        ({"code_challenge": ..., "code_challenge_method": ...}, "invalid_request"),
        ({"code_challenge": ...}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ...}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"prompt": "banana"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "²"}, "invalid_request"),
        ({"audience": "https://unknown.example"}, "access_denied"),
        ({"connection": "unknown"}, "invalid_request"),
        ({"request": "e30.e30."}, "request_not_supported"),
        ({"request_uri": "https://evil.example/r"}, "request_uri_not_supported"),
        ({"scope": "a\0b"}, "invalid_request"),
        ({"nonce": "n" * 3000}, "invalid_request"),
    ],
)
def test_any_other_mistake_goes_to_the_application(browser, spa, changed, error):
    response = authorize(browser(), spa, **changed)

    assert response["Location"].startswith(f"{CALLBACK}?")
    answer = answer_of(response)
    assert (answer["error"], answer["state"]) == (error, "s-1")
    assert answer["error_description"]


def test_a_doubled_parameter_goes_to_the_application(browser, spa):
    query = {"client_id": spa.client_id, "redirect_uri": CALLBACK, "response_type": "code", "state": "s-1"}
    response = browser().get(f"/authorize?{urlencode(query)}&scope=openid&scope=email")

    assert answer_of(response)["error_description"] == "The parameter scope is given 2 times."


def test_the_request_may_come_as_a_form_from_another_site(spa, jane):
    strict = Browser(enforce_csrf_checks=True)
    form = {
        "client_id": spa.client_id,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    response = strict.post("/authorize", form, headers={"Origin": "https://shop.example"})

    assert response["Location"].startswith("/u/login?state=")


@pytest.mark.parametrize("wrong", ["%ff", "%c3%28", "%ed%a0%80", "\xff"])
def test_what_is_no_utf8_gets_a_page(browser, spa, wrong):
    good = f"client_id={spa.client_id}&redirect_uri={CALLBACK}&response_type=code"
    form = {"content_type": "application/x-www-form-urlencoded"}

    answers = [
        browser().get("/authorize", QUERY_STRING=f"{good}&state={wrong}"),
        browser().post("/authorize", f"{good}&state={wrong}".encode("latin-1"), **form),
    ]

    for answer in answers:
        assert (answer.status_code, "not valid UTF-8" in answer.content.decode()) == (400, True)


def test_a_body_that_is_no_form_gets_a_page(browser, spa):
    body = {"client_id": spa.client_id, "redirect_uri": CALLBACK, "response_type": "code"}

    for kind in ("application/json", "text/plain"):
        answer = browser().post("/authorize", json.dumps(body), content_type=kind)
        assert (answer.status_code, "as a form" in answer.content.decode()) == (400, True)


def test_a_state_comes_back_as_it_was(browser, spa, jane):
    state = "a b&c=d#</script>ü"

    answer = answer_of(sign_in(browser(), spa, jane, state=state))

    assert answer["state"] == state


def test_a_long_state_comes_back_and_a_longer_one_is_refused(browser, spa, jane):
    window = browser()
    assert answer_of(sign_in(window, spa, jane, state="ü" * 600))["state"] == "ü" * 600

    answer = answer_of(authorize(window, spa, state="ü" * 4000))

    assert (answer["error"], "state" in answer) == ("invalid_request", False)


def test_an_answer_may_be_long(window, spa, monkeypatch):
    claims = {"https://a/list": ["x" * 100] * 200}
    monkeypatch.setattr(hooks, "POST_LOGIN", [lambda _: PostLoginResult(id_token=claims)])

    assert "id_token" in answer_of(authorize(window, spa, response_type="id_token", nonce="n"))


def test_no_state_is_made_up(browser, spa, jane):
    assert "state" not in answer_of(sign_in(browser(), spa, jane, state=...))


def test_a_callback_keeps_its_own_query(browser, make_app, jane):
    callback = f"{CALLBACK}?shop=1"
    client = make_app(is_public=True, callbacks=[callback], grant_types=["authorization_code"])

    response = sign_in(browser(), client, jane, redirect_uri=callback)

    assert response["Location"].startswith(f"{callback}&code=")


@pytest.mark.parametrize("port", ["", ":1", ":51234"])
@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost"])
def test_a_native_application_may_use_any_port_of_its_own_computer(browser, make_app, host, port):
    native = make_app(callbacks=[f"http://{host}/done"], **NATIVE)

    assert authorize(browser(), native, redirect_uri=f"http://{host}{port}/done").status_code == 302
    assert authorize(browser(), native, redirect_uri=f"http://{host}{port}/other").status_code == 403


def test_any_port_is_for_native_applications_and_their_own_computer_alone(browser, make_app, spa):
    page = make_app(
        is_public=True,
        callbacks=["http://127.0.0.1/done"],
        app_type="spa",
        grant_types=["authorization_code"],
    )
    native = make_app(callbacks=["https://shop.example/done", "http://127.0.0.1/done"], **NATIVE)

    assert authorize(browser(), page, redirect_uri="http://127.0.0.1:5/done").status_code == 403
    assert authorize(browser(), native, redirect_uri="https://shop.example:5/done").status_code == 403
    assert authorize(browser(), native, redirect_uri="http://127.0.0.1:x/done").status_code == 403


def test_a_native_application_may_have_a_scheme_of_its_own(browser, make_app, jane):
    native = make_app(callbacks=["com.example.shop:/done"], **NATIVE)

    response = sign_in(browser(), native, jane, redirect_uri="com.example.shop:/done")

    assert response["Location"].startswith("com.example.shop:/done?code=")


# --- Single sign-on -----------------------------------------------------------------------------


@pytest.fixture
def window(browser, spa, jane):
    """A browser in which Jane is signed in, by the application `spa`."""
    window = browser()
    sign_in(window, spa, jane)
    return window


def session_row() -> Session:
    return Session.objects.get(kind=Session.Kind.SSO, user__isnull=False)


def age_session(window, **span):
    """As if Jane had signed in so long ago."""
    data = SsoSessionStore().decode(session_row().session_data)
    data["sign_in"]["at"] = (timezone.now() - timedelta(**span)).isoformat()
    Session.objects.update(session_data=SsoSessionStore().encode(data))


def test_a_second_application_needs_no_password(window, web, jane):
    before = type(jane).objects.get(pk=jane.pk).logins_count

    answer = answer_of(authorize(window, web, prompt="none"))

    assert "code" in answer
    last = LogEvent.objects.order_by("-id")[0]
    assert (last.type, last.client_id) == ("ssa", web.client_id)
    assert type(jane).objects.get(pk=jane.pk).logins_count == before


def test_without_a_session_no_page_is_shown_where_none_may_be(browser, spa):
    answer = answer_of(authorize(browser(), spa, prompt="none"))

    assert answer == {"error": "login_required", "error_description": "Login required", "state": "s-1"}


def test_the_cookies_open_no_pages_of_each_other(browser, window, spa, jane, admin_user):
    cookie = window.cookies["sso"].value
    thief = browser()
    thief.cookies["session"] = cookie
    assert thief.get("/profile/").status_code == 302
    assert window.get("/profile/").status_code == 302

    member = browser()
    member.force_login(admin_user)
    assert answer_of(authorize(member, spa, prompt="none"))["error"] == "login_required"
    member.cookies["sso"] = member.cookies["session"].value
    assert answer_of(authorize(member, spa, prompt="none"))["error"] == "login_required"


@pytest.fixture
def admin_user(make_user):
    return make_user("boss", password="correct horse battery", is_superuser=True)


def test_the_session_of_a_staff_account_opens_no_staff_page(browser, spa, admin_user):
    window = browser()
    assert "code" in answer_of(sign_in(window, spa, admin_user))

    for path in ("/admin/", "/admin/users/user/", "/profile/"):
        assert window.get(path).status_code == 302


def test_a_blocked_user_is_signed_in_no_longer(window, spa, jane):
    block_user(jane, actor=SHELL)

    assert answer_of(authorize(window, spa, prompt="none"))["error"] == "login_required"


def test_a_new_password_ends_the_session(window, spa, jane):
    edit_user(jane, Edit(password="another horse battery"), actor=SHELL)

    assert answer_of(authorize(window, spa, prompt="none"))["error"] == "login_required"


def test_a_disabled_connection_signs_no_one_in(window, spa):
    Connection.objects.update(is_enabled=False)
    spa.connections.add(Connection.objects.create(name="partners"))

    assert answer_of(authorize(window, spa, prompt="none"))["error"] == "login_required"


def test_a_session_counts_only_where_its_connection_is_enabled(window, spa, connection):
    spa.connections.set([Connection.objects.create(name="partners")])

    assert answer_of(authorize(window, spa, prompt="none"))["error"] == "login_required"
    assert authorize(window, spa)["Location"].startswith("/u/login?")


def test_hooks_run_at_a_silent_sign_in(window, spa, monkeypatch, verified):
    monkeypatch.setattr(hooks, "POST_LOGIN", [lambda _: PostLoginResult(id_token={"https://a/plan": "gold"})])

    code = answer_of(authorize(window, spa, prompt="none"))["code"]

    tokens = exchange(window, spa, code).json()
    assert verified(tokens["id_token"], spa.client_id)["https://a/plan"] == "gold"


def test_a_hook_denies_a_silent_sign_in(window, spa, monkeypatch):
    def deny(_):
        raise SignInDenied("Not on Sundays", error="unauthorized")

    monkeypatch.setattr(hooks, "POST_LOGIN", [deny])

    answer = answer_of(authorize(window, spa, prompt="none"))

    assert (answer["error"], answer["error_description"]) == ("unauthorized", "Not on Sundays")
    assert LogEvent.objects.order_by("-id")[0].type == "fsa"


def test_prompt_login_asks_for_the_password_again(window, spa, jane):
    page = authorize(window, spa, prompt="login")
    assert page["Location"].startswith("/u/login?")

    assert "code" in answer_of(follow(window, type_password(window, page, jane)))


def test_an_application_leads_new_users_to_the_page_for_signing_up(browser, spa, window):
    assert authorize(browser(), spa, screen_hint="signup")["Location"].startswith("/u/signup?")
    assert authorize(window, spa, screen_hint="signup", prompt="login")["Location"].startswith("/u/signup?")
    # A user who is signed in has an account.
    assert "code" in answer_of(authorize(window, spa, screen_hint="signup"))


def test_max_age_asks_for_the_password_of_an_older_session(window, spa):
    age_session(window, minutes=10)

    assert "code" in answer_of(authorize(window, spa, max_age="3600"))
    assert authorize(window, spa, max_age="60")["Location"].startswith("/u/login?")
    assert answer_of(authorize(window, spa, max_age="60", prompt="none"))["error"] == "login_required"


def test_another_connection_asks_for_another_sign_in(window, spa):
    spa.connections.add(Connection.objects.create(name="partners"))

    assert authorize(window, spa, connection="partners")["Location"].startswith("/u/login?")


def test_select_account_asks_which_account(window, spa):
    page = authorize(window, spa, prompt="select_account")
    assert page["Location"].startswith("/u/continue?")
    assert "Continue as Jane Doe" in window.get(page["Location"]).content.decode()

    assert "code" in answer_of(follow(window, window.post(page["Location"])))


def test_a_native_application_gets_no_answer_without_the_user(window, make_app):
    native = make_app(callbacks=["http://127.0.0.1/done"], **NATIVE)
    redirect = "http://127.0.0.1:5123/done"

    assert authorize(window, native, redirect_uri=redirect)["Location"].startswith("/u/continue?")
    silent = authorize(window, native, redirect_uri=redirect, prompt="none")
    assert answer_of(silent)["error"] == "interaction_required"


def test_the_session_ends_after_a_time_without_use(window, spa, settings):
    settings.SSO_IDLE_HOURS = 1
    authorize(window, spa)
    ends = session_row().expire_date

    assert timedelta(minutes=59) < ends - timezone.now() <= timedelta(hours=1)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert answer_of(authorize(window, spa, prompt="none"))["error"] == "login_required"


def test_the_session_ends_in_any_case(window, spa):
    age_session(window, hours=167)

    authorize(window, spa)

    assert session_row().expire_date - timezone.now() <= timedelta(hours=1)


# --- Response types and modes -------------------------------------------------------------------


def test_an_id_token_comes_in_the_fragment(browser, spa, jane, verified):
    response = sign_in(browser(), spa, jane, response_type="id_token", nonce="n-1")

    assert "#" in response["Location"]
    answer = answer_of(response)
    claims = verified(answer["id_token"], spa.client_id)
    assert (claims["sub"], claims["nonce"]) == (jane.user_id, "n-1")
    assert answer.keys() == {"id_token", "state"}


def test_an_access_token_is_bound_to_the_id_token(browser, spa, jane, songs, verified):
    response = sign_in(
        browser(),
        spa,
        jane,
        response_type="token id_token",
        nonce="n-1",
        audience=SONGS,
        scope="openid read:songs",
    )

    answer = answer_of(response)
    assert "at_hash" in verified(answer["id_token"], spa.client_id)
    assert verified(answer["access_token"], SONGS)["scope"] == "openid read:songs"
    assert (answer["token_type"], answer["expires_in"], answer["scope"]) == (
        "Bearer",
        "600",
        "openid read:songs",
    )


def test_a_hybrid_answer_has_a_code_that_is_bound_to_the_id_token(browser, spa, jane, verified):
    window = browser()
    answer = answer_of(sign_in(window, spa, jane, response_type="code id_token", nonce="n-1"))

    claims = verified(answer["id_token"], spa.client_id)
    assert "c_hash" in claims
    later = exchange(window, spa, answer["code"]).json()
    assert verified(later["id_token"], spa.client_id)["nonce"] == "n-1"


@pytest.mark.parametrize("response_type", ["id_token", "token id_token", "code id_token", "token"])
def test_tokens_never_come_in_the_query(browser, spa, response_type):
    response = authorize(browser(), spa, response_type=response_type, response_mode="query", nonce="n")

    assert response["Location"].startswith(f"{CALLBACK}#error=invalid_request")


def test_an_id_token_needs_a_nonce(browser, spa):
    answer = answer_of(authorize(browser(), spa, response_type="id_token"))

    assert (answer["error"], answer["error_description"]) == (
        "invalid_request",
        "Missing required parameter: nonce",
    )


@pytest.mark.parametrize("response_type", ["id_token", "token"])
def test_tokens_need_the_implicit_grant_and_a_client_of_our_own(browser, web, make_app, response_type):
    third = make_app(callbacks=[CALLBACK], grant_types=["implicit"], is_first_party=False)

    for client in (web, third):
        answer = answer_of(authorize(browser(), client, response_type=response_type, nonce="n"))
        assert answer["error"] == "unauthorized_client"


def test_a_form_carries_the_answer(window, spa):
    response = authorize(window, spa, response_mode="form_post", state='"><script>')

    html = response.content.decode()
    assert f'action="{CALLBACK}"' in html
    assert 'name="code"' in html
    assert "&quot;&gt;&lt;script&gt;" in html
    assert "form-action" not in response["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]


def test_the_form_names_the_application_where_its_scheme_has_no_host(browser, make_app):
    native = make_app(callbacks=["com.example.shop:/done"], **NATIVE)

    page = authorize(
        browser(), native, redirect_uri="com.example.shop:/done", response_mode="form_post", prompt="none"
    )

    assert f"Continue to {native.name}" in page.content.decode()


def test_a_message_carries_the_answer_to_the_registered_origin_alone(window, spa):
    response = authorize(window, spa, response_mode="web_message", prompt="none", state="</script><b>")

    html = response.content.decode()
    assert '"https://shop.example"' in html
    assert "</script><b>" not in html
    assert "\\u003C/script\\u003E" in html
    assert "frame-ancestors https://shop.example" in response["Content-Security-Policy"]
    assert "X-Frame-Options" not in response
    assert response["Cross-Origin-Opener-Policy"] == "unsafe-none"


def test_an_error_comes_as_a_message_with_its_state(browser, spa):
    response = authorize(browser(), spa, response_mode="web_message", prompt="none")

    html = response.content.decode()
    assert "login_required" in html
    assert '"state": "s-1"' in html


def test_the_bare_origin_of_a_callback_may_receive_a_message(window, spa):
    response = authorize(window, spa, response_mode="web_message", redirect_uri="https://shop.example")

    assert response.status_code == 200


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "https://evil.example",
        "https://shop.example.evil.example",
        "http://shop.example",
        "null",
        "https://shop.example:1",
    ],
)
def test_no_message_goes_to_an_unregistered_origin(window, spa, redirect_uri):
    response = authorize(window, spa, response_mode="web_message", redirect_uri=redirect_uri)

    assert response.status_code == 403
    assert "postMessage" not in response.content.decode()


def test_any_port_of_a_native_application_is_no_origin_for_messages(window, make_app):
    native = make_app(callbacks=["http://127.0.0.1/done"], **NATIVE)

    response = authorize(window, native, response_mode="web_message", redirect_uri="http://127.0.0.1:5/done")

    assert response.status_code == 403


def test_a_wildcard_is_no_origin_for_messages(window, make_app):
    wide = make_app(is_public=True, allowed_origins=["https://*.example"], grant_types=["authorization_code"])

    response = authorize(window, wide, response_mode="web_message", redirect_uri="https://*.example")

    assert response.status_code == 403


# --- Scopes -------------------------------------------------------------------------------------


def test_a_user_gets_current_user_scopes_of_the_management_api_alone(browser, spa, admin_user, verified):
    window = browser()
    audience = "http://127.0.0.1:8000/api/v2/"
    scope = "openid read:current_user update:users read:users"
    code = answer_of(sign_in(window, spa, admin_user, audience=audience, scope=scope))["code"]

    tokens = exchange(window, spa, code).json()

    assert tokens["scope"] == "openid read:current_user"


def test_no_scope_asked_is_no_scope_granted(browser, spa, jane, songs):
    window = browser()
    code = answer_of(sign_in(window, spa, jane, audience=SONGS, scope=...))["code"]

    tokens = exchange(window, spa, code).json()

    assert tokens["scope"] == ""
    assert "id_token" not in tokens


# --- Headers and hostile input ------------------------------------------------------------------


def test_addresses_are_not_sent_on(browser, spa, window):
    page = authorize(browser(), spa)
    for response in (page, browser().get("/authorize"), authorize(window, spa)):
        assert response["Referrer-Policy"] == "no-referrer"
        assert response["Cache-Control"] == "no-store"


def test_a_request_of_no_use_leaves_nothing_behind(browser, spa):
    authorize(browser(), spa, redirect_uri="https://evil.example")
    authorize(browser(), spa, prompt="none")

    assert not AuthorizationRequest.objects.exists()


NAMES = [
    *("client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "audience"),
    *("prompt", "max_age", "login_hint", "screen_hint", "ui_locales", "connection", "acr_values"),
    *("code_challenge", "code_challenge_method", "request", "login_ticket", "\0", ""),
]


@settings(max_examples=15 * DEPTH, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_nothing_that_is_sent_is_an_error_of_ours(browser, spa, data):
    good = {"client_id": spa.client_id, "redirect_uri": CALLBACK, "response_type": "code"}
    sensible = st.sampled_from(
        ["code", "none", "login", "openid", "web_message", "form_post", "S256", CHALLENGE]
    )
    values = st.one_of(st.text(max_size=30), sensible, st.just("x" * 9000), st.just("%ff%00"))
    pairs = data.draw(st.lists(st.tuples(st.sampled_from(NAMES), values), max_size=6))
    base = list(good.items()) if data.draw(st.booleans()) else []
    query = urlencode([*base, *pairs], errors="surrogatepass")
    method = data.draw(st.sampled_from(["get", "post"]))
    kept = {"content_type": "application/x-www-form-urlencoded"}

    response = (
        browser().get(f"/authorize?{query}")
        if method == "get"
        else browser().post("/authorize", query, **kept)
    )

    assert response.status_code in (200, 302, 400, 403)
    if response.status_code == 302:
        assert urlsplit(response["Location"]).netloc in ("", "shop.example")


# --- Cost ---------------------------------------------------------------------------------------


def test_a_silent_sign_in_takes_few_queries(window, spa, songs, django_assert_max_num_queries):
    """The session is read and saved; an authorization, its code and a line of the log are written."""
    with django_assert_max_num_queries(19):
        answer = answer_of(authorize(window, spa, prompt="none", audience=SONGS, scope="openid read:songs"))

    assert "code" in answer


def test_an_exchange_takes_few_queries(window, spa, songs, django_assert_max_num_queries):
    codes = [answer_of(authorize(window, spa, audience=SONGS))["code"] for _ in range(2)]
    exchange(window, spa, codes[0])  # the first creates the signing key

    with django_assert_max_num_queries(8):
        assert exchange(window, spa, codes[1]).status_code == 200
