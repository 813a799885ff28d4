"""The page of a rule: created from a starter, edited with a lock, its versions, and rolled back."""

from __future__ import annotations

import pytest

from tests.admin.rules.conftest import SCRIPT
from users.actions.rules.rules import MAX_VERSIONS, edit_rule
from users.models import Rule
from users.rights.actor import command_actor
from users.rules.starters import STARTERS, starter_script

SHELL = command_actor("tests")
LIST = "/admin/rules/"
OTHER = "function (user, context, callback) {\n  callback(null, user);\n}\n"


def path(rule: Rule, query: str = "") -> str:
    return f"{LIST}{rule.rule_id}/{query}"


def test_all_starters_are_offered(desk):
    page = desk(f"{LIST}new/")

    for starter in STARTERS.values():
        assert str(starter.title) in page.text
        assert f'href="{LIST}new/{starter.key}/"' in page.html


def test_a_rule_is_created_from_a_starter_and_is_off(desk):
    page = desk(f"{LIST}new/metadata_to_claims/").press("Create rule")

    rule = Rule.objects.get()
    assert (rule.name, rule.script) == ("Metadata to claims", starter_script("metadata_to_claims"))
    assert not rule.is_enabled
    assert "It is off: try it, then turn it on." in page.text


def test_an_empty_rule_asks_for_a_name(desk):
    page = desk(f"{LIST}new/empty/").press("Create rule")

    assert page.status == 422
    assert not Rule.objects.exists()
    page.press("Create rule", name="My rule", is_enabled="on")
    assert Rule.objects.get().is_enabled


@pytest.mark.parametrize("starter", ["nothing", "__init__", "EMPTY"])
def test_an_unknown_starter_is_the_empty_rule(desk, starter):
    page = desk(f"{LIST}new/{starter}/")

    assert page.status == 200
    assert page.form("Create rule").fields["script"] == [starter_script("empty")]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": "-no-"}, "Name"),
        ({"name": "First"}, "Another rule has this name."),
        ({"script": "function ("}, "Script does not parse"),
        ({"script": " "}, "Script does not parse"),
        ({"script": ""}, "This field is required."),
        ({"script": "//" + "x" * 110_000}, "100"),
        ({"script": "//\0"}, "Null characters are not allowed."),
    ],
)
def test_bad_values_are_refused_at_their_field_and_stay_typed(desk, make_rule, typed, said):
    make_rule()
    rule = make_rule("Second")

    page = desk(path(rule)).press("Save", **typed)

    assert page.status == 422
    assert said in page.text
    rule.refresh_from_db()
    assert (rule.name, rule.script) == ("Second", SCRIPT)


def test_a_script_is_saved_with_the_line_ends_it_had(desk, make_rule):
    rule = make_rule()

    desk(path(rule)).press("Save", name="Renamed")

    rule.refresh_from_db()
    assert (rule.name, rule.script, rule.version) == ("Renamed", SCRIPT, 1)


def test_the_text_of_a_script_is_no_markup(desk, make_rule):
    rule = make_rule(script="(u, c, done) => done(null, u, c) // </textarea><script>alert(1)</script>")

    for query in ("", "?tab=versions", "?tab=history"):
        assert "<script>alert" not in desk(path(rule, query)).html


def test_a_save_over_the_save_of_another_user_is_refused_with_both_values(desk, make_rule):
    rule = make_rule()
    page = desk(path(rule))
    edit_rule(rule, {"script": OTHER, "is_enabled": False}, actor=SHELL)

    refused = page.press("Save", name="Mine", script="() => 1")

    assert refused.status == 422
    assert "another user was first" in refused.text
    assert OTHER.split("\n")[1] in refused.html
    rule.refresh_from_db()
    assert rule.script == OTHER
    refused.press("Save")
    rule.refresh_from_db()
    assert (rule.name, rule.script) == ("Mine", "() => 1")


def test_a_save_of_what_another_user_has_saved_is_no_conflict(desk, make_rule):
    rule = make_rule()
    page = desk(path(rule))
    edit_rule(rule, {"script": OTHER}, actor=SHELL)

    assert "Saved." in page.press("Save", script=OTHER).text


def test_each_script_is_a_version_and_can_be_used_again(desk, make_rule, administrator):
    rule = make_rule()
    desk(path(rule)).press("Save", script=OTHER)

    page = desk(path(rule, "?tab=versions"))
    assert "Version 1 and now (version 2)" in page.text
    assert "removed callback(null, user, context);" in page.text
    assert "added callback(null, user);" in page.text
    assert str(administrator) in page.text

    page = page.press("Roll back")
    rule.refresh_from_db()
    assert (rule.script, rule.version) == (SCRIPT, 3)
    assert "The script is that of version 1 again." in page.text
    assert "rolled First back to an earlier script" in desk(path(rule, "?tab=history")).text


def test_a_roll_back_from_an_old_page_is_refused(desk, make_rule):
    rule = make_rule()
    edit_rule(rule, {"script": OTHER}, actor=SHELL)
    page = desk(path(rule, "?tab=versions"))
    edit_rule(rule, {"script": "() => 3"}, actor=SHELL)

    assert "another user has changed the script" in page.press("Roll back").text
    rule.refresh_from_db()
    assert rule.script == "() => 3"


@pytest.mark.parametrize("number", ["0", "99", "x", "", "1\0", "²", "9" * 30])
def test_a_version_that_is_not_stored_is_not_rolled_back_to(desk, make_rule, number):
    rule = make_rule()
    data = desk(path(rule)).data("Save")
    edit_rule(rule, {"script": OTHER}, actor=SHELL)
    page = desk(path(rule, "?tab=versions"))

    answer = page.browser.post(
        path(rule), {**page.data("Roll back"), "number": number, "do": "roll_back"}, follow=True
    )

    assert "not stored any more" in answer.content.decode()
    assert data["script"] != ""
    rule.refresh_from_db()
    assert rule.script == OTHER


def test_a_version_that_does_not_exist_has_no_page(desk, make_rule):
    rule = make_rule()

    for version in ("2", "x", "²", "9" * 30, "-1"):
        assert desk(path(rule, f"?tab=versions&version={version}")).status == 404
    assert "The script has one version." in desk(path(rule, "?tab=versions")).text


def test_the_oldest_versions_are_not_listed_for_ever(make_rule):
    rule = make_rule()
    for number in range(MAX_VERSIONS + 1):
        rule = edit_rule(rule, {"script": f"() => {number}"}, actor=SHELL)

    assert rule.versions.count() == MAX_VERSIONS


def test_a_rule_is_deleted(desk, make_rule):
    rule = make_rule()
    page = desk(path(rule))

    assert "is deleted" in page.press("Delete rule").text
    assert not Rule.objects.exists()
    assert page.browser.get(path(rule)).status_code == 404
    assert page.browser.post(path(rule), {"do": "save"}).status_code == 404


def test_the_editor_asks_the_engine_for_syntax_errors(desk):
    visitor = desk().browser

    answer = visitor.post(f"{LIST}syntax/", {"script": "function (user) {\n  let = ;\n}"})
    assert answer.json()["problem"]["line"] == 2
    assert visitor.post(f"{LIST}syntax/", {"script": SCRIPT}).json() == {"problem": None}
    assert visitor.post(f"{LIST}syntax/", {"script": "x" * 110_000}).status_code == 404
    assert visitor.get(f"{LIST}syntax/").status_code == 405
