"""The list of rules: their order, on and off, for administrators alone; and the settings that rules read."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.web.pages import open_page
from users.actions.rules.configs import set_config
from users.actions.rules.enabled_rules import read_configuration
from users.actions.rules.rules import create_rule, delete_rule
from users.models import ConfigurationChange, Rule, RuleConfig, RuleFailure, RuleRunCount
from users.rights.actor import command_actor

SHELL = command_actor("tests")
LIST, SETTINGS = "/admin/rules/", "/admin/rules/settings/"


def names() -> list[str]:
    return list(Rule.objects.values_list("name", flat=True))


@pytest.mark.parametrize("who", ["agent", "supporter", "jane"])
def test_rules_are_for_administrators(browser, make_rule, request, who):
    member = browser(request.getfixturevalue(who))
    rule = make_rule("Secret rule", script="function secret(user, context, callback) { callback(null); }")
    set_config("SECRET_KEY", "v", actor=SHELL)
    before = list(Rule.objects.values()), list(RuleConfig.objects.values())
    data = {
        "order": rule.rule_id,
        "off": rule.rule_id,
        "key": "SECRET_KEY",
        "value": "x",
        "name": "Own",
        "script": "() => 1",
        "try_user": "jane@example.com",
    }

    one = f"{LIST}{rule.rule_id}/"
    paths = (LIST, SETTINGS, f"{LIST}new/", f"{LIST}new/empty/", f"{LIST}syntax/", one, f"{one}?tab=versions")
    for path in (*paths, f"{LIST}?tab=history", f"{LIST}rul_none/"):
        for do in ("save", "try", "delete", "roll_back"):
            for answer in (member.get(path, follow=True), member.post(path, {**data, "do": do}, follow=True)):
                assert answer.status_code == 403, path
                text = answer.content.decode()
                assert [
                    word for word in ("Secret rule", "SECRET_KEY", "function secret") if word in text
                ] == []
    member.post(SETTINGS, {"delete": "SECRET_KEY"})
    assert (list(Rule.objects.values()), list(RuleConfig.objects.values())) == before


def test_the_sidebar_leads_administrators_there_and_no_other_staff(browser, agent, desk):
    assert f'href="{LIST}"' in desk("/admin/users/user/").html
    assert f'href="{LIST}"' not in open_page(browser(agent), "/admin/users/user/").html


def test_a_list_without_rules_leads_to_a_new_one(desk):
    page = desk()

    assert "No rules yet" in page.text
    assert f'href="{LIST}new/"' in page.html


def test_rules_are_moved_by_buttons(desk, make_rule):
    for name in ("First", "Second", "Third"):
        make_rule(name)

    desk().press("Move Third up")
    assert names() == ["First", "Third", "Second"]
    desk().press("Move First down")
    assert names() == ["Third", "First", "Second"]
    desk().press("Move Third up")
    assert names() == ["Third", "First", "Second"]
    assert list(Rule.objects.values_list("order", flat=True)) == [1, 2, 3]


def test_rules_are_ordered_as_they_were_dragged(desk, make_rule):
    first, second = make_rule(), make_rule("Second")

    answer = desk().browser.post(LIST, {"order": f"{second.rule_id} {first.rule_id}"}, follow=True)

    assert answer.status_code == 200
    assert names() == ["Second", "First"]


def test_an_order_that_lacks_a_rule_is_refused(desk, make_rule):
    first, second = make_rule(), make_rule("Second")
    page = desk()
    create_rule(actor=SHELL, name="Third", script=first.script)

    assert "Not saved" in page.press("Move Second up").text
    for order in ("", first.rule_id, f"{first.rule_id} {first.rule_id}", "rul_none \0"):
        answer = page.browser.post(LIST, {"order": order, "up": second.rule_id}, follow=True)
        assert "Not saved" in answer.content.decode()
    assert names() == ["First", "Second", "Third"]


def test_a_rule_is_turned_off_and_on(desk, make_rule):
    rule = make_rule()

    page = desk().press("Turn off First")
    rule.refresh_from_db()
    assert not rule.is_enabled
    page.press("Turn on First")
    rule.refresh_from_db()
    assert rule.is_enabled
    delete_rule(rule.rule_id, actor=SHELL)
    assert "Not saved" in page.press("Turn on First").text


def test_the_list_shows_runs_and_the_last_error(desk, make_rule):
    rule = make_rule()
    today = timezone.now().date()
    for day, milliseconds, runs, failures in (
        (today, 2, 90, 0),
        (today, 5, 6, 1),
        (today, 50, 4, 1),
        (today - timedelta(days=29), 2, 1, 0),
        (today - timedelta(days=30), 50, 1_000, 1_000),
    ):
        RuleRunCount.objects.create(
            rule=rule, day=day, milliseconds=milliseconds, runs=runs, failures=failures
        )
    message = "user.app_metadata is <undefined>"
    RuleFailure.objects.create(rule=rule, at=timezone.now(), kind="error", message=message, line=3)

    page = desk()
    assert "101 2 2 ms 5 ms" in page.text
    assert f"Last error: {message}" in page.text
    assert "<undefined>" not in page.html
    assert "(line 3)" in desk(f"{LIST}{rule.rule_id}/").text


def test_more_rules_cost_no_more_queries(browser, administrator, make_rule):
    make_rule()

    def count(path: str) -> int:
        visitor = browser(administrator)
        with CaptureQueriesContext(database) as captured:
            assert visitor.get(path).status_code == 200
        return len(captured)

    # Session, user, rights (2), jobs that run, and the page.
    assert count(LIST) == 8
    for number in range(5):
        make_rule(f"Rule {number}")
    assert count(LIST) == 8


def test_every_change_is_in_the_history(desk, make_rule, administrator):
    make_rule()
    desk().press("Turn off First")

    assert "changed First" in desk(f"{LIST}?tab=history").text
    assert ConfigurationChange.objects.latest("id").actor_id == administrator.user_id


def test_a_setting_is_written_and_never_shown(desk):
    page = desk(SETTINGS).press("Save value", key="SLACK_URL", value="https://hooks.example.com/T0")

    assert read_configuration() == {"SLACK_URL": "https://hooks.example.com/T0"}
    assert "configuration.SLACK_URL" in page.text
    assert "hooks.example.com" not in page.html
    page = page.press("Save value", key="SLACK_URL", value="second")
    assert read_configuration() == {"SLACK_URL": "second"}
    assert "second" not in page.html.replace("seconds", "")
    assert "created SLACK_URL" in page.text
    page.press("Delete SLACK_URL")
    assert read_configuration() == {}


@pytest.mark.parametrize(("key", "value"), [("two words", "x"), ("", "x"), ("KEY", "a\0b"), ("k" * 128, "x")])
def test_a_bad_setting_is_refused_at_its_field(desk, key, value):
    page = desk(SETTINGS).press("Save value", key=key, value=value)

    assert page.status == 422
    assert "Not saved" in page.text
    assert not RuleConfig.objects.exists()


def test_the_form_of_a_setting_shows_what_was_typed_but_no_stored_value(desk):
    set_config("KEY", "stored-value", actor=SHELL)

    page = desk(SETTINGS).press("Save value", key="bad key", value="typed-value")

    assert "typed-value" in page.html
    assert "stored-value" not in page.html
