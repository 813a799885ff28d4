"""Patterns mean what they mean in ECMAScript: Node's own regular expressions judge the same texts."""

from __future__ import annotations

import json
import os
import random
import subprocess

import jsonschema_rs
import pytest

from users.metadata.patterns import InvalidPattern, UnsupportedPattern, translate
from users.metadata.schema_source import PATTERN_OPTIONS

NODE = os.environ.get("NODE", "node")
# As JSON Schema asks: Unicode mode, and the old mode for what only that takes. In the old mode a character
# beyond the Basic Multilingual Plane is two, which no author means: not asked.
JUDGE = """
const [patterns, texts] = JSON.parse(require("fs").readFileSync(0));
const compiled = (pattern) => {
  try { return new RegExp(pattern, "u"); } catch { return new RegExp(pattern); }
};
console.log(JSON.stringify(patterns.map((pattern) => {
  const expression = compiled(pattern);
  const isAsked = (text) => expression.unicode || !/[\\ud800-\\udfff]/.test(text);
  return texts.map((text) => isAsked(text) ? expression.test(text) : null);
})));
"""
TEXTS = (
    *("", "a", "b", "aa", "ab", "ba", "aab", "abc", "abcd", "ab1", "a@x", "A", "K", "x", "xx", "xy", "z"),
    *("0", "8", "<b>", "&", "-", "_", "/", "[", "]", "()[]", "a{", "a}", "a{,2}", "{x}", "${x}", "#a b"),
    *("a~~b", "\\c", ".", "\n", "\t\n\v\f\r", "\0", "\x01", "\x08", "\u00a0", "\u2028", "\ufeff", "é"),
    *("d-é", "٣", "😀", "((", "(\x01", "foo", "afoo", "foé foo", "foo foo", "oooo", "0-9", "a-"),
    *("+491234567", "1.2.3.4", "jane.o'x@example.com", "a" * 30 + "b"),
)
SEEN_IN_FILES = (
    r"^\<b\>$",
    r"^(?=.*\d)(?=.*[a-z]).{3,}$",
    r"^(?!.*\.\.)[\w\-\.]+\@[\w\-]+\.?\w*$",
    r"^(\w+)\s\1$",
    r"^(?<word>a)\k<word>$",
    r"^[^]$",
    r"^[]$",
    r"^[\s\S]*$",
    r"^[^\W_]+$",
    r"^[\D]$",
    r"^\é\/\_\-$",
    r"^[\d-x]$",
    r"^[\w-]+$",
    r"^[a-z-9]$",
    r"^[a&&b]$",
    r"^[[a]$",
    r"^[a~~b]$",
    r"^[\]\[()]+$",
    r"^[\b]$",
    r"^[\x00-\x1f]$",
    r"^.$",
    r"^\s$",
    r"^\w$",
    r"^\d$",
    r"^\p{L}$",
    r"^[\p{L}\d\-]+$",
    r"^[^\p{L}]$",
    r"^\uD83D\uDE00$",
    r"^\u{1F600}$",
    r"^[\u{1F600}-\u{1F64F}]$",
    r"^[😀]$",
    r"^\z$|^\A$|^\h$|^\Q$",
    r"^\cA$",
    r"^\c$",
    r"^\0$|^\8$|^\07$",
    r"^a{$|^a}$|^]$|^{x}$|^a{,2}$",
    r"^#a b$",
    r"\bfoo\b",
    r"\Boo\B",
    r"^(?=a)*a$",
    r"^\1(a)$",
    r"^[(]\1$",
    r"(?<=a)b$",
    r"(?<!a)b$",
    r"^a.{0,3}?b$",
    r"^(?:a|ab)(?:c|bcd)(?:d*)$",
    r"^(?:)$",
    r"^(?:\+|00)[1-9]\d{6,14}$",
    r"^((25[0-5]|2[0-4]\d|[01]?\d\d?)(\.|$)){4}$",
    r"^[a-zA-Z0-9.!#$%&'*+\/=?^_`{|}~-]+@[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)*$",
    r"^.{0,10000}$",
    r"^[a-z]{1,65535}$",
)


def compile_pattern(pattern: str) -> jsonschema_rs.Validator:
    """As a schema has it compiled: with loops unrolled where that is small enough, else counted."""
    try:
        return jsonschema_rs.validator_for({"pattern": translate(pattern)}, pattern_options=PATTERN_OPTIONS)
    except jsonschema_rs.ValidationError:
        counted = translate(pattern, count_repeats=True)
        return jsonschema_rs.validator_for({"pattern": counted}, pattern_options=PATTERN_OPTIONS)


def judge(patterns: list[str], texts: list[str]) -> list[list[bool | None]]:
    """Ask Node which texts match which pattern."""
    given = json.dumps([patterns, texts])
    done = subprocess.run(
        [*NODE.split(), "-e", JUDGE], input=given, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def differences(patterns: list[str]) -> list[tuple[str, str]]:
    """The patterns with the texts that we judge otherwise than Node does."""
    expected = judge(patterns, list(TEXTS))
    compiled = map(compile_pattern, patterns)
    return [
        (pattern, text)
        for pattern, validator, verdicts in zip(patterns, compiled, expected, strict=True)
        for text, verdict in zip(TEXTS, verdicts, strict=True)
        if verdict is not None and validator.is_valid(text) != verdict
    ]


def test_patterns_seen_in_files_match_as_in_ecmascript():
    assert differences(list(SEEN_IN_FILES)) == []


def test_made_up_patterns_match_as_in_ecmascript():
    made = random.Random(7)
    atoms = (
        "a",
        "b",
        r"\<",
        r"\d",
        r"\W",
        ".",
        "[ab]",
        "[^a]",
        r"[\w-]",
        r"\-",
        "x",
        "😀",
        r"\u00e9",
        r"\.",
        "&",
    )

    def make(depth: int) -> str:
        kind = made.randrange(10) if depth else 0
        if kind < 4:
            return made.choice(atoms)
        if kind == 4:
            return f"(?:{make(depth - 1)}|{make(depth - 1)})"
        if kind == 5:
            return f"({make(depth - 1)})"
        if kind == 6:
            return f"(?:{make(depth - 1)}){made.choice(('*', '+', '?', '{2}', '{0,3}', '*?'))}"
        if kind == 7:
            return made.choice(("(?=", "(?!")) + f"{make(depth - 1)}){make(depth - 1)}"
        return make(depth - 1) + make(depth - 1)

    patterns = [made.choice(("^{}$", "{}", r"\b{}", "^{}")).format(make(4)) for _ in range(300)]

    assert differences(patterns) == []


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(", "not closed"),
        (")", "no opening one"),
        ("[a", "not closed"),
        ("*", "nothing"),
        ("a**", "second quantifier"),
        ("a{2,1}", "wrong way round"),
        ("[z-a]", "backwards"),
        ("(?>a)", "unknown"),
        ("(?<=a)*", "look-behind"),
        (r"(?<n>a)\k<m>", "no group is named"),
        ("a\\", "backslash"),
        (r"\u{110000}", "no character"),
    ],
)
def test_what_is_no_pattern_is_refused_with_the_reason(pattern, reason):
    with pytest.raises(InvalidPattern, match=reason):
        translate(pattern)


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        (r"(?:(a)|b)\1", "may have taken no part"),
        (r"(a)?\1", "may have taken no part"),
        (r"(?!(a))\1", "may have taken no part"),
        (r"[\uD83C-\uDBFF][\uDC00-\uDFFF]", "half of a surrogate pair"),
        ("(?<n>a)|(?<n>b)", "two groups"),
        ("a{9999999}", "more repeats"),
    ],
)
def test_what_cannot_be_expressed_is_refused_rather_than_guessed(pattern, reason):
    with pytest.raises(UnsupportedPattern, match=reason):
        translate(pattern)


def test_flags_and_names_of_other_languages_are_understood():
    assert compile_pattern("(?i)^ab$").is_valid("AB")
    assert compile_pattern("^(?i:a)b$").is_valid("Ab")
    assert not compile_pattern("^(?i:a)b$").is_valid("AB")
    assert compile_pattern("^(?P<n>a)$").is_valid("a")


def test_large_repeats_are_counted_instead_of_copied():
    nested = compile_pattern("^(?:(?:[a-z]{0,1000}){0,1000})$")

    assert nested.is_valid("a" * 5000)
    assert not nested.is_valid("a" * 100 + "!")
