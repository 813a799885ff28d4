"""Auth0's five policies."""

from __future__ import annotations

import pytest

from users.passwords.policy import POLICIES, describe_rule, format_rules, get_policy


def broken(policy, password):
    return [rule["code"] for rule in POLICIES[policy].explain(password) if not rule["verified"]]


@pytest.mark.parametrize(
    ("policy", "password", "codes"),
    [
        ("none", "", ["nonEmpty"]),
        ("none", "a", []),
        ("low", "abcde", ["lengthAtLeast"]),
        ("low", "abcdef", []),
        ("fair", "aB3", ["lengthAtLeast"]),
        ("fair", "abcdefg8", ["shouldContain"]),
        ("fair", "ABCDEFG8", ["shouldContain"]),
        ("fair", "abcdEFGH", ["shouldContain"]),
        ("fair", "abcdEF-!", ["shouldContain"]),
        ("fair", "abcdEFG8", []),
        ("good", "aB3-", ["lengthAtLeast"]),
        ("good", "abcdefg8", ["containsAtLeast"]),
        ("good", "abcd-!*(", ["containsAtLeast"]),
        ("good", "abcdEFG8", []),
        ("good", "abcdef-8", []),
        ("good", "ABCD EF8", []),
        ("good", "", ["lengthAtLeast", "containsAtLeast"]),
        ("excellent", "abcdEFG8!", ["lengthAtLeast"]),
        ("excellent", "abcdefghi8", ["containsAtLeast"]),
        ("excellent", "abcdEFGHI8", []),
        ("excellent", "aabbEFGH88", []),
        ("excellent", "aaabEFGHI8", ["identicalChars"]),
        ("excellent", "abcdEFGHI888", ["identicalChars"]),
        ("excellent", "abcdEFGHI8\n\n\n", ["identicalChars"]),
        ("excellent", "aaa", ["lengthAtLeast", "containsAtLeast", "identicalChars"]),
    ],
)
def test_each_policy_asks_what_its_table_says(policy, password, codes):
    assert broken(policy, password) == codes


@pytest.mark.parametrize("letter", ["é", "É", "٣", "ß", "…"])
def test_only_ascii_counts_as_a_kind(letter):
    assert broken("good", f"abcdefg8{letter}") == ["containsAtLeast"]


@pytest.mark.parametrize("character", " !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
def test_every_special_character_is_one(character):
    assert broken("good", f"abcdefg8{character}") == []


def test_a_weak_password_is_explained_as_the_mobile_sdks_read_it():
    assert POLICIES["good"].explain("abc") == [
        {
            "code": "lengthAtLeast",
            "format": [8],
            "message": "At least %d characters in length",
            "verified": False,
        },
        {
            "code": "containsAtLeast",
            "format": [3, 4],
            "message": "Contain at least %d of the following %d types of characters:",
            "verified": False,
            "items": [
                {"code": "lowerCase", "message": "lower case letters (a-z)", "verified": True},
                {"code": "upperCase", "message": "upper case letters (A-Z)", "verified": False},
                {"code": "numbers", "message": "numbers (i.e. 0-9)", "verified": False},
                {
                    "code": "specialCharacters",
                    "message": "special characters (e.g. !@#$%^&*)",
                    "verified": False,
                },
            ],
        },
    ]


def test_the_other_rules_too():
    assert [rule | {"items": ...} for rule in POLICIES["fair"].explain("")][1] == {
        "code": "shouldContain",
        "message": "Should contain:",
        "verified": False,
        "items": ...,
    }
    assert POLICIES["excellent"].explain("")[2] == {
        "code": "identicalChars",
        "format": [2, "aaa"],
        "message": 'No more than %d identical characters in a row (e.g., "%s" not allowed)',
        "verified": True,
    }


def test_the_rules_as_plain_text():
    assert format_rules(POLICIES["good"].explain("")) == (
        "* At least 8 characters in length\n"
        "* Contain at least 3 of the following 4 types of characters:\n"
        " * lower case letters (a-z)\n"
        " * upper case letters (A-Z)\n"
        " * numbers (i.e. 0-9)\n"
        " * special characters (e.g. !@#$%^&*)"
    )


def test_the_rules_as_sentences():
    assert [describe_rule(rule) for rule in POLICIES["excellent"].explain("")] == [
        "At least 10 characters in length.",
        "Contain at least 3 of the following 4 types of characters: lower case letters (a-z),"
        " upper case letters (A-Z), numbers (i.e. 0-9), special characters (e.g. !@#$%^&*).",
        'No more than 2 identical characters in a row (e.g., "aaa" not allowed).',
    ]
    assert [describe_rule(rule) for rule in POLICIES["none"].explain("")] == ["Non-empty password required."]


@pytest.mark.parametrize("options", [{}, {"requires_username": True}, {"password_dictionary": {}}])
def test_a_connection_may_name_no_policy(options):
    assert get_policy(options) is None


@pytest.mark.parametrize("name", POLICIES)
def test_a_connection_names_its_policy(name):
    assert get_policy({"passwordPolicy": name}) == POLICIES[name]


@pytest.mark.parametrize("length", [1, 4, 20])
def test_its_length_may_be_another(length):
    options = {"passwordPolicy": "good", "password_complexity_options": {"min_length": length}}

    policy = get_policy(options)

    assert policy.min_length == length
    assert policy.kinds == POLICIES["good"].kinds
