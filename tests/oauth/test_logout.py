"""Signing out of single sign-on: `/oidc/logout` and `/v2/logout`."""

from __future__ import annotations

import html
import re
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import Client as Browser

from users.actions.authorizations.authorizations import create_authorization
from users.models import Authorization, LogEvent, Session
from users.sign_in.session_store import SsoSessionStore, store_sign_in
from users.tokens.issue import issue_id_token, sign

pytestmark = pytest.mark.django_db
HOME, BYE = "https://shop.example.com/", "https://shop.example.com/bye?from=desk"
FOREIGN = "https://evil.example/"


@pytest.fixture
def shop(make_app):
    """An application with two places to go after signing out."""
    return make_app(allowed_logout_urls=[HOME, BYE, "https://*.shops.example.com/out"])


def open_session(user) -> Browser:
    """A browser in which the user is signed in for applications."""
    session = SsoSessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store_sign_in(session, ip=None, user_agent="")
    session.save()
    browser = Browser()
    browser.cookies["sso"] = session.session_key
    return browser


@pytest.fixture
def signed_in(jane):
    return open_session(jane)


@pytest.fixture
def hint(jane, shop):
    """An ID token of the application for Jane's session."""

    def make(*, session_id=None, client=None, **changed) -> str:
        authorization = create_authorization(
            *(jane, client or shop),
            connection=jane.connection,
            server=None,
            scope=["openid"],
            methods=["pwd"],
            session_id=Session.objects.get().session_id if session_id is None else session_id,
        )
        return issue_id_token(authorization, {"sub": jane.user_id, **changed})

    return make


def is_signed_in() -> bool:
    return Session.objects.exists()


def oidc(browser, **parameters):
    return browser.get(f"/oidc/logout?{urlencode(parameters)}")


def v2(browser, **parameters):
    return browser.get(f"/v2/logout?{urlencode(parameters)}")


def confirmation(response) -> str:
    """The signed text in the page that asks."""
    assert response.status_code == 200
    found = re.search(r'name="confirmation" value="([^"]+)"', response.content.decode())
    assert found, "the page asks nothing"
    return html.unescape(found[1])


class TestOidc:
    def test_an_id_token_of_the_session_ends_it_at_once(self, signed_in, hint):
        response = oidc(signed_in, id_token_hint=hint(), post_logout_redirect_uri=BYE, state="a b&c")

        assert (response.status_code, response["Location"]) == (302, f"{BYE}&state=a%20b%26c")
        assert not is_signed_in()
        assert LogEvent.objects.filter(type="slo").count() == 1

    def test_the_state_comes_back_only_where_it_was_sent_and_only_to_a_registered_url(
        self, signed_in, hint, shop, jane
    ):
        assert oidc(signed_in, id_token_hint=hint(), post_logout_redirect_uri=HOME)["Location"] == HOME

        type(shop).objects.update(allowed_logout_urls=[])
        token = hint(session_id="ses_1")
        page = oidc(Browser(), id_token_hint=token, state="s-1")

        assert (page.status_code, "s-1" in page.content.decode()) == (200, False)
        assert oidc(Browser(), state="s-1").status_code == 200

    def test_refresh_tokens_stay(self, signed_in, hint):
        oidc(signed_in, id_token_hint=hint())

        assert Authorization.objects.get().revoked_at is None

    def test_an_expired_id_token_is_still_a_hint(self, signed_in, hint, shop):
        shop.id_token_lifetime = 0

        assert oidc(signed_in, id_token_hint=hint(), post_logout_redirect_uri=HOME)["Location"] == HOME
        assert not is_signed_in()

    def test_the_session_id_alone_is_a_hint(self, signed_in, shop):
        response = oidc(
            signed_in,
            logout_hint=Session.objects.get().session_id,
            client_id=shop.client_id,
            post_logout_redirect_uri=HOME,
        )

        assert response["Location"] == HOME
        assert not is_signed_in()

    @pytest.mark.parametrize("named", [{}, {"client_id": "shop"}])
    def test_without_a_hint_the_user_is_asked(self, signed_in, shop, named):
        named = dict.fromkeys(named, shop.client_id)
        page = oidc(signed_in, **named)
        assert is_signed_in()

        response = signed_in.post("/oidc/logout/confirm", {"confirmation": confirmation(page)})

        assert not is_signed_in()
        text = response.content.decode()
        assert ("You are signed out" in text) is not named  # else it leads to the first registered URL
        assert (HOME in text) is bool(named)

    def test_a_hint_of_another_session_asks_as_well(self, signed_in, hint):
        page = oidc(signed_in, id_token_hint=hint(session_id="ses_OfLastWeek000001"))

        assert confirmation(page)
        assert is_signed_in()

    def test_an_application_of_the_session_need_not_ask_where_the_setting_says_so(
        self, signed_in, hint, shop, settings
    ):
        settings.LOGOUT_CONFIRMATION = False
        where = {"client_id": shop.client_id, "post_logout_redirect_uri": HOME}
        assert confirmation(oidc(signed_in, **where))  # not yet signed in to

        hint()

        assert oidc(signed_in, **where)["Location"] == HOME
        assert not is_signed_in()

    def test_a_user_who_is_signed_out_goes_on(self, shop):
        response = oidc(Browser(), client_id=shop.client_id, post_logout_redirect_uri=HOME)

        assert response["Location"] == HOME

    def test_it_takes_a_form_and_leads_on_by_a_page(self, signed_in, hint):
        response = signed_in.post("/oidc/logout", {"id_token_hint": hint(), "post_logout_redirect_uri": HOME})

        assert not is_signed_in()
        assert HOME in response.content.decode()

    def test_the_page_names_the_scheme_of_a_native_application(self, signed_in, hint, make_app):
        bye = "com.example.shop:/bye"
        native = make_app(allowed_logout_urls=[bye])
        asked = {"id_token_hint": hint(client=native), "post_logout_redirect_uri": bye}

        page = signed_in.post("/oidc/logout", asked).content.decode()

        assert "Continue to com.example.shop" in page

    def test_the_page_belongs_to_one_session(self, signed_in, jane):
        asked = confirmation(oidc(signed_in))
        other = open_session(jane)

        other.post("/oidc/logout/confirm", {"confirmation": asked})

        assert Session.objects.count() == 2

    @pytest.mark.parametrize("text", ["", "x", "e30:1abc:def"])
    def test_no_page_elsewhere_signs_a_user_out(self, signed_in, text):
        assert signed_in.post("/oidc/logout/confirm", {"confirmation": text}).status_code == 400
        assert signed_in.get("/oidc/logout/confirm").status_code == 405
        assert is_signed_in()

    @pytest.mark.parametrize(
        "forged",
        [
            pytest.param(lambda hint, jane, app: hint()[:-4] + "AAAA", id="signature"),
            pytest.param(lambda hint, jane, app: "x" * 20_000, id="too long"),
            pytest.param(lambda hint, jane, app: "a.b.c", id="no JWT"),
            pytest.param(
                lambda hint, jane, app: sign(
                    {"sub": jane.user_id, "aud": app.client_id, "azp": "x"}, lifetime=9
                ),
                id="an access token",
            ),
            pytest.param(lambda hint, jane, app: sign({"sub": jane.user_id}, lifetime=9), id="no audience"),
            pytest.param(
                lambda hint, jane, app: sign(
                    {"sub": jane.user_id, "aud": app.client_id, "events": {}}, lifetime=9
                ),
                id="a logout token",
            ),
            pytest.param(
                lambda hint, jane, app: sign(
                    {"iss": "https://evil.example/", "sub": jane.user_id, "aud": app.client_id}, lifetime=9
                ),
                id="another issuer",
            ),
        ],
    )
    def test_a_forged_hint_ends_nothing(self, signed_in, hint, jane, shop, forged):
        response = oidc(signed_in, id_token_hint=forged(hint, jane, shop), post_logout_redirect_uri=HOME)

        assert (response.status_code, is_signed_in()) == (400, True)

    def test_a_hint_that_contradicts_the_rest_ends_nothing(self, signed_in, hint, make_app):
        other = make_app(name="Other")

        assert oidc(signed_in, id_token_hint=hint(), client_id=other.client_id).status_code == 400
        assert oidc(signed_in, id_token_hint=hint(), logout_hint="ses_1").status_code == 400
        assert is_signed_in()


@pytest.mark.parametrize(
    "url",
    [
        FOREIGN,
        "https://shop.example.com",
        "https://shop.example.com/bye",
        "https://shop.example.com/bye?from=desk&x=1",
        "https://shop.example.com/#top",
        "https://shop.example.com@evil.example/",
        "https://shop.example.com\\@evil.example/",
        "//shop.example.com/",
        "javascript:alert(1)",
        "https://a.b.shops.example.com/out",
        "https://.shops.example.com/out",
        "https://shops.example.com/out",
        "https://eu.shops.example.com/in",
    ],
)
@pytest.mark.parametrize("ask", [oidc, v2])
def test_no_open_redirect(signed_in, shop, ask, url):
    name = "post_logout_redirect_uri" if ask is oidc else "returnTo"

    response = ask(signed_in, client_id=shop.client_id, **{name: url})

    assert response.status_code == 400
    assert "Location" not in response
    assert is_signed_in()


def test_a_star_stands_for_one_subdomain(signed_in, shop):
    url = "https://eu.shops.example.com/out"

    assert v2(signed_in, client_id=shop.client_id, returnTo=url)["Location"] == url


@pytest.mark.parametrize("ask", [oidc, v2])
def test_what_is_wrong_is_said(signed_in, ask):
    assert "There is no client" in ask(signed_in, client_id="nobody").content.decode()
    assert "There is no client" in ask(signed_in, client_id="\0").content.decode()
    path = "/oidc/logout" if ask is oidc else "/v2/logout"
    assert "is given 2 times" in signed_in.get(f"{path}?client_id=a&client_id=b").content.decode()
    assert is_signed_in()


class TestV2:
    def test_the_session_ends_and_the_user_goes_on(self, signed_in, shop):
        response = v2(signed_in, client_id=shop.client_id, returnTo=BYE, federated="", auth0Client="x")

        assert (response.status_code, response["Location"]) == (302, BYE)
        assert not is_signed_in()

    def test_without_a_url_it_is_the_first_of_the_client(self, signed_in, shop):
        assert v2(signed_in, client_id=shop.client_id)["Location"] == HOME

    def test_without_a_client_the_setting_decides(self, signed_in, settings):
        settings.ALLOWED_LOGOUT_URLS = (HOME,)

        assert v2(signed_in, returnTo=FOREIGN).status_code == 400
        assert v2(signed_in, returnTo=HOME)["Location"] == HOME

    def test_with_nothing_it_is_the_text_ok(self, signed_in):
        response = v2(signed_in)

        assert (response.status_code, response.content) == (200, b"OK")
        assert response["Content-Type"] == "text/plain; charset=utf-8"
        assert not is_signed_in()


def test_the_dashboard_stays_signed_in(signed_in, jane):
    signed_in.force_login(jane)
    assert Session.objects.count() == 2

    v2(signed_in)

    assert Session.objects.get().kind == "dashboard"
    assert signed_in.get("/profile/").status_code == 200
