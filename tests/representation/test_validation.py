"""Which values a field may hold, and in which words it is refused."""

from __future__ import annotations

import pytest

from users.representation.schema import closed_object
from users.representation.validation import Checker, FieldError, RuleKind, check_profile


def rule(schema, value):
    """The text for a value that the field `x` of this schema refuses; None where it is taken."""
    try:
        Checker(closed_object({"x": schema})).check({"x": value})
    except FieldError as error:
        return str(error)
    return None


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        ({"type": "string"}, 1, "'Expected type string but found type integer' on property x."),
        ({"type": "string"}, 1.5, "'Expected type string but found type number' on property x."),
        ({"type": "string"}, True, "'Expected type string but found type boolean' on property x."),
        ({"type": "string"}, None, "'Expected type string but found type null' on property x."),
        ({"type": "string"}, [], "'Expected type string but found type array' on property x."),
        ({"type": ["string", "null"]}, {}, "'Expected type string but found type object' on property x."),
        ({"minLength": 2}, "a", "'String is too short (1 chars), minimum 2' on property x."),
        ({"maxLength": 2}, "aéa", "'String is too long (3 chars), maximum 2' on property x."),
        ({"pattern": "^a$"}, "b", "'String does not match pattern ^a$: b' on property x."),
        ({"format": "email"}, "b", "'Object didn't pass validation for format email: b' on property x."),
        ({"enum": ["a"]}, "b", "'No enum match for: b' on property x. Allowed: \"a\"."),
        (
            {"enum": [None, True, {"k": 1}]},
            1,
            "'No enum match for: 1' on property x. Allowed: null, true, {\"k\": 1}.",
        ),
        (
            {"oneOf": [{"const": "s"}, {"const": "l"}]},
            "m",
            "'Data does not match any schemas from 'oneOf'' on property x. Allowed: \"s\", \"l\".",
        ),
        ({"const": False}, True, "'No enum match for: true' on property x. Allowed: false."),
        ({"minimum": 2}, 1, "'Value 1 is less than minimum 2' on property x."),
        ({"maximum": 2}, 3, "'Value 3 is greater than maximum 2' on property x."),
        ({"minItems": 1}, [], "'Array is too short (0), minimum 1' on property x."),
        ({"maxItems": 1}, [1, 2], "'Array is too long (2), maximum 1' on property x."),
        (
            {"uniqueItems": True},
            [1, "b", {"a": 1, "b": 2}, 2, {"b": 2, "a": 1}],
            "'Array items are not unique (indexes 2 and 4)' on property x.",
        ),
        ({"uniqueItems": True}, [1, 1.0], "'Array items are not unique' on property x."),
        ({"not": {}, "description": "Leave it out."}, 1, "'Not supported' on property x (Leave it out)."),
        (
            {"type": "string", "description": "What it is."},
            1,
            "'Expected type string but found type integer' on property x (What it is).",
        ),
        (
            {"type": "array", "items": {"type": "string"}},
            ["a", 1],
            "'Expected type string but found type integer' on property x[1].",
        ),
    ],
)
def test_a_broken_rule_is_told_in_auth0s_words(schema, value, expected):
    assert rule(schema, value) == expected


INNER = {
    "description": "All of it.",
    "properties": {
        "described": {"type": "string", "description": "This part."},
        "bare": {"type": "string"},
        "list": {"items": {"type": "string", "description": "One of them."}},
    },
}


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"described": 1}, "x.described (This part)"),
        ({"bare": 1}, "x.bare (All of it)"),
        ({"list": ["a", 1]}, "x.list[1] (One of them)"),
    ],
)
def test_the_nearest_description_is_told(value, place):
    assert rule(INNER, value) == f"'Expected type string but found type integer' on property {place}."


def test_a_part_of_a_secret_is_not_repeated():
    schema = {"writeOnly": True, "properties": {"inner": {"pattern": "^a$"}}}

    assert rule(schema, {"inner": "b"}) == "'String does not match pattern ^a$' on property x.inner."


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({}, "'Missing required property: x'."),
        ({"x": 1, "y": 2, "z": 3}, "'Additional properties not allowed: y,z'."),
        ([], "'Expected type object but found type array'."),
        (None, "'Expected type object but found type null'."),
        (10**400, "'Expected type object but found type integer'."),
    ],
    ids=["missing", "unknown", "array", "null", "a huge number"],
)
def test_of_the_whole_no_property_is_named(value, expected):
    with pytest.raises(FieldError) as refused:
        Checker(closed_object({"x": {}}, required=("x",))).check(value)

    assert str(refused.value) == expected


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"email": "jane@example.com"},
        {"email": None},
        {"username": "jane_doe-1@~'`!#$^+."},
        {"phone_number": "+123456789012345"},
        {"name": "x" * 300},
        {"given_name": "é" * 150},
        {"picture": "https://example.com/a?b#c"},
        {"locale": "de"},
        {"locale": "de-AT"},
        {"locale": "EN-us"},
        {"locale": "es-419"},
        {"locale": "zh-Hant-TW"},
        {"locale": "zh-cmn-Hans-CN"},
        {"locale": "sl-rozaj-biske-1994"},
        {"locale": "de-DE-u-co-phonebk-x-private"},
        {"locale": None},
        {"zoneinfo": "Europe/Berlin"},
        {"zoneinfo": "America/Argentina/ComodRivadavia"},
        {"zoneinfo": "UTC"},
        {"zoneinfo": None},
        {"picture": None},
        {"blocked": False, "email_verified": True, "phone_verified": False},
    ],
    ids=str,
)
def test_a_profile_may_hold(fields):
    check_profile(fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"email": "jane"},
        {"username": "jane doe"},
        {"username": "jané"},
        {"username": "x" * 129},
        {"phone_number": "+1234567890123456"},
        {"phone_number": "+"},
        {"phone_number": "+49\n"},
        {"phone_number": "+٣"},
        {"name": "x" * 301},
        {"nickname": ""},
        {"given_name": "x" * 151},
        {"picture": "javascript:alert(1)"},
        {"picture": "data:text/html,x"},
        {"picture": "//example.com/x"},
        {"picture": "https://"},
        {"picture": "https://example.com/a b"},
        {"picture": "https://[::1"},
        {"picture": "https://example.com/" + "x" * 2048},
        {"locale": "de_AT"},
        {"locale": "english"},
        {"locale": "d"},
        {"locale": "de-"},
        {"locale": "de-AT\n"},
        {"locale": "de-AT-AT"},
        {"locale": "dé"},
        {"locale": "i-klingon"},
        {"locale": "de-x-" + "private-" * 4 + "tag"},
        {"locale": ""},
        {"zoneinfo": "Europe/Atlantis"},
        {"zoneinfo": "europe/berlin"},
        {"zoneinfo": "+01:00"},
        {"zoneinfo": "../../etc/passwd"},
        {"zoneinfo": "UTC\n"},
        {"zoneinfo": ""},
        {"blocked": None},
        {"blocked": 0},
        {"password": "secret"},
        {"is_superuser": True},
        {"user_metadata": {}},
        {"user_id": "auth0|jane"},
    ],
    ids=lambda fields: str(fields)[:40],
)
def test_a_profile_may_not_hold(fields):
    with pytest.raises(FieldError):
        check_profile(fields)


@pytest.mark.parametrize(
    "schema",
    [{"pattern": "^a$"}, {"format": "email"}, {"enum": ["a"]}, {"maxProperties": 0}],
)
@pytest.mark.parametrize("value", ["x" * 100_000, ["x"] * 100_000, dict.fromkeys(map(str, range(100_000)))])
def test_a_message_repeats_only_the_beginning_of_a_long_value(schema, value):
    assert len(rule(schema, value) or "") < 400


def test_a_message_names_a_few_of_many_unknown_fields():
    with pytest.raises(FieldError) as refused:
        Checker(closed_object({})).check({f"k{number:04}": 1 for number in range(1000)} | {"x" * 100_000: 1})

    assert refused.value.rule.startswith("Additional properties not allowed: k0000,k0001,")
    assert refused.value.rule.endswith(",k0019 and 981 more")


@pytest.mark.parametrize(
    ("schema", "value", "kind"),
    [
        ({"required": ["a"], "type": "object"}, {}, RuleKind.REQUIRED),
        ({"properties": {"b": {}}, "additionalProperties": False}, {"a": 1}, RuleKind.UNKNOWN),
        ({"type": "string"}, 1, RuleKind.TYPE),
        ({"minLength": 2}, "a", RuleKind.MIN_LENGTH),
        ({"maxLength": 2}, "abc", RuleKind.MAX_LENGTH),
        ({"pattern": "^a$"}, "b", RuleKind.PATTERN),
        ({"format": "email"}, "b", RuleKind.FORMAT),
        ({"enum": ["a"]}, "b", RuleKind.ENUM),
        ({"const": False}, True, RuleKind.ENUM),
        ({"minimum": 2}, 1, RuleKind.MINIMUM),
        ({"maximum": 2}, 3, RuleKind.MAXIMUM),
        ({"minItems": 1}, [], RuleKind.MIN_ITEMS),
        ({"maxItems": 1}, [1, 2], RuleKind.MAX_ITEMS),
        ({"uniqueItems": True}, [1, 1], RuleKind.OTHER),
        ({"not": {}}, 1, RuleKind.OTHER),
    ],
)
def test_an_error_names_the_kind_of_rule(schema, value, kind):
    with pytest.raises(FieldError) as refusal:
        Checker(closed_object({"x": schema})).check({"x": value})

    assert refusal.value.kind is kind
