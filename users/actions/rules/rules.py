"""Create, change, order and delete rules. For administrators: a rule decides who may sign in, and sees and
changes the documents of every user who does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from django.db import transaction
from django.db.models import Max

from users.actions.access.optimistic_lock import check_version
from users.actions.errors import RuleExists, RuleNotFound, RuleVersionNotFound, StaleVersion
from users.actions.rules.enabled_rules import clear_rules_cache_on_commit
from users.actions.unique_name import report_duplicate_name
from users.javascript.pool import find_syntax_error
from users.javascript.script import ScriptError
from users.log.configuration_history import Action, effect_on, record_configuration_change
from users.metadata.text import bad_characters
from users.models import Rule, RuleVersion
from users.representation.rules import FIELDS, MAX_SCRIPT_BYTES, serialize_rule
from users.representation.schema import closed_object
from users.representation.validation import Checker, FieldError
from users.rights.actor import Actor
from users.rights.may import Verb, check

# Versions of one rule that are stored: the newest.
MAX_VERSIONS = 100
_FIELD_NAMES = {"name": "name", "script": "script", "order": "order", "is_enabled": "enabled"}


def create_rule(*, actor: Actor, **columns: Any) -> Rule:
    """Create a rule: enabled unless `is_enabled` is false, and after all others unless `order` is given.

    Raises Denied, FieldError, or RuleExists where a rule has this name.
    """
    check(actor, Verb.CREATE_RULE)
    check_columns(columns)
    with transaction.atomic():
        if "order" not in columns:
            columns["order"] = (Rule.objects.aggregate(last=Max("order"))["last"] or 0) + 1
        with report_duplicate_name("A rule with the same name already exists", RuleExists):
            rule = Rule.objects.create(**columns)
        _save_version(rule, actor)
        record_configuration_change(effect_on(rule, Action.CREATED, after=serialize_rule(rule)), actor=actor)
        clear_rules_cache_on_commit()
    return rule


def edit_rule(rule: Rule, columns: dict[str, Any], *, actor: Actor, version: str | None = None) -> Rule:
    """Set columns and return the fresh rule; a new script becomes a version. `version` is the digest of
    the columns when they were read (optimistic lock).

    Raises Denied, FieldError, RuleExists, RuleNotFound or StaleVersion.
    """
    check(actor, Verb.UPDATE_RULE)
    check_columns(columns)
    with transaction.atomic():
        rule = _lock(rule)
        check_version(rule, columns, version)
        return _edit(rule, columns, Action.UPDATED, actor)


def roll_back_rule(rule: Rule, number: int, *, actor: Actor, version: str | None = None) -> Rule:
    """Use the script of an earlier version again, as a new version. `version` is the digest of the script
    that the actor has seen (optimistic lock).

    Raises Denied, RuleNotFound, RuleVersionNotFound or StaleVersion.
    """
    check(actor, Verb.UPDATE_RULE)
    with transaction.atomic():
        rule = _lock(rule)
        check_version(rule, ("script",), version)
        earlier = rule.versions.filter(number=number).first()
        if earlier is None:
            raise RuleVersionNotFound
        return _edit(rule, {"script": earlier.script}, Action.ROLLED_BACK, actor)


def reorder_rules(rule_ids: Sequence[str], *, actor: Actor) -> None:
    """Number the rules in this order, from 1. Raises Denied, or StaleVersion unless these are all rules, as
    where another request has created or deleted one."""
    check(actor, Verb.UPDATE_RULE)
    with transaction.atomic():
        rules = {rule.rule_id: rule for rule in Rule.objects.select_for_update()}
        if sorted(rule_ids) != sorted(rules):
            raise StaleVersion
        for order, rule_id in enumerate(rule_ids, start=1):
            if rules[rule_id].order != order:
                _edit(rules[rule_id], {"order": order}, Action.UPDATED, actor)


def delete_rule(rule_id: str, *, actor: Actor) -> None:
    """Delete the rule with its versions and statistics; does nothing where there is none. Raises Denied."""
    check(actor, Verb.DELETE_RULE)
    with transaction.atomic():
        rule = Rule.objects.select_for_update().filter(rule_id=rule_id).first()
        if rule is not None:
            effect = effect_on(rule, Action.DELETED, before=serialize_rule(rule))
            record_configuration_change(effect, actor=actor)
            rule.delete()
            clear_rules_cache_on_commit()


def check_columns(columns: Mapping[str, Any]) -> None:
    """Check the values of columns, and the syntax of the script. Raises FieldError, of the field's name in
    the API."""
    fields = {_FIELD_NAMES[column]: value for column, value in columns.items()}
    for name, value in fields.items():
        if isinstance(value, str) and (reason := bad_characters(value)):
            raise FieldError(name, reason)
    _checker().check(fields)
    if "script" in fields:
        check_script(fields["script"])


def check_script(script: str) -> None:
    """Raises FieldError for a script that is too long or cannot be compiled; with the engine's message, the
    line and the column."""
    size = len(script.encode())
    if size > MAX_SCRIPT_BYTES:
        rule = f"The script has {size:,} bytes; the limit is {MAX_SCRIPT_BYTES:,}"
        raise FieldError("script", rule)
    try:
        problem = find_syntax_error(script, "rule")
    except ScriptError as error:
        raise FieldError("script", f"Script cannot be compiled: {error.message}") from None
    if problem is not None:
        place = f"line {problem.line}, column {problem.column}"
        raise FieldError("script", f"Script does not parse: {problem.message} ({place})")


@cache
def _checker() -> Checker:
    return Checker(closed_object(FIELDS))


def _edit(rule: Rule, columns: Mapping[str, Any], action: Action, actor: Actor) -> Rule:
    """Set columns of the locked row, record it, and return the row."""
    before = serialize_rule(rule)
    has_new_script = columns.get("script", rule.script) != rule.script
    for name, value in columns.items():
        setattr(rule, name, value)
    if has_new_script:
        rule.version += 1
    with report_duplicate_name("A rule with the same name already exists", RuleExists):
        rule.save(update_fields=[*columns, "version"])
    if has_new_script:
        _save_version(rule, actor)
    after = serialize_rule(rule)
    if before != after:
        record_configuration_change(effect_on(rule, action, before=before, after=after), actor=actor)
        clear_rules_cache_on_commit()
    return rule


def _save_version(rule: Rule, actor: Actor) -> None:
    """Store the script as a version of its own, and delete the oldest beyond MAX_VERSIONS."""
    RuleVersion.objects.create(
        rule=rule,
        number=rule.version,
        script=rule.script,
        actor_kind=actor.kind,
        actor_id=actor.id[:255],
        actor_name=actor.name[:300],
    )
    rule.versions.filter(number__lte=rule.version - MAX_VERSIONS).delete()


def _lock(rule: Rule) -> Rule:
    """The current row, locked against other writers until the transaction ends. Raises RuleNotFound."""
    try:
        return Rule.objects.select_for_update().get(pk=rule.pk)
    except Rule.DoesNotExist:
        raise RuleNotFound from None
