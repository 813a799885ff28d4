"""Rules: versions, order, the optimistic lock, and when a change takes effect."""

from __future__ import annotations

import pytest

from users.actions.access.optimistic_lock import version_of
from users.actions.errors import RuleNotFound, RuleVersionNotFound, StaleVersion
from users.actions.rules import rules
from users.actions.rules.configs import set_config
from users.actions.rules.enabled_rules import clear_rules_cache, enabled_rules
from users.actions.rules.rules import create_rule, delete_rule, edit_rule, reorder_rules, roll_back_rule
from users.models import ConfigurationChange, Rule
from users.representation.validation import FieldError
from users.rights.actor import command_actor, staff_actor

SHELL = command_actor("tests")


def script(number: int) -> str:
    return f"function (user, context, callback) {{ callback(null, {{ number: {number} }}); }}"


@pytest.fixture
def rule(db) -> Rule:
    return create_rule(name="Plan", script=script(1), actor=SHELL)


def test_each_saved_script_is_a_version_with_its_actor(rule, administrator):
    edit_rule(rule, {"script": script(2)}, actor=staff_actor(administrator))
    edit_rule(rule, {"name": "Plans", "script": script(2)}, actor=SHELL)

    versions = list(rule.versions.values_list("number", "script", "actor_kind", "actor_id"))
    assert versions == [
        (2, script(2), "staff", administrator.user_id),
        (1, script(1), "command", "tests"),
    ]


def test_an_earlier_version_becomes_the_newest(rule):
    edit_rule(rule, {"script": script(2)}, actor=SHELL)

    rolled_back = roll_back_rule(rule, 1, actor=SHELL)

    assert (rolled_back.version, rolled_back.script) == (3, script(1))
    assert list(rule.versions.values_list("number", flat=True)) == [3, 2, 1]
    with pytest.raises(RuleVersionNotFound):
        roll_back_rule(rule, 9, actor=SHELL)


def test_the_oldest_versions_are_deleted(rule, monkeypatch):
    monkeypatch.setattr(rules, "MAX_VERSIONS", 2)
    for number in (2, 3, 4):
        edit_rule(rule, {"script": script(number)}, actor=SHELL)

    assert list(rule.versions.values_list("number", flat=True)) == [4, 3]


def test_an_edit_of_an_outdated_script_is_refused(rule):
    seen = version_of(rule, ("script",))
    edit_rule(rule, {"script": script(2)}, actor=SHELL)

    with pytest.raises(StaleVersion):
        edit_rule(rule, {"script": script(3)}, actor=SHELL, version=seen)
    with pytest.raises(StaleVersion):
        roll_back_rule(rule, 1, actor=SHELL, version=seen)
    assert Rule.objects.get().script == script(2)


def test_an_edit_that_changes_nothing_is_no_change(rule):
    edit_rule(rule, {"script": script(1), "is_enabled": True}, actor=SHELL)

    assert rule.versions.count() == 1
    assert ConfigurationChange.objects.filter(kind="rule").count() == 1


def test_rules_are_reordered_all_together_or_not_at_all(rule):
    others = [create_rule(name=name, script=script(1), actor=SHELL) for name in ("Roles", "Hello")]
    ids = [each.rule_id for each in (*reversed(others), rule)]

    reorder_rules(ids, actor=SHELL)

    assert list(Rule.objects.values_list("name", "order")) == [("Hello", 1), ("Roles", 2), ("Plan", 3)]
    for wrong in (ids[:2], [*ids, ids[0]], ["rul_0000000000000000", *ids[1:]]):
        with pytest.raises(StaleVersion):
            reorder_rules(wrong, actor=SHELL)


def test_a_deleted_rule_cannot_be_changed(rule):
    delete_rule(rule.rule_id, actor=SHELL)

    with pytest.raises(RuleNotFound):
        edit_rule(rule, {"order": 1}, actor=SHELL)
    with pytest.raises(RuleNotFound):
        roll_back_rule(rule, 1, actor=SHELL)


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"script": "function ("}, "script"),
        ({"script": "nul\0"}, "script"),
        ({"name": "-"}, "name"),
        ({"order": -1}, "order"),
        ({"is_enabled": "no"}, "enabled"),
    ],
)
def test_what_cannot_be_saved_names_its_field(rule, columns, field):
    with pytest.raises(FieldError) as refused:
        edit_rule(rule, columns, actor=SHELL)

    assert refused.value.field == field
    assert Rule.objects.get().version == 1


def test_a_change_takes_effect_at_once_in_the_process_that_makes_it(db, django_assert_num_queries):
    assert enabled_rules().rules == ()
    rule = create_rule(name="Plan", script=script(1), actor=SHELL)
    set_config("KEY", "value", actor=SHELL)
    assert [each.script for each in enabled_rules().rules] == [script(1)]
    assert enabled_rules().configuration == {"KEY": "value"}

    with django_assert_num_queries(0):
        enabled_rules()
    edit_rule(rule, {"is_enabled": False}, actor=SHELL)
    assert enabled_rules().rules == ()


def test_a_value_whose_key_is_lost_leaves_no_configuration(rule, settings):
    settings.ENCRYPTION_KEYS = ("a" * 40,)
    set_config("KEY", "value", actor=SHELL)
    settings.ENCRYPTION_KEYS = ("b" * 40,)
    clear_rules_cache()

    assert enabled_rules().configuration is None


def test_no_value_is_in_a_stack_trace(rule):
    set_config("KEY", "t0ken", actor=SHELL)

    assert "t0ken" not in repr(enabled_rules())
