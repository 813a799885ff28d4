"""Set and delete the settings of rules (`configuration` in scripts)."""

from __future__ import annotations

from functools import cache

from django.db import transaction
from django.utils import timezone

from users.actions.rules.enabled_rules import clear_rules_cache_on_commit, encrypt_value
from users.log.configuration_history import Action, effect_on, record_configuration_change
from users.metadata.text import bad_characters
from users.models import RuleConfig
from users.representation.rules import CONFIG_KEY, CONFIG_VALUE, serialize_config
from users.representation.schema import closed_object
from users.representation.validation import Checker, FieldError
from users.rights.actor import Actor
from users.rights.may import Verb, check


def set_config(key: str, value: str, *, actor: Actor) -> RuleConfig:
    """Create the setting, or replace its value. Raises Denied or FieldError."""
    check(actor, Verb.UPDATE_RULE_CONFIG)
    if reason := bad_characters(value):
        raise FieldError("value", reason)
    _checker().check({"key": key, "value": value})
    with transaction.atomic():
        columns = {"value_encrypted": encrypt_value(value), "updated_at": timezone.now()}
        config, is_new = RuleConfig.objects.update_or_create(key=key, defaults=columns)
        # The value is neither in the history nor in the log: that it was replaced is all there is to say.
        action = Action.CREATED if is_new else Action.SECRET_ROTATED
        after = serialize_config(config) if is_new else None
        record_configuration_change(effect_on(config, action, after=after), actor=actor)
        clear_rules_cache_on_commit()
    return config


def delete_config(key: str, *, actor: Actor) -> None:
    """Delete the setting; does nothing where there is none. Raises Denied."""
    check(actor, Verb.DELETE_RULE_CONFIG)
    with transaction.atomic():
        config = RuleConfig.objects.select_for_update().filter(key=key).first()
        if config is not None:
            effect = effect_on(config, Action.DELETED, before=serialize_config(config))
            record_configuration_change(effect, actor=actor)
            config.delete()
            clear_rules_cache_on_commit()


@cache
def _checker() -> Checker:
    return Checker(closed_object({"key": CONFIG_KEY, "value": CONFIG_VALUE}, required=("key", "value")))
