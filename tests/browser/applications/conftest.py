"""Applications on pages of another site, written with unmodified libraries: one server, one client for all.

The libraries speak https alone, and browsers treat cookies of another site differently from those of
another port.
"""

from __future__ import annotations

import json
import ssl
import subprocess
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.conftest import FLAGS, ONE_REQUEST, TIMEOUT, Elsewhere, serving
from tests.browser.test_pages_elsewhere import REALM_GRANT, client_of, wait_for
from tests.management.demo_server import CHECKOUT
from tests.own_database import own_database
from tests.sdk.authority import DESK, HOST, SHOP, Authority, make_authority
from tests.sdk.server import Server
from users.models import DEFAULT_CONNECTION
from users.tokens.scopes import MACHINE_SCOPES

PASSWORD = "Correct-horse-7-battery"
PAGES = Path(__file__).parent / "pages"
PACKAGES = Path(__file__).parents[2] / "sdk/node/node_modules"
# As their packages ship them, for pages without a bundler.
LIBRARIES = {
    "auth0-js.js": "auth0-js/dist/auth0.min.js",
    "auth0-js-9.js": "auth0-js-9/dist/auth0.min.js",
    "auth0-spa-js.js": "@auth0/auth0-spa-js/dist/auth0-spa-js.production.js",
    "auth0-react.js": "@auth0/auth0-react/dist/auth0-react.min.js",
    "oidc-client-ts.js": "oidc-client-ts/dist/browser/oidc-client-ts.js",
    "react.js": "react/umd/react.production.min.js",
    "react-dom.js": "react-dom/umd/react-dom.production.min.js",
}
# The package of Lock is for bundlers alone.
ESBUILD = "node_modules/@esbuild/*/bin/esbuild"
LOCK = """
import { Auth0Lock } from "auth0-lock";
import german from "auth0-lock/lib/i18n/de";
Object.assign(globalThis, { Auth0Lock, german });
"""
APPLICATIONS = (
    "auth0-js",
    "auth0-js-9",
    "auth0-lock",
    "auth0-spa-js",
    "auth0-react",
    "oidc-client-ts",
    "oidc-client-ts-silent",
)


class Shop(Elsewhere):
    """Serves the page of each application, and the libraries."""

    def answer(self) -> tuple[str, bytes]:
        name = urlsplit(self.path).path.removeprefix("/")
        if name == "auth0-lock.js":
            return "text/javascript", lock_bundle()
        file = PACKAGES / LIBRARIES[name] if name in LIBRARIES else PAGES / name
        if not file.suffix:
            file = file.with_suffix(".html")
        return "text/javascript" if file.suffix == ".js" else "text/html", file.read_bytes()


@cache
def lock_bundle() -> bytes:
    """Lock as an application bundles it."""
    (esbuild,) = CHECKOUT.glob(ESBUILD)
    # auth0-js, on which it builds, is an ES module only where `module` says so.
    options = ("--bundle", "--minify", "--define:global=globalThis", "--main-fields=browser,module,main")
    run = partial(subprocess.run, cwd=PACKAGES.parent, capture_output=True, check=False)
    finished = run([esbuild, *options], input=LOCK.encode())
    assert finished.returncode == 0, finished.stderr.decode()
    return finished.stdout


@pytest.fixture(scope="session")
def authority(tmp_path_factory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def desk_server(authority, tmp_path_factory) -> Iterator[Server]:
    with own_database("applications") as database:
        settings = {
            "SECRET_KEY": "x" * 60,
            "DATABASE_URL": database,
            "ALLOWED_HOSTS": f"{DESK},{HOST}",
            # No job runs, so that nothing is sent.
            "EMAIL_URL": "memorymail://",
        }
        server = Server(tmp_path_factory.mktemp("applications"), authority, host=DESK, **settings)
        server.manage("migrate")
        server.manage("collectstatic", "--noinput")
        try:
            yield server.start()
        finally:
            server.stop()


@pytest.fixture(scope="session")
def call(desk_server) -> Iterator[httpx.Client]:
    """The Management API for a client that may do everything."""
    options = {"verify": desk_server.trust, "timeout": 60, "limits": ONE_REQUEST}
    with httpx.Client(base_url=desk_server.url, **options) as client:
        credentials = desk_server.make_client("Staff", *MACHINE_SCOPES)
        audience = f"https://{desk_server.domain}/api/v2/"
        body = {"grant_type": "client_credentials", "audience": audience, **credentials}
        token = client.post("/oauth/token", json=body).raise_for_status().json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


@pytest.fixture(scope="session")
def shop(authority) -> Iterator[str]:
    """The origin of the applications."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(authority.certificate, authority.key)
    with serving(Shop, tls) as server:
        yield f"https://{SHOP}:{server.server_port}"


@pytest.fixture(scope="session")
def client_id(desk_server, call, shop) -> str:
    """The client of all the applications, which may sign users in each way."""
    pages = [f"{shop}/{name}" for name in APPLICATIONS]
    given = client_of(
        call,
        callbacks=pages,
        allowed_logout_urls=pages,
        web_origins=[shop],
        grant_types=["authorization_code", "refresh_token", "implicit", REALM_GRANT],
        refresh_token={"rotation_type": "rotating", "expiration_type": "expiring"},
    )
    wait_for(desk_server.url, shop, desk_server.trust)
    return given


@pytest.fixture
def jane(call) -> Iterator[dict[str, Any]]:
    body = {
        "connection": DEFAULT_CONNECTION,
        "email": "jane.roe@example.com",
        "name": "Jane Roe",
        "password": PASSWORD,
        "user_metadata": {"hobby": "surfing", "theme": "dark"},
        "app_metadata": {"plan": "free"},
    }
    made = call.post("/api/v2/users", json=body).raise_for_status().json()
    yield made
    call.delete(f"/api/v2/users/{made['user_id']}").raise_for_status()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """The browser of a user who is signed in nowhere."""
    context = chromium.new_context(ignore_https_errors=True)
    context.set_default_timeout(TIMEOUT)
    yield context
    context.close()


@pytest.fixture
def page(context) -> Page:
    return context.new_page()


@pytest.fixture
def own_profile(chromium, chromium_path, tmp_path) -> Iterator[BrowserContext]:
    """A browser with a profile, which allows third-party cookies. Contexts without one are incognito windows,
    which do not."""
    (tmp_path / "Default").mkdir()
    preferences = {"profile": {"cookie_controls_mode": 0}}  # allow third-party cookies
    (tmp_path / "Default/Preferences").write_text(json.dumps(preferences))
    options = {"executable_path": chromium_path, "args": FLAGS, "ignore_https_errors": True}
    with chromium.browser_type.launch_persistent_context(tmp_path, **options) as context:
        context.set_default_timeout(TIMEOUT)
        yield context


def sign_in(page: Page, user: dict[str, Any]) -> None:
    """Fill in the hosted sign-in page."""
    page.get_by_label("Email").fill(user["email"])
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def documents(call: httpx.Client, user: dict[str, Any]) -> tuple[Any, Any]:
    """The metadata of the user as staff see it."""
    found = call.get(f"/api/v2/users/{user['user_id']}").raise_for_status().json()
    return found["user_metadata"], found["app_metadata"]
