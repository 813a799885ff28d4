"""What the page says around the editors, and what is really saved."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_the_status_counts_changes_keys_and_size(desk):
    opened = desk('{"hobby": "x", "age": 1.0, "address": {"city": "Oslo"}}')
    assert opened.status() == "No changes · 3 keys · 0.1 kB of 1 MB"

    opened.editor().get_by_label("Hobby").fill("y")
    opened.editor().get_by_label("City").fill("")

    assert opened.status() == "2 changes · 3 keys · 0.1 kB of 1 MB"


def test_numbers_are_counted_by_their_spelling(desk):
    opened = desk('{"a": 12345678901234567890, "b": 1}')
    opened.type_json('{"a": 12345678901234567891, "b": 1.0}')

    assert opened.status().startswith("2 changes")


def test_changes_are_listed_before_saving(desk):
    opened = desk('{"hobby": "x", "age": 3}', app_metadata='{"plan": "free"}')
    review = opened.page.locator("[data-review]")
    expect(review.locator("summary")).to_have_text("No changes", use_inner_text=True)
    expect(opened.page.locator("[data-save]")).to_be_disabled()

    opened.editor().get_by_label("Hobby").fill("<b>y</b>")
    opened.editor().get_by_label("Age", exact=True).fill("")
    opened.editor().get_by_label("City").fill("Oslo")
    opened.editor("app_metadata").get_by_label("Plan").select_option("full")
    opened.settle()

    review.locator("summary").click()
    expect(review.locator("summary")).to_have_text("4 changes hobby, age, address, plan", use_inner_text=True)
    expect(review.locator(".diff > div")).to_have_text(
        [
            'user_metadata.hobby "x" → becomes "<b>y</b>"',
            "user_metadata.age 3 removed",
            'user_metadata.address {"city": "Oslo"} added',
            'app_metadata.plan "free" → becomes "full"',
        ],
        use_inner_text=True,
    )
    expect(opened.page.locator("[data-save]")).to_have_text("Save 4 changes")


def leaves_freely(opened):
    dialogs = []
    opened.hear("dialog", lambda dialog: (dialogs.append(dialog.type), dialog.accept()))
    opened.page.goto(f"{opened.server}/profile/")
    return dialogs == []


def test_leaving_warns_of_unsaved_changes_only(desk):
    assert leaves_freely(desk('{"hobby": "x"}'))
    opened = desk('{"hobby": "x"}')
    opened.editor().get_by_label("Hobby").fill("y")
    opened.settle()

    assert not leaves_freely(opened)


def test_saving_asks_nothing(desk):
    opened = desk('{"hobby": "x"}')
    opened.hear("dialog", lambda dialog: pytest.fail(dialog.type))
    opened.editor().get_by_label("Hobby").fill("y")

    assert opened.save()["user_metadata"] == '{"hobby": "y"}'


def test_a_saved_edit_keeps_what_was_not_touched(desk):
    opened = desk(whom="saver", catch=False)
    opened.editor().get_by_label("Hobby").fill("sailing")
    opened.page.locator("[data-save]").click()

    opened.page.get_by_text(re.compile("^Saved")).wait_for()
    assert opened.text() == '{\n  "hobby": "sailing",\n  "crm": {\n    "id": 12345678901234567890\n  }\n}'
    expect(opened.page.locator("[data-save]")).to_be_disabled()  # by the script, once it runs


def test_a_refused_value_is_shown_at_its_field(desk):
    opened = desk(whom="saver", catch=False)
    opened.editor().get_by_label("Age", exact=True).fill("-3")
    opened.page.locator("[data-save]").click()

    opened.page.get_by_text("Not saved").wait_for()
    age = opened.editor().get_by_label("Age", exact=True)
    expect(age).to_have_value("-3")
    expect(age).to_have_attribute("aria-invalid", "true")
    described = age.get_attribute("aria-describedby").split()[0]
    expect(opened.page.locator(f"#{described}")).to_have_text("Must be at least 0.")
    assert opened.status().startswith("1 change")

    opened.page.locator(".summary a").click()
    expect(age).to_be_focused()

    opened.mode("JSON")
    opened.editor().locator(".cm-lintRange-error").wait_for()
    expect(opened.page.locator(".doc-errors").first).to_contain_text("user_metadata.age: must be at least 0")


def test_typed_json_comes_back_as_typed(desk):
    opened = desk(whom="saver", catch=False)
    opened.type_json('{"hobby":  "x", "a.b": 1.0}')
    opened.page.locator("[data-save]").click()

    opened.page.get_by_text("Not saved").wait_for()
    assert opened.text() == '{"hobby":  "x", "a.b": 1.0}'
    expect(opened.page.locator(".doc-errors").first).to_contain_text("must not contain a dot")


def test_resetting_the_form_puts_the_text_back_into_both_modes(desk):
    opened = desk('{"hobby": "x", "n": 1.0}')
    opened.editor().get_by_label("Hobby").fill("y")
    opened.mode("JSON", "app_metadata")
    opened.page.locator("form.documents").evaluate("form => form.reset()")
    opened.settle()

    expect(opened.editor().get_by_label("Hobby")).to_have_value("x")
    assert opened.status().startswith("No changes")
    assert opened.save()["user_metadata"] == '{"hobby": "x", "n": 1.0}'


def test_the_label_leads_into_the_editor(desk):
    opened = desk('{"hobby": "x"}')
    opened.page.locator("h2 label", has_text="User metadata").click()

    expect(opened.editor().get_by_label("Hobby")).to_be_focused()


def test_people_see_a_form_without_json_and_their_other_data_beside_it(desk):
    opened = desk(who="owner", catch=False)

    expect(opened.page.get_by_role("heading", name="Other data we store")).to_be_visible()
    expect(opened.page.get_by_role("tab")).to_have_count(0)
    opened.editor().get_by_label("Hobby").fill("chess")
    opened.page.locator("[data-save]").click()
    opened.page.get_by_text("Your preferences are saved.").wait_for()
    assert '"hobby": "chess"' in opened.text()
    assert "12345678901234567890" in opened.text()
