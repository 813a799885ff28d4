"""`/rules` and `/rules-configs`."""

from __future__ import annotations

import re

import pytest

from tests.api.answers import invalid_query, problem, shown
from users.actions.rules.enabled_rules import enabled_rules
from users.actions.rules.rules import create_rule
from users.models import Rule, RuleConfig
from users.rights.actor import command_actor

RULES, CONFIGS = "/api/v2/rules", "/api/v2/rules-configs"
ABSENT = f"{RULES}/rul_0000000000000000"
SCRIPT = "function (user, context, callback) { callback(null, user, context); }"
NOT_FOUND = (404, "Rule not found", "inexistent_rule")
TAKEN = (409, "A rule with the same name already exists", "rule_conflict")
SHELL = command_actor("tests")


@pytest.fixture
def make_rule(db):
    def make(name: str, **columns) -> Rule:
        return create_rule(name=name, script=SCRIPT, actor=SHELL, **columns)

    return make


def of(rule: Rule) -> str:
    return f"{RULES}/{rule.rule_id}"


class TestRules:
    def test_a_new_rule_is_enabled_and_last(self, shop, make_rule):
        make_rule("First", order=4)

        answer = shop.post(RULES, {"name": "Plan to claims", "script": SCRIPT})

        made = shown(answer)
        assert answer.status_code == 201
        assert re.fullmatch("rul_[A-Za-z0-9]{16}", made.pop("id"))
        assert made == {
            "name": "Plan to claims",
            "script": SCRIPT,
            "order": 5,
            "enabled": True,
            "stage": "login_success",
        }

    def test_the_stage_that_the_deploy_cli_sends_is_accepted_and_no_other(self, shop):
        rule = {"name": "Plan", "script": SCRIPT, "order": 0, "enabled": False}

        made = shown(shop.post(RULES, {**rule, "stage": "login_success"}))

        assert {**rule, "stage": "login_success"}.items() <= made.items()
        assert problem(shop.post(RULES, {**rule, "stage": "pre_authorize"}))[::2] == (400, "invalid_body")
        assert problem(shop.patch(f"{RULES}/{made['id']}", {"stage": "login_success"}))[0] == 400

    @pytest.mark.parametrize("name", ["", " Plan", "Plan-", "Plän", "a_b", "a\n", "x" * 256])
    def test_a_name_that_auth0_refuses_is_refused(self, shop, name):
        assert problem(shop.post(RULES, {"name": name, "script": SCRIPT}))[::2] == (400, "invalid_body")
        assert not Rule.objects.exists()

    @pytest.mark.parametrize("name", ["Plan", "a", "1 - 2", "Plan to-claims 2"])
    def test_a_name_of_letters_digits_spaces_and_hyphens_is_accepted(self, shop, name):
        assert shown(shop.post(RULES, {"name": name, "script": SCRIPT}))["name"] == name

    def test_a_script_that_does_not_parse_is_refused_with_the_engines_words_and_the_line(self, shop):
        answer = problem(shop.post(RULES, {"name": "Plan", "script": "function (user) {\n  let let = 1;\n}"}))

        assert answer[::2] == (400, "invalid_body")
        assert "line 2" in answer[1]
        assert "on property script" in answer[1]
        assert not Rule.objects.exists()

    def test_a_script_may_have_100_kib(self, shop):
        exact = SCRIPT + " " * (100 * 1024 - len(SCRIPT))

        assert shop.post(RULES, {"name": "Fits", "script": exact}).status_code == 201
        status, text, _ = problem(shop.post(RULES, {"name": "Too long", "script": exact + " "}))
        assert (status, "102,401 bytes; the limit is 102,400" in text) == (400, True)

    @pytest.mark.parametrize("body", [{"order": -1}, {"order": 2**31}, {"script": ""}, {"id": "rul_1"}])
    def test_what_is_no_rule_is_refused(self, shop, make_rule, body):
        rule = {"name": "Plan", "script": SCRIPT}

        assert problem(shop.post(RULES, {**rule, **body}))[::2] == (400, "invalid_body")
        assert problem(shop.patch(of(make_rule("Other")), body))[::2] == (400, "invalid_body")

    def test_a_name_is_taken_once(self, shop, make_rule):
        make_rule("Plan")
        other = make_rule("Other")

        assert problem(shop.post(RULES, {"name": "Plan", "script": SCRIPT})) == TAKEN
        assert problem(shop.patch(of(other), {"name": "Plan"})) == TAKEN
        assert shop.patch(of(other), {"name": "Other"}).status_code == 200

    def test_they_are_listed_in_the_order_in_which_they_run(self, shop, make_rule):
        for name, order in (("Third", 7), ("First", 1), ("Second", 1)):
            make_rule(name, order=order)

        assert [rule["name"] for rule in shown(shop.get(RULES))] == ["First", "Second", "Third"]
        page = shown(shop.get(f"{RULES}?include_totals=true&page=1&per_page=2"))
        assert [rule["name"] for rule in page.pop("rules")] == ["Third"]
        assert page == {"start": 2, "limit": 2, "total": 3}

    def test_they_are_filtered_and_cut_to_fields(self, shop, make_rule):
        make_rule("On")
        make_rule("Off", is_enabled=False)

        assert shown(shop.get(f"{RULES}?enabled=false&fields=name,enabled")) == [
            {"name": "Off", "enabled": False}
        ]
        assert [rule["name"] for rule in shown(shop.get(f"{RULES}?enabled=true"))] == ["On"]
        assert shop.get(f"{RULES}?fields=secret").status_code == 400
        assert problem(shop.get(f"{RULES}?enabled=maybe")) == invalid_query(
            "'Expected type boolean but found type string' on property enabled"
            " (Only rules that are, or are not)."
        )

    def test_one_is_read_changed_and_deleted(self, shop, make_rule):
        rule = make_rule("Plan")
        script = "async (user, context) => ({ user, context })"

        changed = shown(shop.patch(of(rule), {"script": script, "enabled": False}))

        assert (changed["name"], changed["script"], changed["enabled"]) == ("Plan", script, False)
        assert shown(shop.get(of(rule))) == changed
        assert shown(shop.get(f"{of(rule)}?fields=script&include_fields=false")).keys() == (
            changed.keys() - {"script"}
        )
        assert shop.delete(of(rule)).status_code == 204
        assert problem(shop.get(of(rule))) == NOT_FOUND
        assert problem(shop.patch(of(rule), {"order": 1})) == NOT_FOUND

    def test_one_that_does_not_exist_is_deleted_all_the_same(self, shop):
        assert shop.delete(ABSENT).status_code == 204
        assert problem(shop.get(ABSENT)) == NOT_FOUND

    @pytest.mark.parametrize("wrong", ["rul_1", "rol_0000000000000000", "rul_00000000000000000"])
    def test_an_id_of_another_form_is_no_address(self, shop, wrong):
        assert problem(shop.get(f"{RULES}/{wrong}"))[::2] == (400, "invalid_uri")


class TestConfigs:
    def test_a_value_is_returned_once_and_stored_encrypted(self, shop):
        answer = shop.put(f"{CONFIGS}/SLACK_URL", {"value": "https://hooks.example/t0ken"})

        assert (answer.status_code, shown(answer)) == (
            *(200, {"key": "SLACK_URL", "value": "https://hooks.example/t0ken"}),
        )
        assert "t0ken" not in RuleConfig.objects.get().value_encrypted
        assert shown(shop.get(CONFIGS)) == [{"key": "SLACK_URL"}]

    def test_terraform_gets_an_array_whatever_it_asks_for(self, shop):
        for key in ("B", "A"):
            shop.put(f"{CONFIGS}/{key}", {"value": ""})

        assert shown(shop.get(f"{CONFIGS}?include_totals=true&per_page=50")) == [{"key": "A"}, {"key": "B"}]

    def test_a_value_is_replaced_and_deleted(self, shop, make_rule):
        make_rule("Plan")
        for value in ("old", "new"):
            shop.put(f"{CONFIGS}/KEY", {"value": value})
        assert enabled_rules().configuration == {"KEY": "new"}

        assert shop.delete(f"{CONFIGS}/KEY").status_code == 204
        assert shop.delete(f"{CONFIGS}/KEY").status_code == 204
        assert shown(shop.get(CONFIGS)) == []

    @pytest.mark.parametrize("key", ["with space", "a.b", "x" * 128, "ä"])
    def test_a_key_that_auth0_refuses_is_refused(self, shop, key):
        assert problem(shop.put(f"{CONFIGS}/{key}", {"value": "x"}))[::2] == (400, "invalid_uri")

    @pytest.mark.parametrize("body", [{}, {"value": None}, {"value": 1}, {"value": "a", "key": "b"}])
    def test_a_body_without_a_value_is_refused(self, shop, body):
        assert problem(shop.put(f"{CONFIGS}/KEY", body))[::2] == (400, "invalid_body")
        assert not RuleConfig.objects.exists()
