"""The agent's way, Jane's way and a stranger's, with JavaScript and without."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.document import save, write, written

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("scripts", [True, False], ids=["JavaScript on", "JavaScript off"]),
]


def test_an_agent_finds_jane_and_changes_what_only_staff_may(desk, api, jane, scripts):
    page = desk.visitor(java_script_enabled=scripts)
    page.goto("/")
    desk.sign_in(page, "agent")
    expect(page.get_by_role("heading", name="Overview", level=1)).to_be_visible()

    page.goto("/admin/users/user/")
    page.get_by_label("Find a user").fill("jane do")
    page.get_by_label("Find a user").press("Enter")
    expect(page.get_by_text("1 user matches")).to_be_visible()
    page.locator("a.person", has_text="jane.doe@example.com").click()
    write(page, "App metadata", '{"plan": "pro", "seats": 5}')
    page.get_by_label("Reason for the change").fill("Ticket 4711")
    save(page)

    expect(page.get_by_text(re.compile("^Saved"))).to_be_visible()
    assert json.loads(written(page, "App metadata")) == {"plan": "pro", "seats": 5}
    stored = api.by_email(jane["email"])
    assert stored["app_metadata"] == {"plan": "pro", "seats": 5}
    assert stored["user_metadata"] == {"hobby": "surfing"}


def test_jane_changes_her_own_and_sees_nothing_of_the_rest(desk, api, jane, scripts):
    page = desk.visitor(java_script_enabled=scripts)
    page.goto("/profile/")
    desk.sign_in(page, "user")
    expect(page.get_by_role("heading", name="Preferences")).to_be_visible()
    sources = [page.content()]

    write(page, "User metadata", '{"hobby": "chess", "theme": "dark"}')
    save(page)

    expect(page.get_by_text("Your preferences are saved.")).to_be_visible()
    sources.append(page.content())
    stored = api.by_email(jane["email"])
    assert stored["user_metadata"] == {"hobby": "chess", "theme": "dark"}
    assert stored["app_metadata"] == {"plan": "full"}
    for source in sources:
        assert "app_metadata" not in source
        assert "plan" not in source
    assert page.goto("/admin/").status == 403
    page.goto("/")
    page.locator(".account > summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto("/profile/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_stranger_gets_no_further_than_the_form(desk, jane, scripts):
    page = desk.visitor(java_script_enabled=scripts)

    for path in (
        "/admin/",
        "/admin/users/user/",
        f"/admin/users/user/{jane['user_id']}/change/",
        "/profile/",
    ):
        page.goto(path)
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        assert jane["email"] not in page.content()
    page.get_by_label("Email").fill("stranger@example.com")
    page.get_by_label("Password").fill("let me in")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_text("Wrong email or password.")).to_be_visible()
    expect(page.get_by_label("Email")).to_have_value("stranger@example.com")


def test_a_mistake_keeps_what_was_typed_and_says_where(desk, api, jane, scripts):
    page = desk.signed_in("agent", java_script_enabled=scripts)
    page.goto(f"/admin/users/user/{jane['user_id']}/change/")
    typed = '{\n  "plan": "pro"\n  "seats": 5\n}'

    write(page, "App metadata", typed)
    save(page)

    expect(page.get_by_text("app_metadata: line 3, column 3")).to_be_visible()
    assert written(page, "App metadata") == typed
    assert api.by_email(jane["email"])["app_metadata"] == {"plan": "full"}


def test_the_profile_is_saved_as_typed(desk, api, jane, scripts):
    page = desk.signed_in("admin", java_script_enabled=scripts)
    page.goto(f"/admin/users/user/{jane['user_id']}/change/")
    nickname = "janie" if scripts else "jd"

    page.get_by_role("link", name="Profile", exact=True).click()
    page.get_by_label("Nickname").fill(nickname)
    page.get_by_role("button", name="Save profile").click()

    expect(page.get_by_text("Saved nickname.")).to_be_visible()
    assert api.by_email(jane["email"])["nickname"] == nickname


def test_deleting_asks_for_the_name(desk, api, scripts):
    email = f"leaving{int(scripts)}@example.com"
    api.create(email=email, password="Quite-A-Secret-77")
    page = desk.signed_in("admin", java_script_enabled=scripts)
    page.goto(f"/admin/users/user/?q={email}")
    page.locator("a.person", has_text=email).click()
    page.get_by_label("More actions").click()
    page.get_by_role("link", name="Delete this user").click()

    page.get_by_role("button", name="Delete user").click()
    expect(page.get_by_role("alert")).to_contain_text("Not saved.")
    page.get_by_label(f"Type {email} to confirm").fill(email)
    page.get_by_role("button", name="Delete user").click()

    expect(page.get_by_text(f"{email} is deleted.")).to_be_visible()
    assert api.client.get("/api/v2/users-by-email", params={"email": email}).json() == []
