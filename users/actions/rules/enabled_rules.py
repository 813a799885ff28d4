"""The rules that run at a sign-in, with their settings decrypted: cached in each process."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import transaction

from users.caching.ttl_cache import TTLCache
from users.conf import conf
from users.crypto.key_ring import Purpose, Undecryptable
from users.models import Rule, RuleConfig

# Seconds until a change takes effect in every process. In the process that makes it: at once.
CACHE_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True)
class RuleScript:
    """A rule as it runs. `pk` is None for a draft that is not saved."""

    pk: int | None
    rule_id: str
    name: str
    script: str


@dataclass(frozen=True, kw_only=True)
class RuleSet:
    """The enabled rules in their order. `configuration` are the values that scripts read under this name;
    None where one of them cannot be decrypted. Both are empty where no rule is enabled."""

    rules: tuple[RuleScript, ...] = ()
    # Never in a stack trace or a log.
    configuration: dict[str, str] | None = field(default_factory=dict, repr=False)


def enabled_rules() -> RuleSet:
    """The rules of a sign-in, at most CACHE_SECONDS old. No query while they are cached."""
    return _cache.get(None)


def read_configuration() -> dict[str, str] | None:
    """The settings of rules by key; None where one cannot be decrypted."""
    try:
        return {config.key: decrypt_value(config.value_encrypted) for config in RuleConfig.objects.all()}
    except Undecryptable:
        return None


def encrypt_value(value: str) -> str:
    """Encrypt the value of a setting for its column."""
    return conf.key_ring.encrypt_text(Purpose.RULE_CONFIGS, value)


def decrypt_value(ciphertext: str) -> str:
    """Decrypt the value of a setting. Raises Undecryptable."""
    return conf.key_ring.decrypt_text(Purpose.RULE_CONFIGS, ciphertext)


def clear_rules_cache() -> None:
    """Read the database again at the next sign-in."""
    _cache.clear()


def clear_rules_cache_on_commit() -> None:
    """Clear the cache now, and again once the transaction has ended: meanwhile another thread may have read
    the rules as they were."""
    clear_rules_cache()
    transaction.on_commit(clear_rules_cache)


def script_of(rule: Rule) -> RuleScript:
    """The rule as it runs."""
    return RuleScript(pk=rule.pk, rule_id=rule.rule_id, name=rule.name, script=rule.script)


def _read(_: None) -> RuleSet:
    rules = tuple(map(script_of, Rule.objects.filter(is_enabled=True)))
    # An installation without rules decrypts nothing.
    return RuleSet(rules=rules, configuration=read_configuration()) if rules else RuleSet()


_cache = TTLCache(_read, seconds=CACHE_SECONDS)
