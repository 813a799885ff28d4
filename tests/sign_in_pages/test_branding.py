"""The brand on the pages for users: of the application, or else of the installation."""

from __future__ import annotations

import re

import pytest

from tests.oauth.sign_in_browser import authorize

STYLE = re.compile(r'<style nonce="([^"]+)">:root \{ ([^<]*) \}</style>')


@pytest.fixture
def page(browser, spa):
    def open_page(path="/u/login", **branding):
        spa.branding = branding
        spa.save()
        window = browser()
        state = authorize(window, spa)["Location"].partition("?")[2]
        return window.get(f"{path}?{state}")

    return open_page


def test_the_accent_of_the_application_is_a_style_with_a_nonce(page):
    answer = page(accent_color="#ffdd00")

    ((nonce, rules),) = STYLE.findall(answer.content.decode())
    assert "--accent-fill: #ffdd00;" in rules
    assert "--on-accent: #000000;" in rules
    assert f"style-src 'self' 'nonce-{nonce}'" in answer["Content-Security-Policy"]
    assert "unsafe-inline" not in answer["Content-Security-Policy"]


def test_without_an_accent_no_nonce_is_sent(page):
    answer = page()

    assert "<style" not in answer.content.decode()
    assert "nonce" not in answer["Content-Security-Policy"]


@pytest.mark.parametrize("color", ["red; } body { display: none", "</style><script>", 7, None])
def test_what_is_no_color_never_reaches_the_page(page, color):
    html = page(accent_color=color).content.decode()

    assert "<style" not in html
    assert "display: none" not in html


def test_the_installation_has_a_brand_of_its_own(browser, db, settings):
    settings.BRAND_NAME, settings.BRAND_ACCENT = "Lantern <ID>", "#b0005e"
    settings.TERMS_URL = "https://lantern.example/terms"
    settings.PRIVACY_URL = "https://lantern.example/privacy"

    html = browser().get("/login/").content.decode()

    assert "· Lantern &lt;ID&gt;</title>" in html
    assert "Sign in to Lantern &lt;ID&gt;" in html
    assert "Profiledesk" not in html
    assert "--accent-fill: #b0005e;" in html
    assert 'href="https://lantern.example/terms"' in html
    assert 'href="https://lantern.example/privacy"' in html


def test_what_the_application_leaves_open_is_that_of_the_installation(page, settings):
    settings.BRAND_ACCENT, settings.TERMS_URL = "#b0005e", "https://lantern.example/terms"
    settings.PRIVACY_URL = "https://lantern.example/privacy"

    html = page("/u/signup", privacy_url="https://shop.example/privacy").content.decode()

    assert "--accent-fill: #b0005e;" in html
    assert 'href="https://lantern.example/terms"' in html
    assert "https://shop.example/privacy" in html
    assert "https://lantern.example/privacy" not in html


def test_the_own_page_has_the_brand_and_the_dashboard_does_not(browser, jane, agent, settings):
    settings.BRAND_NAME = "Lantern"

    assert "Lantern" in browser(jane).get("/profile/").content.decode()
    assert "Lantern" not in browser(agent).get("/admin/").content.decode()


LOGO = "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciLz4="


def test_the_logo_is_in_the_page_itself(page):
    answer = page(logo=LOGO)

    assert f'<img class="hosted-image" src="{LOGO}" alt="">' in answer.content.decode()
    assert "img-src 'self' data:" in answer["Content-Security-Policy"].split("; ")


def test_a_logo_on_another_host_is_never_loaded(page, spa):
    spa.logo_uri = "https://cdn.shop.example/logo.png"

    assert "cdn.shop.example" not in page().content.decode()


def test_an_installation_without_applications_has_a_logo_too(browser, db, settings):
    settings.BRAND_LOGO = LOGO

    assert f'src="{LOGO}"' in browser().get("/login/").content.decode()


@pytest.mark.parametrize(
    ("logo", "reason"),
    [
        ("https://cdn.shop.example/logo.png", "does not match pattern"),
        ("data:text/html;base64,PHN2Zz4=", "does not match pattern"),
        ('data:image/png;base64,AA=="onload="', "does not match pattern"),
        ("data:image/png;base64,PHN2Zz4=", "not of the media type image/png"),
    ],
)
def test_the_api_takes_images_only(api, spa, logo, reason):
    shop = api("update:clients")

    answer = shop.patch(f"/api/v2/clients/{spa.client_id}", {"branding": {"logo": logo}})

    assert answer.status_code == 400
    assert reason in answer.json()["message"]


def test_the_api_stores_a_logo(api, spa):
    shop = api("update:clients")

    answer = shop.patch(f"/api/v2/clients/{spa.client_id}", {"branding": {"logo": LOGO}})

    assert answer.json()["branding"] == {"logo": LOGO}
