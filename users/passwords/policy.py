"""Password strength: Auth0's five policies.

Source: npm packages auth0-password-policies 3.1.0 (what each policy requires) and password-sheriff (codes,
texts and the shape of an explanation, which Lock and the mobile SDKs read).
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NotRequired, TypedDict

from users.metadata.messages import Message, gettext_noop, join_messages


class Rule(TypedDict):
    """A rule as password-sheriff explains it: `message` has %d and %s for the values in `format`,
    `verified` is whether the password meets the rule, and `items` are its parts."""

    code: str
    format: NotRequired[list[int | str]]
    message: str
    verified: bool
    items: NotRequired[list[Rule]]


@dataclass(frozen=True)
class CharacterKind:
    """A class of characters."""

    code: str
    message: str
    characters: frozenset[str]

    def explain(self, password: str) -> Rule:
        """Whether the password contains one of them."""
        verified = not self.characters.isdisjoint(password)
        return {"code": self.code, "message": self.message, "verified": verified}


LETTERS_AND_NUMBERS = (
    CharacterKind("lowerCase", gettext_noop("lower case letters (a-z)"), frozenset(string.ascii_lowercase)),
    CharacterKind("upperCase", gettext_noop("upper case letters (A-Z)"), frozenset(string.ascii_uppercase)),
    CharacterKind("numbers", gettext_noop("numbers (i.e. 0-9)"), frozenset(string.digits)),
)
SPECIAL = CharacterKind(
    "specialCharacters",
    gettext_noop("special characters (e.g. !@#$%^&*)"),
    frozenset(string.punctuation + " "),
)
ALL_KINDS = (*LETTERS_AND_NUMBERS, SPECIAL)


@dataclass(frozen=True)
class Policy:
    """At least `min_length` characters, from at least `at_least` of the `kinds`, none repeated more than
    `max_identical` times in a row."""

    min_length: int
    kinds: tuple[CharacterKind, ...] = ()
    at_least: int = 0
    max_identical: int | None = None

    def explain(self, password: str) -> list[Rule]:
        """Every rule, and whether the password meets it."""
        rules = [self._length(password)]
        if self.kinds:
            rules.append(self._kinds(password))
        if self.max_identical is not None:
            rules.append(self._identical(password, self.max_identical))
        return rules

    def _length(self, password: str) -> Rule:
        verified = len(password) >= self.min_length
        if self.min_length == 1:
            return {
                "code": "nonEmpty",
                "message": gettext_noop("Non-empty password required"),
                "verified": verified,
            }
        return {
            "code": "lengthAtLeast",
            "format": [self.min_length],
            "message": gettext_noop("At least %d characters in length"),
            "verified": verified,
        }

    def _kinds(self, password: str) -> Rule:
        items = [kind.explain(password) for kind in self.kinds]
        verified = sum(item["verified"] for item in items) >= self.at_least
        if self.at_least >= len(self.kinds):
            return {
                "code": "shouldContain",
                "message": gettext_noop("Should contain:"),
                "verified": verified,
                "items": items,
            }
        return {
            "code": "containsAtLeast",
            "format": [self.at_least, len(self.kinds)],
            "message": gettext_noop("Contain at least %d of the following %d types of characters:"),
            "verified": verified,
            "items": items,
        }

    def _identical(self, password: str, most: int) -> Rule:
        return {
            "code": "identicalChars",
            "format": [most, "a" * (most + 1)],
            "message": gettext_noop('No more than %d identical characters in a row (e.g., "%s" not allowed)'),
            "verified": re.search(rf"(.)\1{{{most}}}", password, re.DOTALL) is None,
        }


POLICIES = {
    "none": Policy(1),
    "low": Policy(6),
    "fair": Policy(8, LETTERS_AND_NUMBERS, 3),
    "good": Policy(8, ALL_KINDS, 3),
    "excellent": Policy(10, ALL_KINDS, 3, max_identical=2),
}


def get_policy(options: Mapping[str, Any]) -> Policy | None:
    """The policy of a connection with these options; None where it names none."""
    # Not "none": connections without the option are checked by Django's validators.
    if "passwordPolicy" not in options:
        return None
    policy = POLICIES[options["passwordPolicy"]]
    min_length = options.get("password_complexity_options", {}).get("min_length")
    return policy if min_length is None else replace(policy, min_length=min_length)


def describe_rule(rule: Rule) -> str:
    """A rule as a sentence, which pages can translate."""
    message = Message(rule["message"], *rule.get("format", ()))
    items = join_messages(", ", (Message(item["message"]) for item in rule.get("items", ())))
    return join_messages("", (message, " ", items, ".") if items else (message, "."))


def format_rules(rules: list[Rule]) -> str:
    """The rules as the plain-text list that Auth0 calls `policy`."""
    lines = []
    for rule in rules:
        lines.append(f"* {_message(rule)}")
        lines += [f" * {item['message']}" for item in rule.get("items", ())]
    return "\n".join(lines)


def _message(rule: Rule) -> str:
    return rule["message"] % tuple(rule.get("format", ()))
