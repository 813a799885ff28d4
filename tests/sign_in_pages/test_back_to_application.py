"""The way back to the application: after a reset or a verification by email, and from pages of sign-ins that
have ended."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from tests.mailbox import deliver
from tests.oauth.sign_in_browser import answer_of, authorize, follow, sign_in, type_password
from tests.web.pages import open_page
from users.models import AuthorizationRequest, User

SHOP = "https://shop.example/login?from=mail"
NEW = "quite another secret"


@pytest.fixture(autouse=True)
def _mail(settings):
    settings.IS_EMAIL_CONFIGURED = True


@pytest.fixture
def shop(spa):
    spa.name = "Corner Shop"
    spa.initiate_login_uri = SHOP
    spa.save()
    return spa


def request_reset(window, client, user) -> str:
    """Ask for a link on the hosted page, in `window`. Returns the link."""
    page = authorize(window, client)["Location"].replace("/u/login", "/u/forgot-password")
    assert window.post(page, {"email": user.email}).status_code == 200
    return re.search(r"/password/reset/key/\S+", deliver()[-1].body)[0]


def set_password(window, link: str):
    return open_page(window, link).press("Set password", password1=NEW, password2=NEW)


def test_the_browser_that_asked_goes_on_with_its_sign_in(browser, shop, jane):
    window = browser()
    page = set_password(window, request_reset(window, shop, jane))

    assert "Your password is changed" in page.text
    back = re.search(r'href="(/u/login\?state=[^"]+)"', page.html)[1]
    answer = follow(window, window.post(back, {"login": jane.email, "password": NEW}))
    assert answer_of(answer)["state"] == "s-1"


def test_the_pages_of_the_reset_have_the_brand_of_the_application(browser, shop, jane):
    shop.branding = {"terms_url": "https://shop.example/terms"}
    shop.save()
    form = open_page(browser(), request_reset(browser(), shop, jane))
    done = form.press("Set password", password1=NEW, password2=NEW)

    for page in (form, done):
        assert 'href="https://shop.example/terms"' in page.html
        assert "Secured by Profiledesk" in page.text
        # The page on which users sign in to their own page is not where they came from.
        assert 'href="/login/"' not in page.html


@pytest.mark.parametrize("is_from_application", [True, False])
def test_the_page_after_a_reset_says_once_that_the_password_is_changed(
    browser, shop, jane, is_from_application
):
    link = request_reset(browser(), shop, jane)

    page = set_password(browser(), link if is_from_application else link.partition("?")[0])

    assert re.search(r"<main.*</main>", page.html, re.S)[0].count("Your password is changed") == 1


def test_another_browser_goes_to_the_sign_in_of_the_application(browser, shop, jane):
    link = request_reset(browser(), shop, jane)

    page = set_password(browser(), link)

    assert f'href="{SHOP}"' in page.html
    assert "Back to Corner Shop" in page.text


def test_a_sign_in_that_ended_meanwhile_does_not_go_on(browser, shop, jane):
    window = browser()
    link = request_reset(window, shop, jane)
    AuthorizationRequest.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert f'href="{SHOP}"' in set_password(window, link).html


def test_without_an_address_the_page_says_what_to_do(browser, spa, jane):
    page = set_password(browser(), request_reset(browser(), spa, jane))

    assert f"Go back to {spa.name} and sign in" in page.text
    assert "http" not in re.search(r"<main.*</main>", page.html, re.S)[0]


@pytest.mark.parametrize("given", ["https://evil.example/", "//evil.example", "", "\0", "x" * 5000])
def test_the_link_names_a_client_and_no_address(browser, shop, jane, given):
    link = request_reset(browser(), shop, jane).partition("?")[0]

    page = set_password(browser(), f"{link}?{urlencode({'client_id': given})}")

    assert "Your password is changed" in page.text
    assert "evil" not in page.html


@pytest.mark.parametrize("change", [{"is_first_party": False}, {"initiate_login_uri": "javascript:alert(1)"}])
def test_no_link_leads_to_an_application_that_is_not_trusted(browser, shop, jane, change):
    for name, value in change.items():
        setattr(shop, name, value)
    shop.save()

    page = set_password(browser(), request_reset(browser(), shop, jane))

    assert "Go back to Corner Shop" in page.text
    assert SHOP not in page.html
    assert "javascript:" not in page.html


def new_link(page) -> str:
    return re.search(r'href="(/u/new-reset-link[^"]*)"', page.html)[1]


def spent_link(browser, shop, jane, window):
    """The page behind a link, requested in `window`, that was used in another browser."""
    link = request_reset(window, shop, jane)
    set_password(browser(), link)
    return open_page(window, link)


def test_a_link_that_has_expired_leads_to_the_form_from_which_it_came(browser, shop, jane):
    window = browser()
    page = spent_link(browser, shop, jane, window)

    back = window.get(new_link(page))

    assert back["Location"].startswith("/u/forgot-password?state=")
    assert window.post(back["Location"], {"email": jane.email}).status_code == 200


@pytest.mark.parametrize("reason", ["the request has ended", "another browser", "no application"])
def test_where_no_sign_in_waits_it_leads_to_the_general_form(browser, shop, jane, reason):
    window = browser()
    page = spent_link(browser, shop, jane, window)
    if reason == "the request has ended":
        AuthorizationRequest.objects.all().delete()
    url = "/u/new-reset-link?client_id=unknown" if reason == "no application" else new_link(page)
    visitor = browser() if reason == "another browser" else window

    assert visitor.get(url)["Location"] == "/password/reset/"


def test_a_verified_email_leads_back_as_well(browser, shop):
    window = browser()
    page = authorize(window, shop, screen_hint="signup")["Location"]
    follow(window, window.post(page, {"email": "kim@example.com", "password": "Plum-Tart-77"}))
    link = re.search(r"/u/email-verification\?ticket=\w+", deliver()[-1].body)[0]

    page = open_page(browser(), link).press("Confirm")

    assert User.objects.get(email="kim@example.com").email_verified
    assert f'href="{SHOP}&amp;success=true&amp;message=' in page.html


# --- Sign-ins that have ended ------------------------------------------------------------------------------


def test_a_page_that_was_used_up_leads_to_the_application(browser, shop, jane):
    window = browser()
    page = authorize(window, shop)
    left = type_password(window, page, jane)
    follow(window, left)

    for answer in (window.get(page["Location"]), follow(window, left)):
        assert answer.status_code == 400
        assert f'href="{SHOP}"' in answer.content.decode()
    # Only in the browser that signed in.
    assert SHOP not in browser().get(page["Location"]).content.decode()


def test_a_page_that_has_expired_does_so_too(browser, shop):
    window, stranger = browser(), browser()
    page = authorize(window, shop)["Location"]
    authorize(stranger, shop)
    AuthorizationRequest.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert f'href="{SHOP}"' in window.get(page).content.decode()
    assert SHOP not in stranger.get(page).content.decode()


def test_a_wrong_redirect_uri_leads_to_the_registered_address_only(browser, shop):
    answer = authorize(browser(), shop, redirect_uri="https://evil.example/")

    html = answer.content.decode()
    assert answer.status_code == 403
    assert f'href="{SHOP}"' in html
    assert 'href="https://evil.example/"' not in html


def test_a_third_party_gets_no_link(browser, shop, jane):
    shop.is_first_party = False
    shop.save()
    window = browser()

    assert SHOP not in authorize(window, shop, redirect_uri="https://evil.example/").content.decode()
    page = authorize(window, shop)["Location"]
    AuthorizationRequest.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert SHOP not in window.get(page).content.decode()


def test_the_next_sign_in_of_the_browser_is_not_mixed_up_with_it(browser, shop, web, jane):
    window = browser()
    sign_in(window, shop, jane)

    assert "code" in answer_of(authorize(window, web))
    assert window.get("/u/login?state=unknown").content.decode().count(SHOP) == 0
