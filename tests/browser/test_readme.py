"""The code of README.md with which an application signs its users in, run as it is written."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.applications.conftest import LIBRARIES, PACKAGES
from tests.browser.conftest import Elsewhere, serving
from tests.browser.test_second_factor import PASSWORD
from tests.docs.test_commands import CHECKOUT
from tests.management.test_run_demo import README_URL

pytestmark = pytest.mark.browser
APPLICATION_URL = "http://localhost:3000/"
IMPORT = 'import { Auth0Client } from "@auth0/auth0-spa-js"'


def snippet() -> str:
    (found,) = re.findall(r"```js\n(.*?)```", (CHECKOUT / "README.md").read_text(), re.DOTALL)
    assert IMPORT in found
    return found


def test_letting_users_sign_in_takes_ten_lines():
    readme = (CHECKOUT / "README.md").read_text()
    (section,) = re.findall(r"^(\*\*Let users sign in.*?)\n\n\*\*", readme, re.DOTALL | re.MULTILINE)

    assert snippet() in section
    assert len(section.splitlines()) <= 10


def test_the_code_of_the_readme_signs_a_user_in(desk, server, api):
    class Application(Elsewhere):
        """Without a bundler, so the library is loaded as its package ships it."""

        html = b""

        def answer(self) -> tuple[str, bytes]:
            if self.path == "/library.js":
                return "text/javascript", (PACKAGES / LIBRARIES["auth0-spa-js.js"]).read_bytes()
            return "text/html", self.html

    with serving(Application) as application:
        url = f"http://localhost:{application.server_port}/"
        body = {"name": "Readme", "app_type": "spa", "callbacks": [url]}
        client = api.client.post("/api/v2/clients", json=body).raise_for_status().json()
        code = snippet().replace(IMPORT, "const { Auth0Client } = globalThis.auth0")
        code = code.replace(README_URL, server.local_url).replace(APPLICATION_URL, url)
        code = code.replace("YOUR_CLIENT_ID", client["client_id"])
        # Its own `auth0` hides the library's within the braces.
        code = code.replace("globalThis.auth0", "library")
        Application.html = (
            f"<!doctype html><title>Shop</title><script src='/library.js'></script><output></output>"
            f"<script type=module>const library = globalThis.auth0\n{{ {code}\n"
            "document.querySelector('output').textContent = user.email }</script>"
        ).encode()
        api.create(email="readme@example.com", password=PASSWORD)
        page = desk.visitor()
        desk.look_away()  # the application is of another host

        page.goto(url)
        page.get_by_label("Email").fill("readme@example.com")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()

        expect(page.locator("output")).to_have_text("readme@example.com")
