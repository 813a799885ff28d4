"""A real server in its own process, and a browser that opens documents on it.

What a document holds is put into the page on its way to the browser, so that texts can be
tried that no database would give back; what is posted is caught on its way out.
"""

from __future__ import annotations

import html
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import Path
from urllib.parse import parse_qsl
from urllib.request import urlopen

import pytest

from tests.browser.conftest import new_context
from tests.browser.document import save

ROOT = Path(__file__).resolve().parents[3]
BUNDLE = ROOT / "static" / "users" / "js" / "bundle" / "editor.js"
PASSWORD = "correct horse battery"
REQUIRED = os.environ.get("BROWSER_TESTS") == "required"

USER_SCHEMA = {
    "properties": {
        "hobby": {"type": "string", "description": "Shown to other people."},
        "language": {"enum": ["en", "de"]},
        "age": {"type": "integer", "minimum": 0},
        "height": {"type": "number"},
        "bio": {"type": "string", "maxLength": 2000},
        "motto": {"type": ["string", "null"]},
        "birthday": {"type": "string", "format": "date"},
        "newsletter": {"type": "boolean", "title": "Send me news"},
        "address": {
            "type": "object",
            "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
        },
        "links": {"type": "array", "items": {"type": "string"}},
        "topics": {"type": "array", "uniqueItems": True, "items": {"enum": ["art", "sport", "food"]}},
        "pets": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"name": {"type": "string"}, "years": {"type": "integer"}},
            },
        },
        "constructor": {"type": "string"},
        "a§b": {"type": "string"},
    }
}
APP_SCHEMA = {
    "properties": {
        "plan": {"enum": ["free", "full"]},
        "credits": {"type": "integer"},
        **USER_SCHEMA["properties"],
    }
}

PEOPLE = """
from django.contrib.auth.models import Group
from users.actions.account.create_user import create_user
from users.actions.account.assign_staff_groups import set_staff_groups
from users.models import Connection
from users.rights.actor import command_actor

shell = command_actor("tests")
def make(name, **documents):
    return create_user(Connection.objects.get(), actor=shell, password="correct horse battery",
        profile={"email": f"{name}@example.com", "name": name.title()}, **documents)

set_staff_groups(make("agent"), Group.objects.filter(name="Support lead"), actor=shell)
for name in ("jane", "saver", "owner"):
    user_metadata = {"hobby": "surfing", "crm": {"id": 12345678901234567890}}
    make(name, user_metadata=user_metadata, app_metadata={"plan": "free"})
"""


@pytest.fixture(scope="session")
def server(chromium_path, tmp_path_factory):
    """Its address. Nothing is shared with the tests' own database."""
    if not BUNDLE.exists():
        pytest.fail("needs `make bundle`") if REQUIRED else pytest.skip("needs `make bundle`")
    data = tmp_path_factory.mktemp("editor")
    for name, schema in (("user", USER_SCHEMA), ("app", APP_SCHEMA)):
        (data / f"{name}.json").write_text(json.dumps(schema))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "DEBUG": "false",
        "SECRET_KEY": "only for tests, 50 characters long: " + "x" * 20,
        "DATA_DIR": str(data),
        "DATABASE_URL": f"sqlite:///{data / 'db.sqlite3'}",
        "REDIS_URL": "",
        "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "WEB_CONCURRENCY": "1",
        "USER_METADATA_SCHEMA": str(data / "user.json"),
        "APP_METADATA_SCHEMA": str(data / "app.json"),
    }
    manage = [sys.executable, "manage.py"]
    for arguments, given in (
        (["migrate", "-v0"], None),
        (["collectstatic", "--noinput", "-v0"], None),
        (["shell", "-v0"], PEOPLE),
    ):
        subprocess.run([*manage, *arguments], cwd=ROOT, env=environment, input=given, text=True, check=True)
    gunicorn = [sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn", "config.wsgi"]
    process = subprocess.Popen(gunicorn, cwd=ROOT, env=environment)
    try:
        _wait_for(f"http://127.0.0.1:{port}/healthz")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=60)


def _wait_for(address):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(address)


@pytest.fixture(scope="package")
def signed_in(server, chromium):
    """The cookies of each person, signed in once."""
    known = {}

    def cookies_of(name):
        if name not in known:
            context = new_context(chromium)
            page = context.new_page()
            page.goto(f"{server}/login/")
            page.fill("[name=login]", f"{name}@example.com")
            page.fill("[name=password]", PASSWORD)
            page.click("main button[type=submit]")
            page.wait_for_url(lambda address: "/login" not in address)
            known[name] = context.storage_state()
            context.close()
        return known[name]

    return cookies_of


@dataclass
class Desk:
    """A page with editors, opened by somebody. `complaints` is what its console said."""

    page: object
    server: str
    complaints: list[str] = field(default_factory=list)

    heard: list[tuple] = field(default_factory=list)
    address: str = ""

    def hear(self, event, hears):
        """Until the test ends."""
        self.page.on(event, hears)
        self.heard.append((event, hears))

    def listen(self):
        self.hear("console", self._note)
        self.hear("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, message):
        # The answer to a caught post, and to a refused one, is no complaint of the page.
        if message.type in ("error", "warning") and "status of 422" not in message.text:
            self.complaints.append(message.text)

    def leave(self):
        """The page is as good as a new one, for whoever comes next."""
        for event, hears in self.heard:
            self.page.remove_listener(event, hears)
        self.page.unroute_all()
        # It may ask whether to leave what is not saved; later tests must not be answered for.
        self.page.on("dialog", accept)
        self.page.goto("about:blank")
        self.page.remove_listener("dialog", accept)

    def editor(self, name="user_metadata"):
        return self.page.locator(f".editor:has(textarea[name={name}])")

    def document(self, name="user_metadata"):
        """The editor with the head and foot around it, or on the own page the editor alone."""
        return self.page.locator(f".document:has(textarea[name={name}])")

    def text(self, name="user_metadata"):
        return self.page.locator(f"textarea[name={name}]").input_value()

    def mode(self, mode, name="user_metadata"):
        self.document(name).get_by_role("tab", name=mode).click()
        if mode == "JSON":
            self.editor(name).locator(".cm-content").wait_for()

    def chosen_mode(self, name="user_metadata"):
        return self.document(name).locator("[role=tab][aria-selected=true]").inner_text()

    def settle(self):
        """Let the pauses that the page makes after typing pass at once."""
        self.page.clock.run_for(600)

    def status(self, name="user_metadata"):
        """What the status line says once it has caught up."""
        self.settle()
        return " · ".join(self.document(name).locator(".editor-status span").all_inner_texts())

    def type_json(self, text, name="user_metadata"):
        """Puts `text` in place of what JSON mode holds, as if pasted."""
        self.mode("JSON", name)
        self.editor(name).locator(".cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)

    def save(self):
        """Presses Save and gives back the fields that were posted, line ends as typed."""
        with self.page.expect_request(lambda request: request.method == "POST") as sent:
            save(self.page)
        pairs = posted_fields(sent.value)
        assert len(dict(pairs)) == len(pairs), f"a field was sent twice: {pairs}"
        return {name: value.replace("\r\n", "\n") for name, value in pairs}


def accept(dialog):
    dialog.accept()


def posted_fields(request) -> list[tuple[str, str]]:
    """The fields of a form, in either of the two encodings of HTML."""
    content_type = request.headers["content-type"]
    if not content_type.startswith("multipart/form-data"):
        return parse_qsl(request.post_data, keep_blank_values=True)
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + request.post_data_buffer)
    return [
        (part.get_param("name", header="content-disposition"), part.get_payload(decode=True).decode())
        for part in message.iter_parts()
    ]


@pytest.fixture(scope="package")
def context_of(chromium, signed_in):
    """One browser session for each kind of visit, so that its cache is used."""
    known = {}

    def find(who, options, is_real_time=False):
        key = (who, is_real_time, repr(sorted(options.items())))
        if key not in known:
            options = {"viewport": {"width": 1280, "height": 900}, **options}
            known[key] = new_context(chromium, storage_state=signed_in(who), **options)
            if not is_real_time:
                known[key].clock.install()  # for `settle`
        return known[key]

    return find


@pytest.fixture(scope="package")
def page_of(server, context_of):
    """The address of somebody's page at the desk."""
    known = {}

    def find(whom):
        if whom not in known:
            page = context_of("agent", {}).new_page()
            page.goto(f"{server}/admin/users/user/?q={whom}")
            link = page.locator("table.people a", has_text=whom).first
            known[whom] = link.evaluate("link => new URL(link.href).pathname")
            page.close()
        return known[whom]

    return find


@pytest.fixture(scope="package")
def idle():
    """Pages that nobody looks at any more, by their context: a new one costs more than most tests."""
    return defaultdict(list)


@pytest.fixture
def desk(server, context_of, page_of, idle):
    """`desk(text)`: an agent at Jane's page, whose user_metadata reads `text`. Its clock can be put forward,
    but knows nothing of what the page has loaded: with `is_real_time` it is the browser's own."""
    desks = []

    def open_page(
        user_metadata=None,
        *,
        app_metadata=None,
        who="agent",
        whom="jane",
        catch=True,
        is_real_time=False,
        **options,
    ):
        address = page_of(whom) if who == "agent" else "/profile/"
        context = context_of(who, options, is_real_time)
        opened = Desk(idle[context].pop() if idle[context] else context.new_page(), server)
        desks.append(opened)
        opened.listen()
        texts = {"user_metadata": user_metadata, "app_metadata": app_metadata}
        pages = re.compile(r"/change/(\?.*)?$|/profile/$")
        opened.page.route(pages, lambda route: _answer(route, texts, catch))
        opened.address = address
        opened.page.goto(server + address)
        return opened

    yield open_page
    for opened in desks:
        # An open page costs time even while it is not looked at: one is enough, of the usual kind.
        if opened.page.context is context_of("agent", {}) and not idle[opened.page.context]:
            opened.leave()
            idle[opened.page.context].append(opened.page)
        else:
            opened.page.close()
    for opened in desks:
        assert opened.complaints == []


# Until all of it is painted in the new colours.
PAINTED = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="session")
def find_violations():
    """`find_violations(page)`: what axe finds on the page in either theme."""
    from axe_playwright_python.sync_playwright import Axe

    def find(page):
        found = []
        # One page for both themes: opening it costs more than looking at it.
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            page.evaluate(PAINTED)
            results = Axe().run(page, options={"runOnly": RULES})
            found += [
                (v["id"], [node["html"] for node in v["nodes"]]) for v in results.response["violations"]
            ]
        page.emulate_media(color_scheme="light")
        return found

    return find


def _answer(route, texts, catch):
    if route.request.method == "POST":
        if catch:
            route.fulfill(status=200, content_type="text/html", body="<title>Caught</title>")
        else:
            route.continue_()
        return
    if all(text is None for text in texts.values()):
        route.continue_()
        return
    response = route.fetch()
    body = response.text()
    for name, text in texts.items():
        if text is not None:
            body = _with_text(body, name, text)
    route.fulfill(response=response, body=body)


def _with_text(body, name, text):
    """The page with another text in a box. HTML drops the first line break."""
    pattern = rf'(<textarea[^>]*name="{name}"[^>]*>).*?(</textarea>)'
    return re.sub(pattern, lambda m: f"{m[1]}\n{html.escape(text)}{m[2]}", body, count=1, flags=re.DOTALL)
