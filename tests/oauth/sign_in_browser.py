"""A browser in which a user signs in to an application, page by page, as its library does it."""

from __future__ import annotations

import base64
import hashlib
import re
from urllib.parse import parse_qs, urlencode, urlsplit

from django.test import Client as Browser

from tests.conftest import PASSWORD

CALLBACK = "https://shop.example/callback"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def authorize(browser: Browser, client, /, *, headers=None, **changed):
    """Ask for a code; `...` leaves a parameter out."""
    good = {
        "client_id": client.client_id,
        "response_type": "code",
        "redirect_uri": CALLBACK,
        "scope": "openid profile email",
        "state": "s-1",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    given = {name: value for name, value in (good | changed).items() if value is not ...}
    return browser.get(f"/authorize?{urlencode(given)}", headers=headers)


def answer_of(response) -> dict[str, str]:
    """What the application receives by a redirect, in the query or the fragment."""
    assert response.status_code == 302, response.content
    parts = urlsplit(response["Location"])
    return {name: values[0] for name, values in parse_qs(parts.query or parts.fragment, True).items()}


def type_password(browser: Browser, page, user, *, password: str = PASSWORD, **more):
    """Fill in the sign-in page to which `page` redirects. Returns the answer to the form."""
    return browser.post(page["Location"], {"login": user.email, "password": password} | more)


def follow(browser: Browser, left):
    """What a browser does with the page that leads back to the application."""
    assert left.status_code == 200, left
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', left.content.decode())
    assert found, left.content.decode()
    return browser.get(found[1].replace("&amp;", "&"))


def sign_in(browser: Browser, client, user, /, **changed):
    """Sign in from the request to the answer that the application receives."""
    return follow(browser, type_password(browser, authorize(browser, client, **changed), user))


def exchange(browser: Browser, client, code: str, /, **changed):
    """Exchange a code at the token endpoint."""
    good = {
        "grant_type": "authorization_code",
        "client_id": client.client_id,
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    body = {name: value for name, value in (good | changed).items() if value is not ...}
    return browser.post("/oauth/token", body)
