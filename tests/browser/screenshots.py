"""The pictures of the README, taken of the real pages: `make screenshots`."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from tests.management.demo_server import CHECKOUT, DemoServer, free_port

IMAGES = CHECKOUT / "docs" / "images"
PEOPLE = 1000
MOST_BYTES = 200_000
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--font-render-hinting=none"]
# From here to twice as long every age on the pages reads "1 minute ago".
SETTLED_SECONDS = 61
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 360, "height": 720}
LOOKS: dict[str, Any] = {
    "viewport": WIDE,
    "device_scale_factor": 1,
    "locale": "en-US",
    "timezone_id": "Europe/London",
    "reduced_motion": "reduce",
}

# Jane again, under an id that is the same in every picture, and with a history of her own.
JANE: dict[str, Any] = {
    "user_id": "5f7c8ec7c33c6c004bbafe82",
    "connection": "Username-Password-Authentication",
    "email": "jane.doe@example.com",
    "email_verified": True,
    "name": "Jane Doe",
    "given_name": "Jane",
    "family_name": "Doe",
    "nickname": "jane",
    "user_metadata": {
        "hobby": "surfing",
        "language": "en",
        "theme": "system",
        "timezone": "Europe/London",
        "birthday": "1988-04-17",
        "address": {"street": "12 Harbour Road", "city": "Falmouth", "postcode": "TR11 3QA", "country": "GB"},
        "newsletter": {"wanted": True, "topics": ["product news", "events"]},
        "favourites": [{"name": "surfing", "since": 2009}, {"name": "bird watching", "since": 2016}],
    },
    "app_metadata": {
        "plan": "full",
        "roles": ["editor", "billing"],
        "credits": 1250,
        "customer_number": "C-004711",
        "customer_since": "2021-03-08",
        "limits": {"projects": 25, "storage_gb": 100},
        "flags": {"beta": True, "priority_support": False},
        "notes": [{"at": "2024-11-05", "text": "Prefers to be called before noon."}],
    },
}


def main() -> int:
    """Take all of them. Returns what the process is to end with."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.stderr.write("The screenshots are taken with Chromium; no `chromium` is on the PATH.\n")
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    with demo() as server, sync_playwright() as playwright:
        jane = renew_jane(server.document)
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        written = take_all(browser, server.document, jane)
        browser.close()
    too_large = [path for path in written if path.stat().st_size > MOST_BYTES]
    for path in written:
        sys.stdout.write(f"{path.relative_to(CHECKOUT)}  {path.stat().st_size // 1000} kB\n")
    for path in too_large:
        sys.stderr.write(f"{path.name} is larger than {MOST_BYTES // 1000} kB.\n")
    return 1 if too_large else 0


@contextmanager
def demo() -> Iterator[DemoServer]:
    """What `make run` serves, in a folder that does not stay."""
    with tempfile.TemporaryDirectory() as folder:
        server = DemoServer(Path(folder) / "data", free_port(), users=PEOPLE)
        try:
            yield server.wait()
        finally:
            server.stop()
            server.clean_up()


def renew_jane(document: dict[str, Any]) -> str:
    """Her id. The demo's Jane makes room; the new one keeps her password."""
    credentials = {"grant_type": "client_credentials", "audience": document["audience"], **document["client"]}
    with httpx.Client(base_url=document["url"]) as client:
        token = client.post("/oauth/token", json=credentials).raise_for_status().json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        found = client.get("/api/v2/users-by-email", params={"email": JANE["email"]}).raise_for_status()
        client.delete(f"/api/v2/users/{found.json()[0]['user_id']}").raise_for_status()
        body = {**JANE, "password": document["user"]["password"]}
        return client.post("/api/v2/users", json=body).raise_for_status().json()["user_id"]


def take_all(browser: Browser, document: dict[str, Any], jane: str) -> list[Path]:
    """What Jane sees, then what the agent does, last on a phone."""
    own, staff = (signed_in(browser, document, who) for who in ("user", "agent"))
    sys.stdout.write("Waiting a minute, for pictures without seconds in them...\n")
    sys.stdout.flush()
    time.sleep(SETTLED_SECONDS)

    own.goto("/profile/")
    written = [take(own, "profile-light")]
    staff.goto("/admin/")
    written.append(take(staff, "overview-light"))
    staff.goto("/admin/users/user/?q=ja")
    written.append(take(staff, "users-light"))
    staff.goto(f"/admin/users/user/{jane}/change/?tab=metadata")
    for scheme in ("light", "dark"):
        staff.emulate_media(color_scheme=scheme)
        written.append(take(staff, f"user-{scheme}"))

    staff.emulate_media(color_scheme="light")
    staff.set_viewport_size(NARROW)
    staff.goto("/admin/users/user/?q=ja")
    written.append(take(staff, "users-phone"))
    staff.goto(f"/admin/users/user/{jane}/change/?tab=metadata")
    written.append(take(staff, "user-phone"))
    return written


def signed_in(browser: Browser, document: dict[str, Any], who: str) -> Page:
    context = browser.new_context(base_url=document["url"], color_scheme="light", **LOOKS)
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto("/login/")
    page.get_by_label("Email").fill(document[who]["email"])
    page.get_by_label("Password", exact=True).fill(document[who]["password"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/login/" not in url)
    page.wait_for_load_state()
    return page


def take(page: Page, name: str) -> Path:
    """Once each editor of the page shows its form, and with nothing in focus."""
    # A phone shows one document at a time.
    editors = page.locator(".document:visible").count()
    forms = page.locator(".editor-form:visible").filter(has=page.locator("input"))
    for position in range(editors):
        forms.nth(position).wait_for()
    page.evaluate("document.activeElement?.blur()")
    page.evaluate("document.fonts.ready.then(() => true)")
    page.evaluate("Promise.all(document.getAnimations().map(each => each.finished)).then(() => true)")
    page.mouse.move(0, 0)
    path = IMAGES / f"{name}.png"
    page.screenshot(path=path, animations="disabled", caret="hide")
    return path


if __name__ == "__main__":
    sys.exit(main())
