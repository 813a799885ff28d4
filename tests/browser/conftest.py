"""The real product in a process of its own, and people with real browsers.

Nothing here touches the database: what is stored is asked of the API, like everything else.
"""

from __future__ import annotations

import os
import shutil
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)

from tests.management.demo_server import DemoServer, free_port
from tests.own_database import own_database

USERS = 30
# The shell without windows is the same engine at three quarters of the CPU time.
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    # Names of different sites, all on this machine.
    "--host-resolver-rules=MAP *.test 127.0.0.1",
]
# Chromium reports each refused navigation as an error of the page; a 422 is an answer of ours.
STATUS_REPORT = "Failed to load resource: the server responded with a status of"
# Until its scripts have run, a page has no width. What waits to see something on it waits for them, too:
# no test presses a button to which a script has yet to listen, or reads what a script is about to change.
# It keeps its height: where a script moves the focus, the browser scrolls as far as it does for people.
WITHOUT_WIDTH_UNTIL_READY = """{
    const root = () => document.documentElement?.style
    const watch = new MutationObserver(() => root()?.setProperty("scale", "0 1"))
    watch.observe(document, { childList: true })
    addEventListener("DOMContentLoaded", () => {
        watch.disconnect()
        root()?.removeProperty("scale")
    })
}"""
# A wait that ends early costs nothing; a busy machine may need a long one.
TIMEOUT = 60_000

# A connection for each: the server may end an idle one just as the next request is sent on it.
ONE_REQUEST = httpx.Limits(max_keepalive_connections=0)

expect.set_options(timeout=TIMEOUT)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    if CHROMIUM is None:
        if os.environ.get("BROWSER_TESTS") == "required":
            pytest.fail("BROWSER_TESTS=required, and there is no chromium")
        pytest.skip("there is no chromium")
    return CHROMIUM


@pytest.fixture(scope="session")
def server(chromium_path, tmp_path_factory) -> Iterator[DemoServer]:
    """What `make run` serves, with a few people in it."""
    folder = tmp_path_factory.mktemp("browser") / "data"
    with own_database("browser") as database:
        server = DemoServer(folder, free_port(), users=USERS, DATABASE_URL=database)
        try:
            yield server.wait()
        finally:
            server.stop()
            server.clean_up()


class Elsewhere(BaseHTTPRequestHandler):
    """An application that is not ours: a page with nothing on it."""

    html = b"<!doctype html><title>Shop</title>"

    def do_GET(self) -> None:
        content_type, content = self.answer()
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.end_headers()
        self.wfile.write(content)

    def answer(self) -> tuple[str, bytes]:
        """The content type, and the content."""
        return "text/html", self.html

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


class QuietServer(ThreadingHTTPServer):
    """Browsers end connections as they like."""

    def handle_error(self, *_: Any) -> None:
        """Says nothing."""


@contextmanager
def serving(handler: type[Elsewhere], tls: ssl.SSLContext | None = None) -> Iterator[ThreadingHTTPServer]:
    with QuietServer(("127.0.0.1", 0), handler) as server:
        if tls:
            # Each connection's thread makes the handshake: browsers open some before they need them.
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def site() -> Iterator[str]:
    """The origin of a page that is not ours."""
    with serving(Elsewhere) as server:
        yield f"http://127.0.0.1:{server.server_port}"


@dataclass
class Api:
    """The third face, for looking at what the other two did."""

    client: httpx.Client

    def by_email(self, email: str) -> dict[str, Any]:
        answer = self.client.get("/api/v2/users-by-email", params={"email": email})
        (user,) = answer.raise_for_status().json()
        return user

    def create(self, **body: Any) -> dict[str, Any]:
        body = {"connection": "Username-Password-Authentication", **body}
        return self.client.post("/api/v2/users", json=body).raise_for_status().json()

    def set(self, user_id: str, **body: Any) -> None:
        self.client.patch(f"/api/v2/users/{user_id}", json=body).raise_for_status()


@pytest.fixture(scope="session")
def api(server) -> Iterator[Api]:
    demo = server.document
    body = {"grant_type": "client_credentials", "audience": demo["audience"], **demo["client"]}
    with httpx.Client(base_url=demo["url"], timeout=TIMEOUT / 1000, limits=ONE_REQUEST) as client:
        token = client.post("/oauth/token", json=body).raise_for_status().json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield Api(client)


@pytest.fixture
def jane(api) -> dict[str, Any]:
    """Jane as she was in the beginning."""
    user = api.by_email("jane.doe@example.com")
    api.set(user["user_id"], user_metadata={}, app_metadata={})
    api.set(user["user_id"], user_metadata={"hobby": "surfing"}, app_metadata={"plan": "full"})
    return api.by_email(user["email"])


@pytest.fixture(scope="package")
def chromium(chromium_path) -> Iterator[Browser]:
    # Stopped with this directory: while playwright runs, Django takes this thread for an
    # asynchronous one and refuses the database to the tests that follow.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=FLAGS)
        yield browser
        browser.close()


def new_context(chromium: Browser, **options: Any) -> BrowserContext:
    """A browser session without transitions, in which a test would measure halfway."""
    context = chromium.new_context(reduced_motion="reduce", **options)
    context.set_default_timeout(TIMEOUT)
    context.add_init_script(WITHOUT_WIDTH_UNTIL_READY)
    return context


@dataclass
class Watch:
    """What went wrong in a browser: errors in the console, refusals of the policy among
    them, broken parts, requests to other hosts."""

    host: str
    found: list[str] = field(default_factory=list)
    is_off: bool = False

    def over(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", lambda error: self._note(f"script: {error.error}"))
        context.on("request", self._request)
        context.on("response", self._response)
        context.on("requestfailed", self._failed)

    def _note(self, text: str) -> None:
        if not self.is_off:
            self.found.append(text)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(STATUS_REPORT):
            self._note(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme != "data" and parts.netloc != self.host:
            self._note(f"another host: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and not response.request.is_navigation_request():
            self._note(f"{response.status}: {response.url}")

    def _failed(self, request: Request) -> None:
        # Aborted: somebody went on before all of the page was there.
        if request.failure != "net::ERR_ABORTED":
            self._note(f"failed: {request.url} {request.failure}")


@dataclass
class Desk:
    """Opens browsers and keeps an eye on all of them."""

    chromium: Browser
    demo: dict[str, Any]
    kept: dict[str, Any]
    seats: dict[str, tuple[Page, Watch]]
    watches: list[Watch] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def visitor(self, **options: Any) -> Page:
        """A browser in which nobody is signed in."""
        context = new_context(self.chromium, **{"base_url": self.demo["url"], **options})
        watch = Watch(urlsplit(self.demo["url"]).netloc)
        watch.over(context)
        self.watches.append(watch)
        self.contexts.append(context)
        return context.new_page()

    def signed_in(self, who: str, **options: Any) -> Page:
        """As "admin", "agent" or "user" (Jane). Each signs in once: more often in a minute
        than the limit allows would be refused."""
        if who not in self.kept:
            page = self.visitor()
            self.sign_in(page, who)
            self.kept[who] = page.context.storage_state()
        return self.visitor(storage_state=self.kept[who], **options)

    def seat(self, who: str) -> Page:
        """A page of theirs that stays open for the tests that follow: a new one costs more than most
        do. What they leave unsaved is lost."""
        if who not in self.seats:
            page = self.signed_in(who)
            page.on("dialog", lambda dialog: dialog.accept())
            self.contexts.remove(page.context)
            self.seats[who] = page, self.watches.pop()
        page, watch = self.seats[who]
        watch.found.clear()
        watch.is_off = False
        self.watches.append(watch)
        return page

    def sign_in(self, page: Page, who: str) -> None:
        page.goto("/login/")
        page.get_by_label("Email").fill(self.demo[who]["email"])
        page.get_by_label("Password").fill(self.demo[who]["password"])
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/login/" not in url)

    def look_away(self) -> None:
        """From here on a tool of ours is at work in the page."""
        for watch in self.watches:
            watch.is_off = True

    @property
    def found(self) -> list[str]:
        return [text for watch in self.watches for text in watch.found]


@pytest.fixture(scope="session")
def kept_sessions() -> dict[str, Any]:
    return {}


@pytest.fixture(scope="module")
def seats(chromium) -> dict[str, tuple[Page, Watch]]:
    return {}


@pytest.fixture
def desk(chromium, server, kept_sessions, seats) -> Iterator[Desk]:
    """Every test that opens a browser also proves that the console stayed empty and that no
    other host was asked for anything."""
    desk = Desk(chromium, server.document, kept_sessions, seats)
    yield desk
    for context in desk.contexts:
        context.close()
    assert desk.found == []
