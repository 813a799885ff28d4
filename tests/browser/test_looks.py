"""Every page, light and dark, wide and narrow: readable by everybody, and never wider than
the screen."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.test import RequestFactory
from django.urls import URLResolver, get_resolver, resolve
from playwright.sync_api import Page, expect

from tests.browser.document import save, write
from tests.suites import DEPTH
from users.oauth import urls as oauth_urls
from users.web.errors import error_page

pytestmark = pytest.mark.browser

RULES = {
    "runOnly": {
        "type": "tag",
        # All rules but those of level AAA.
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", "experimental"],
    },
    "resultTypes": ["violations"],
    "preload": False,  # of style sheets and media, which only rules for those need
}
# Rows of a list, or parts of a page, that are looked at more than once: the others have the same markup.
MOST_ROWS = 12
SHORTEN_LISTS = """most => {
    const rows = document.querySelectorAll('main :is(tbody > tr, ol > li, .contents > li, section)');
    for (const row of rows) if ([...row.parentElement.children].indexOf(row) >= most) row.remove();
}"""
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
FOUR_LOOKS = (("light", WIDE), ("light", NARROW), ("dark", WIDE), ("dark", NARROW))
Look = tuple[str, dict[str, int]]
# Those in which axe checks a page.
LOOKS = (FOUR_LOOKS[0], FOUR_LOOKS[-1]) if DEPTH == 1 else FOUR_LOOKS
LONG = "Unbroken" * 12


@pytest.fixture(scope="module")
def long(api) -> dict[str, Any]:
    """Somebody of whom everything is long and without a place to break."""
    email = f"{'x' * 60}@{'subdomain' * 6}.example.com"
    found = api.client.get("/api/v2/users-by-email", params={"email": email}).json()
    if found:
        return found[0]
    return api.create(
        email=email,
        name=LONG,
        nickname=LONG,
        given_name=LONG,
        user_id="y" * 200,
        password="Quite-A-Secret-77",
        user_metadata={LONG: LONG * 10},
        app_metadata={LONG: {LONG: [LONG * 10]}},
    )


def type_nonsense(page: Page) -> None:
    for label in ("App metadata", "User metadata"):
        write(page, label, '{"broken": ')
    save(page)
    expect(page.locator(".summary")).to_be_visible()


def edit_at_once(page: Page) -> None:
    """Save what somebody else has saved since the page was opened: here in a second tab."""
    second = page.context.new_page()
    second.goto(page.url)
    write(second, "User metadata", '{"hobby": "sailing"}')
    save(second)
    expect(second.get_by_text(re.compile("^Saved"))).to_be_visible()
    second.close()
    write(page, "User metadata", '{"hobby": "chess"}')
    save(page)
    expect(page.get_by_role("radio", name="Mine")).to_be_visible()


def fail_to_sign_in(page: Page) -> None:
    page.get_by_label("Email").fill("nobody.at.all@example.com")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()


def open_palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Find users, pages").fill("a")
    expect(page.get_by_role("option").first).to_be_visible()


def open_shortcuts(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


def open_table(page: Page) -> None:
    page.get_by_text("As a table").click()


def open_filters(page: Page) -> None:
    page.locator("summary[title=Filters]").click()


def open_columns(page: Page) -> None:
    page.locator("summary[title=Columns]").click()


def tick_all(page: Page) -> None:
    page.get_by_label("Select all on this page").check()
    expect(page.get_by_role("button", name="Block", exact=True)).to_be_visible()


def open_cell(page: Page) -> None:
    page.get_by_label("Change Plan").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()


def create_no_user(page: Page) -> None:
    page.get_by_label("Set a password now").check()
    page.get_by_role("button", name="Create user").click()
    expect(page.locator(".summary")).to_be_visible()


def import_nothing(page: Page) -> None:
    page.get_by_role("button", name="Check the file").click()
    expect(page.locator(".summary")).to_be_visible()


def check_an_import(page: Page) -> None:
    records = [
        {"email": "long@example.com", "user_metadata": {LONG: LONG}},
        {"email": "agent@example.com", "user_metadata": {"theme": LONG}},
        {"email": LONG},
    ]
    file = {"name": f"{LONG}.json", "mimeType": "application/json", "buffer": json.dumps(records).encode()}
    page.locator("#id_file").set_input_files(files=[file])
    page.get_by_label("Merge").check()
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("button", name="Import 1 user")).to_be_visible()


def block_a_member_of_staff(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Unblock")).click()
    expect(page.get_by_text("Skipped users")).to_be_visible()


def open_help(page: Page) -> None:
    page.locator("summary[aria-label='How to search']").click()
    expect(page.get_by_role("link", name="name:jan*")).to_be_visible()


def save_a_change(page: Page) -> None:
    write(page, "App metadata", '{"plan": "pro"}')
    save(page)
    expect(page.locator(".toast").get_by_role("button", name="Undo")).to_be_visible()


def type_a_key(page: Page) -> None:
    page.get_by_label("Find a user").fill("user_metadata.")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")


def index_a_key(page: Page) -> None:
    page.get_by_label("Key", exact=True).fill("app_metadata.pl")
    expect(page.get_by_role("listbox", name="Suggestions")).to_contain_text("app_metadata.plan")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Index this key").click()
    expect(page.get_by_role("button", name="Drop app_metadata.plan")).to_be_visible()


def open_first_job(page: Page) -> None:
    page.locator("tbody a").first.click()
    expect(page.get_by_role("heading", name="Log")).to_be_visible()


def try_a_webhook(page: Page) -> None:
    page.get_by_role("banner").get_by_role("link", name="Add a webhook").click()
    page.get_by_label("URL").fill(f"https://nowhere.invalid/{LONG}")
    page.get_by_role("button", name="Add webhook").click()
    page.get_by_role("link", name="I have stored it").click()
    page.get_by_role("banner").get_by_role("button", name="Send a test event").click()
    expect(page.get_by_text("The host nowhere.invalid is not known.").first).to_be_visible()


def open_first_delivery(page: Page) -> None:
    try_a_webhook(page)
    page.get_by_role("link", name="webhook.test").first.click()
    expect(page.get_by_role("heading", name="Answer")).to_be_visible()


def name_no_connection(page: Page) -> None:
    page.get_by_label("Name", exact=True).fill("two words")
    page.get_by_role("button", name="Create connection").click()
    expect(page.locator(".summary")).to_be_visible()


def open_connection(page: Page) -> None:
    """One whose name is as long as names may be; it is there already where another test has made it."""
    page.get_by_label("Name", exact=True).fill("x" * 128)
    page.get_by_role("button", name="Create connection").click()
    page.goto("/admin/connections/")
    page.get_by_role("link", name="x" * 128).click()
    expect(page.get_by_role("heading", name="Password policy")).to_be_visible()


def edit_connection_at_once(page: Page) -> None:
    """Save settings that another administrator has saved since the page was opened."""
    open_connection(page)
    second = page.context.new_page()
    second.goto(page.url)
    second.get_by_label("Refuse personal information").click()
    second.get_by_role("button", name="Save").click()
    expect(second.get_by_text("Saved.")).to_be_visible()
    second.close()
    page.get_by_label("Shortest username").fill("9")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Not saved: another user was first")).to_be_visible()


def open_enabled_clients(page: Page) -> None:
    open_connection(page)
    page.get_by_role("main").get_by_role("link", name="Applications").click()
    expect(page.get_by_role("columnheader", name="Client ID")).to_be_visible()


def open_first_entry(page: Page) -> None:
    page.locator(".log-row").first.click()
    page.get_by_title("Type", exact=True).click()
    expect(page.get_by_label("Entry as JSON").first).to_be_visible()


def open_activity_filters(page: Page) -> None:
    page.locator("summary", has_text="Filters").click()
    expect(page.get_by_label("Who", exact=True)).to_be_visible()


def open_save(page: Page) -> None:
    page.get_by_text("Save as segment").click()


def save_segment(page: Page, name: str = LONG, query: str = f"app_metadata.{LONG}:{LONG}") -> None:
    """Refused where it is there already."""
    page.goto("/admin/segments/new/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Query").fill(query)
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_role("button", name="Save segment").click()


def save_no_query(page: Page) -> None:
    save_segment(page, "x", "emial:jane")
    expect(page.locator(".summary")).to_be_visible()


def list_segments(page: Page) -> None:
    save_segment(page)
    page.goto("/admin/segments/")
    expect(page.get_by_role("link", name=LONG)).to_be_visible()


def open_delete(page: Page) -> None:
    list_segments(page)
    page.get_by_role("link", name=LONG).click()
    page.get_by_text("Delete…").click()


def open_undo(page: Page) -> None:
    page.get_by_role("link", name="Details").first.click()
    page.get_by_role("link", name="Undo this change…").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()


def open_restore(page: Page) -> None:
    # The change before the newest: to go back to the newest would change nothing.
    page.get_by_role("link", name="Details").nth(1).click()
    page.get_by_role("link", name=re.compile("^Restore .* to here…$")).first.click()
    expect(page.get_by_role("button", name="Restore")).to_be_visible()


def open_own_change(page: Page) -> None:
    page.locator(".entries a:has(time)").first.click()
    page.wait_for_url(re.compile(r"/profile/changes/\d+/$"))


def answer_with(status: int) -> Callable[[Page], None]:
    """Show the error page of this status, which the server sends only in trouble."""

    def show(page: Page) -> None:
        html = error_page(RequestFactory().get("/"), status).content.decode()
        page.route(
            "**/no/such/page", lambda route: route.fulfill(status=status, body=html, content_type="text/html")
        )
        page.reload()
        page.unroute("**/no/such/page")

    return show


def open_notes(page: Page) -> None:
    """The notes of the first user of the list."""
    path = page.locator("tbody th a").first.evaluate("it => it.pathname")
    page.goto(path.replace("users/user", "notes").replace("change/", ""))
    page.get_by_label("New note").fill(LONG)
    page.get_by_role("button", name="Add note").click()
    expect(page.get_by_text(LONG).first).to_be_visible()


def create_no_application(page: Page) -> None:
    page.get_by_role("button", name="Create application").click()
    expect(page.locator(".summary")).to_be_visible()


def create_application(page: Page) -> None:
    page.goto("/admin/applications/new/")
    page.get_by_label("Name").fill(LONG)
    page.get_by_label("Regular web application").check()
    page.get_by_role("button", name="Create application").click()
    expect(page.get_by_label("Client secret")).to_be_visible()


def add_scopes(page: Page) -> None:
    page.goto("/admin/apis/new/")
    page.get_by_label("Name").fill(LONG)
    page.get_by_label("Identifier").fill(f"https://{secrets.token_hex(20)}.example.com/")
    page.get_by_role("button", name="Create API").click()
    page.get_by_label("Scope", exact=True).fill("read:" + "songs-of-the-year-" * 6)
    page.get_by_label("Description").fill(LONG)
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("is added.")).to_be_visible()


def remove_scope(page: Page) -> None:
    add_scopes(page)
    page.get_by_role("link", name="Remove…").click()
    expect(page.get_by_role("button", name="Remove scope")).to_be_visible()


def show_api_settings(page: Page) -> None:
    add_scopes(page)
    page.get_by_role("link", name="Settings", exact=True).click()
    expect(page.get_by_label("Allow refresh tokens")).to_be_visible()


def delete_api(page: Page) -> None:
    add_scopes(page)
    page.get_by_role("link", name="Delete…").click()
    expect(page.get_by_role("button", name="Delete API")).to_be_visible()


def create_no_api(page: Page) -> None:
    page.get_by_role("button", name="Create API").click()
    expect(page.locator(".summary")).to_be_visible()


def open_application(tab: str) -> Callable[[Page], None]:
    """Open a tab or page of the application with a long name, which is created where there is none."""

    def show(page: Page) -> None:
        page.goto(f"/admin/applications/?q={LONG}")
        if not page.get_by_role("link", name=LONG).count():
            create_application(page)
            page.goto(f"/admin/applications/?q={LONG}")
        page.get_by_role("link", name=LONG).first.click()
        page.wait_for_load_state()
        page.goto(page.url.partition("?")[0] + tab)

    return show


def create_rule(page: Page) -> None:
    """A rule that is off, so that sign-ins of other tests go on without it; with two versions."""
    page.goto("/admin/rules/new/metadata_to_claims/")
    page.get_by_label("Name").fill(f"Claims {secrets.token_hex(40)}")
    page.get_by_role("button", name="Create rule").click()
    expect(page.get_by_text("The rule is created.")).to_be_visible()
    page.get_by_role("textbox", name="Script").press("Control+End")
    page.keyboard.type("// changed")
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()


def explain_tokens(page: Page) -> None:
    page.get_by_role("button", name="Show claims").click()
    expect(page.get_by_role("heading", name="Access token")).to_be_visible()


def compare_versions(page: Page) -> None:
    create_rule(page)
    page.get_by_role("link", name="Versions").click()
    expect(page.get_by_role("button", name="Roll back")).to_be_visible()


def list_rules(page: Page) -> None:
    create_rule(page)
    page.goto("/admin/rules/")
    expect(page.get_by_role("columnheader", name="Failures")).to_be_visible()


def break_script(page: Page) -> None:
    """One that the engine refuses, at the line that it names."""
    page.get_by_role("textbox", name="Script").press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text("function (user) {\n  let = ;\n}")
    page.get_by_role("button", name="Create rule").click()
    expect(page.locator(".summary")).to_be_visible()
    expect(page.locator("[data-problem]")).to_contain_text("Line 2")


def try_rule(page: Page) -> None:
    page.get_by_label("User", exact=True).fill("jane.doe@example.com")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_role("region", name="Passed")).to_be_visible()


def name_no_setting(page: Page) -> None:
    page.get_by_label("Key", exact=True).fill("SLACK_URL")
    page.get_by_label("Value", exact=True).fill("https://hooks.example.com/T0")
    page.get_by_role("button", name="Save value").click()
    expect(page.get_by_text("configuration.SLACK_URL")).to_be_visible()
    page.get_by_label("Key", exact=True).fill("two words")
    page.get_by_role("button", name="Save value").click()
    expect(page.locator(".summary")).to_be_visible()


# Whose page, where, and what is done there before it is looked at.
PAGES = {
    "sign-in": (None, "/login/", None),
    "sign-in refused": (None, "/login/", fail_to_sign_in),
    "reset": (None, "/password/reset/", None),
    "reset sent": (None, "/password/reset/sent/", None),
    "reset link used": (None, "/password/reset/key/1-used/", None),
    "password": ("user", "/password/change/", None),
    "sign-out": ("user", "/logout/", None),
    "profile": ("user", "/profile/", None),
    "not found": ("user", "/no/such/page", None),
    "refused": ("user", "/admin/", None),
    "overview": ("admin", "/admin/", open_table),
    "overview, for an agent": ("agent", "/admin/?days=90", None),
    "palette": ("agent", "/admin/", open_palette),
    "shortcuts": ("agent", "/admin/", open_shortcuts),
    "list": ("agent", "/admin/users/user/", open_filters),
    "list, its columns": ("agent", "/admin/users/user/", open_columns),
    "list, ticked": ("agent", "/admin/users/user/?q=example", tick_all),
    "list, a cell open": ("agent", "/admin/users/user/", open_cell),
    "cell": ("agent", "/admin/users/user/1/cell/?column=app_metadata.plan", None),
    "new user": ("admin", "/admin/users/user/add/", None),
    "new user, with mistakes": ("agent", "/admin/users/user/add/", create_no_user),
    "import, with mistakes": ("agent", "/admin/users/user/import/", import_nothing),
    "import, checked": ("agent", "/admin/users/user/import/", check_an_import),
    "users to block": ("agent", "/admin/users/user/bulk/block/?all=1&q=xxxx", None),
    "users to export": ("agent", "/admin/users/user/bulk/export/?all=1", None),
    "users to delete": ("admin", "/admin/users/user/bulk/delete/?all=1", None),
    "bulk action": ("agent", "/admin/users/user/bulk/unblock/?all=1&q=agent", block_a_member_of_staff),
    "list, searched": ("agent", "/admin/users/user/?q=x&status=active", None),
    "list, search refused": ("agent", "/admin/users/user/?q=plan:full&has=user_metadata.a", None),
    "list, help open": ("agent", "/admin/users/user/", open_help),
    "search help": ("agent", "/admin/help/search/", None),
    "list, empty": ("agent", "/admin/users/user/?q=nobody.at.all", None),
    "user, for an agent": ("agent", "/admin/users/user/{jane}/change/", None),
    "user, for an administrator": ("admin", "/admin/users/user/{jane}/change/", None),
    "user, with mistakes": ("agent", "/admin/users/user/{jane}/change/", type_nonsense),
    "user, edited by two": ("agent", "/admin/users/user/{jane}/change/", edit_at_once),
    "user, just saved": ("agent", "/admin/users/user/{jane}/change/", save_a_change),
    "user, profile": ("admin", "/admin/users/user/{jane}/change/?tab=profile", None),
    "user, activity": ("admin", "/admin/users/user/{long}/change/?tab=activity", None),
    "user, security": ("admin", "/admin/users/user/{jane}/change/?tab=security", None),
    "user, roles": ("admin", "/admin/users/user/{jane}/change/?tab=roles", None),
    "change, to be restored": (
        "admin",
        "/admin/users/user/{jane}/change/?tab=activity&key=plan",
        open_restore,
    ),
    "user, notes": ("agent", "/admin/users/user/{jane}/change/?tab=notes", None),
    "user, raw": ("admin", "/admin/users/user/{long}/change/?tab=raw", None),
    "API": (None, "/api/v2/docs/", None),
    "user, all of it long": ("admin", "/admin/users/user/{long}/change/", None),
    "list, all of it long": ("admin", "/admin/users/user/?q=xxxx&column=app_metadata." + LONG, None),
    "list, about to be saved": ("agent", "/admin/users/user/?q=x&status=active", open_save),
    "segment, with mistakes": ("admin", "/admin/segments/", save_no_query),
    "segments": ("admin", "/admin/segments/", list_segments),
    "segment": ("admin", "/admin/segments/", open_delete),
    "delete": ("admin", "/admin/users/user/{long}/delete/", None),
    "list, suggesting": ("agent", "/admin/users/user/?q=nobody.at.all", type_a_key),
    "metadata map": ("agent", "/admin/metadata/", None),
    "metadata map, no key": ("admin", "/admin/metadata/?text=nothing.at.all", None),
    "indexed keys": ("admin", "/admin/indexed-keys/", index_a_key),
    "activity": ("admin", "/admin/changes/", None),
    "activity, filtered": ("admin", "/admin/changes/?part=app_metadata&q=x", open_activity_filters),
    "log": ("admin", "/admin/log/", open_first_entry),
    "log, refused": ("admin", "/admin/log/?q=typ:s&type=fp", None),
    "change, to be undone": ("admin", "/admin/users/user/{jane}/change/?tab=activity&key=plan", open_undo),
    "own access": ("user", "/profile/access/", None),
    "signed out of applications": (None, "/oidc/logout", None),
    "own changes": ("user", "/profile/changes/", None),
    "own changes, none": ("user", "/profile/changes/?key=nothing.at.all", None),
    "own change": ("user", "/profile/changes/", open_own_change),
    "blocked": (None, "/login/blocked/", None),
    "password again": ("user", "/login/again/", None),
    "new password set": (None, "/password/reset/done/", None),
    "sign-up": (None, "/account/signup/", None),
    "failed": (None, "/no/such/page", answer_with(500)),
    "away": (None, "/no/such/page", answer_with(503)),
    "too many attempts": (None, "/no/such/page", answer_with(429)),
    "jobs": ("admin", "/admin/jobs/", None),
    "jobs, none": ("agent", "/admin/jobs/", None),
    "job": ("admin", "/admin/jobs/", open_first_job),
    "APIs": ("admin", "/admin/apis/", None),
    "API to create": ("admin", "/admin/apis/new/", create_no_api),
    "API, settings": ("admin", "/admin/apis/", show_api_settings),
    "API, scope to remove": ("admin", "/admin/apis/", remove_scope),
    "API to delete": ("admin", "/admin/apis/", delete_api),
    "applications": ("admin", "/admin/applications/?q=", None),
    "application to create": ("admin", "/admin/applications/new/", create_no_application),
    "application, created": ("admin", "/admin/applications/", create_application),
    "application, quick start": ("admin", "/admin/applications/", open_application("")),
    "application, settings": ("admin", "/admin/applications/", open_application("?tab=settings")),
    "application, APIs": ("admin", "/admin/applications/", open_application("?tab=apis")),
    "application, secret": ("admin", "/admin/applications/", open_application("secret/")),
    "application to try": ("admin", "/admin/applications/", open_application("try/")),
    "application to delete": ("admin", "/admin/applications/", open_application("delete/")),
    "webhook to add": ("admin", "/admin/webhooks/add/", None),
    "webhook": ("admin", "/admin/webhooks/", try_a_webhook),
    "webhook, delivery": ("admin", "/admin/webhooks/", open_first_delivery),
    "webhooks": ("admin", "/admin/webhooks/", None),
    "webhooks, history": ("admin", "/admin/webhooks/?tab=history", None),
    "connection to add, with mistakes": ("admin", "/admin/connections/new/", name_no_connection),
    "connection, edited by two": ("admin", "/admin/connections/new/", edit_connection_at_once),
    "connection, applications": ("admin", "/admin/connections/new/", open_enabled_clients),
    "connections": ("admin", "/admin/connections/", None),
    "rules": ("admin", "/admin/rules/", list_rules),
    "rules, starters": ("admin", "/admin/rules/new/", None),
    "rules, settings": ("admin", "/admin/rules/settings/", name_no_setting),
    "rule, with a mistake": ("admin", "/admin/rules/new/empty/", break_script),
    "rule, tried": ("admin", "/admin/rules/new/metadata_to_claims/", try_rule),
    "tokens": ("admin", "/admin/users/user/{jane}/change/?tab=tokens", explain_tokens),
    "rule, versions": ("admin", "/admin/rules/", compare_versions),
    "notes": ("admin", "/admin/users/user/?q=jane.doe", open_notes),
    "metadata map, types differ": ("agent", "/admin/metadata/?types=differ", None),
    "indexed keys, history": ("admin", "/admin/indexed-keys/?tab=history", None),
    "second factor": ("user", "/profile/security/", None),
    "not found, in the dashboard": ("admin", "/admin/no/such/page", None),
}
# Pages that are reached by what is done on another, by the name of their URL: which entry does so.
REACHED = {
    "change": "change, to be undone",
    "undo": "change, to be undone",
    "restore": "change, to be restored",
    "own_change": "own change",
    "job": "job",
    "new_segment": "segment, with mistakes",
    "segment": "segment",
    "api": "API, settings",
    "api_delete": "API to delete",
    "application": "application, settings",
    "application_secret": "application, secret",
    "application_new_secret": "application, secret",
    "webhook_secret": "webhook",
    "application_try": "application to try",
    "application_delete": "application to delete",
    "connection": "connection, edited by two",
    "rule": "rule, versions",
    "webhook": "webhook",
    "delivery": "webhook, delivery",
    "notes": "notes",
}
# URLs without an entry, by their name or else their route, and why.
SECOND_FACTOR, TICKETS = "looked at in test_second_factor.py", "looked at in test_tickets.py"
TRIAL = "looked at in test_try_sign_in.py"
HOSTED = "looked at in test_hosted_sign_in.py"
DATA, FILE, REDIRECT = "answers programs or scripts", "a file", "a redirect"
NOT_AVAILABLE = "the same page as sign-up"
APART = {
    "pieces": "looked at in test_pieces.py",
    "mfa_authenticate": SECOND_FACTOR,
    "mfa_reauthenticate": SECOND_FACTOR,
    "mfa_activate_totp": SECOND_FACTOR,
    "mfa_deactivate_totp": SECOND_FACTOR,
    "mfa_view_recovery_codes": SECOND_FACTOR,
    "mfa_generate_recovery_codes": SECOND_FACTOR,
    "ticket_password": TICKETS,
    "ticket_email": TICKETS,
    "application_trial": TRIAL,
    "hosted_login": HOSTED,
    "hosted_signup": HOSTED,
    "hosted_forgot": HOSTED,
    "hosted_second_factor": HOSTED,
    "hosted_enrolment": "looked at in test_hosted_enrolment.py",
    "hosted_password_changed": HOSTED,
    "hosted_continue": HOSTED,
    "hosted_consent": HOSTED,
    "account_email": NOT_AVAILABLE,
    "account_set_password": NOT_AVAILABLE,
    "account_email_verification_sent": NOT_AVAILABLE,
    "palette": DATA,
    "suggest": DATA,
    "editor_hints": DATA,
    "rule_syntax": DATA,
    "autocomplete": DATA,
    "texts": FILE,
    "favicon": FILE,
    "jsi18n": FILE,
    "mfa_download_recovery_codes": FILE,
    "job_download": FILE,
    "refused": FILE,
    "skipped": FILE,
    "export_file": FILE,
    "home": REDIRECT,
    "hosted_return": REDIRECT,
    "hosted_new_link": REDIRECT,
    "undo_saved": REDIRECT,
    "login": REDIRECT,
    "logout": REDIRECT,
    "password_change": REDIRECT,
    "password_change_done": REDIRECT,
    "app_list": REDIRECT,
    "users_user_history": REDIRECT,
    "view_on_site": "Django's, without a use here",
    "admin/users/user/<path:object_id>/": REDIRECT,
}


@pytest.mark.parametrize("name", PAGES)
def test_page(desk, jane, long, name):
    who, path, first = PAGES[name]
    page = desk.seat(who) if who else desk.visitor()
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light")
    page.goto(path.format(jane=jane["user_id"], long=long["user_id"]))
    if first:
        first(page)
    desk.look_away()

    # In `make test` axe checks every other page in the dark theme on the narrow screen: it takes longer than
    # all else in these tests.
    looks = LOOKS if DEPTH > 1 else (LOOKS[list(PAGES).index(name) % 2],)
    assert look(page, looks) == []


def test_every_url_has_an_entry_or_a_reason():
    paths = [path.format(jane="1", long="1") for _, path, _ in PAGES.values()]
    found = [resolve(urlsplit(path).path) for path in paths if not path.startswith("/no/such/")]
    looked_at = {match.url_name or match.route for match in found}
    every = set(url_names(get_resolver()))

    assert every - looked_at - REACHED.keys() - APART.keys() == set()
    assert (REACHED.keys() | APART.keys()) - every == set()
    assert set(REACHED.values()) <= PAGES.keys()


def url_names(resolver: URLResolver, route: str = "") -> Iterator[str]:
    """The name of each URL, or else its route; of the Management API's only that of its documentation, and
    none of the Authentication API's, which are for programs."""
    for each in resolver.url_patterns:
        here = route + str(each.pattern)
        if isinstance(each, URLResolver):
            if each.urlconf_module is oauth_urls:
                continue
            yield from url_names(each, here)
        elif not here.startswith("api/v2") or each.name == "api_docs":
            yield each.name or here


def test_where_it_is_narrow_the_side_bar_is_a_drawer(desk):
    page = desk.signed_in("admin", viewport=NARROW)
    page.goto("/admin/jobs/")
    drawer, button = page.get_by_role("navigation", name="Dashboard"), page.get_by_role("button", name="Menu")

    expect(drawer).to_be_hidden()
    button.press("Enter")
    expect(drawer.get_by_role("link", name="Jobs")).to_have_attribute("aria-current", "page")
    page.keyboard.press("Tab")
    expect(drawer.get_by_role("link").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(button).to_be_focused()

    button.click()
    desk.look_away()
    assert violations(page) == []
    drawer.get_by_role("link", name="Segments").click()
    page.wait_for_url("**/segments/")


def too_wide(page: Page) -> list[str]:
    """What sticks out of the screen, outermost first, as a help to whoever has to mend it."""
    if page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
        return []
    return page.evaluate(
        """() => [...document.querySelectorAll('body *')]
            .filter(it => it.getBoundingClientRect().right > innerWidth + 1)
            .map(it => `${it.tagName}#${it.id}.${it.className} ${it.getBoundingClientRect().right}`)
            .slice(0, 12)"""
    )


def look(page: Page, looks: tuple[Look, ...] = LOOKS) -> list[str]:
    """Return what axe finds on the page with all rules, and check that nothing is wider than the screen.

    The width is checked in both themes on both screens. Axe checks the page in `looks`: by default in the
    light theme on the wide screen and in the dark theme on the narrow one, in `make test-deep` in all four.
    Rows beyond the first of long lists are checked once, and then removed.
    """
    found = []
    for scheme, size in FOUR_LOOKS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(size)
        page.evaluate("Promise.all(document.getAnimations().map(each => each.finished))")
        assert is_dark(page) == (scheme == "dark")
        assert too_wide(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == size["width"]
        if (scheme, size) in looks:
            # Whatever lies under a sticky bar until one scrolls is too small a target for axe.
            page.evaluate("document.querySelector('.save')?.style.setProperty('position', 'static')")
            found += violations(page)
            page.evaluate(SHORTEN_LISTS, MOST_ROWS)
    return found


def is_dark(page: Page) -> bool:
    red, green, blue = page.evaluate(
        "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number)"
    )
    return red + green + blue < 3 * 128


def violations(page: Page) -> list[str]:
    # Once a page: reading the source takes longer than most rules.
    if page.evaluate("!window.axe"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("rules => axe.run(document, rules).then(result => result.violations)", RULES)
    return [
        f"{rule['impact']} {rule['id']}: {node['html'][:120]} {node.get('failureSummary', '')[:200]}"
        for rule in found
        for node in rule["nodes"]
    ]


def test_the_theme_is_switched_on_the_page_and_kept(desk):
    page = desk.signed_in("agent", color_scheme="light")
    page.goto("/admin/users/user/")
    page.locator(".account > summary").click()

    seen = []
    for name in ("Dark", "Light", "As the system", "Dark"):
        page.get_by_role("button", name=name).click()
        expect(page.get_by_role("button", name=name)).to_have_attribute("aria-pressed", "true")
        seen.append((page.locator("html").get_attribute("data-theme"), is_dark(page)))

    assert seen == [("dark", True), ("light", False), ("auto", False), ("dark", True)]
    page.reload()
    assert is_dark(page)


def test_the_sidebar_is_folded_on_the_page_and_stays_so(desk):
    page = desk.signed_in("agent")
    page.goto("/admin/users/user/")
    side = page.get_by_role("navigation", name="Dashboard")
    assert side.bounding_box()["width"] == 236

    page.get_by_role("button", name="Narrow sidebar").click()

    assert side.bounding_box()["width"] == 56
    page.reload()
    assert side.bounding_box()["width"] == 56
    expect(page.get_by_role("button", name="Narrow sidebar")).to_have_attribute("aria-pressed", "true")
    side.get_by_role("link", name="Jobs").click()
    page.wait_for_url("**/jobs/")
    desk.look_away()
    assert violations(page) == []


@pytest.mark.parametrize("path", ["/login/", "/password/reset/"])
def test_the_sign_in_works_on_the_narrowest_screen(desk, path):
    page = desk.visitor(viewport={"width": 320, "height": 600})
    page.goto(path)

    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_what_is_pressed_is_large_enough(desk, jane):
    page = desk.signed_in("admin", viewport=NARROW)
    page.goto(f"/admin/users/user/{jane['user_id']}/change/")

    small = page.evaluate(
        """() => [...document.querySelectorAll('button, input:not([type=hidden]), textarea, .button')]
            .map(it => [it.name || it.textContent.trim(), it.getBoundingClientRect(), it])
            .filter(([, box, it]) => box.width && !['checkbox', 'radio'].includes(it.type))
            .filter(([, box]) => box.width < 24 || box.height < 24)
            .map(([name, box]) => `${name} ${box.width}x${box.height}`)"""
    )

    assert small == []
