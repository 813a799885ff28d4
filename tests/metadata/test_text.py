"""JSON text in and out: what is accepted comes back equal by value, the rest is refused."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.metadata import values
from users.metadata.equal import is_strictly_equal
from users.metadata.errors import TextError
from users.metadata.text import PARSER_DEPTH, dump, dump_pretty, parse, size

# Pieces from which hypothesis builds text that is nearly JSON.
PIECES = [
    *("{", "}", "[", "]", ",", ":", " ", "\n", "\ufeff"),
    *('"', "\\", '"a"', "é", "\\u0000", "\\ud83d", "\\ude00"),
    *("0", "1", "1.0", "-0.0", "1E+2", "1e400", "1e-400", ".", "-", "NaN", "-Infinity", "true", "null"),
]
nearly_json = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


@given(values.values)
@example(1e16)
@example({"a": [1e300, 5e-324, 10**100, "e+"]})
def test_what_is_dumped_parses_to_the_same_value(value):
    assert is_strictly_equal(parse(dump(value)), value)


@given(values.values)
@example(1e16)
def test_the_text_for_people_parses_to_the_same_value(value):
    assert is_strictly_equal(parse(dump_pretty(value)), value)


@given(values.floats)
@example(1e16)
@example(1.7976931348623157e308)
def test_a_dumped_float_is_no_whole_number_to_a_database_that_counts_in_decimals(value):
    assert "." in format(Decimal(dump(value)), "f")


@given(nearly_json | st.text())
def test_any_text_parses_as_the_standard_library_has_it_or_is_refused(text):
    with suppress(TextError):
        assert is_strictly_equal(parse(text), json.loads(text))


@given(st.binary() | nearly_json.map(str.encode))
def test_any_bytes_parse_or_are_refused(data):
    with suppress(TextError):
        parse(data)


@given(nearly_json)
def test_the_place_of_an_error_is_in_the_text_or_right_behind_it(text):
    try:
        parse(text)
    except TextError as refused:
        error = refused
    else:
        return

    lines = text.split("\n")
    assert 1 <= error.line <= len(lines)
    assert 1 <= error.column <= len(lines[error.line - 1]) + 1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(1e16, "10000000000000000.0", id="a float beyond 16 digits keeps its fraction"),
        pytest.param(-2.5e20, "-250000000000000000000.0", id="a negative one too"),
        pytest.param([{"a": 1e22}, "1e+22"], '[{"a":10000000000000000000000.0},"1e+22"]', id="at any depth"),
        pytest.param(1.0, "1.0", id="a float stays a float"),
        pytest.param(1, "1", id="an integer stays an integer"),
        pytest.param(True, "true", id="a boolean"),
        pytest.param({"naïve": "日本 😀"}, '{"naïve":"日本 😀"}', id="unicode is not escaped"),
        pytest.param({}, "{}", id="an empty object"),
    ],
)
def test_dump_writes(value, text):
    assert dump(value) == text


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [-float("inf")]])
def test_dump_refuses_what_json_cannot_say(value):
    with pytest.raises(ValueError):
        dump(value)


def test_size_counts_bytes_not_characters():
    assert size({"é": "😀"}) == len('{"":""}') + 2 + 4


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("0", 0, id="zero"),
        pytest.param("-0", 0, id="minus zero"),
        pytest.param("1.0", 1.0, id="a float with nothing behind the point"),
        pytest.param("1e16", 1e16, id="an exponent makes a float"),
        pytest.param("1E+2", 100.0, id="a capital exponent"),
        pytest.param("0.1", 0.1, id="the shortest form"),
        pytest.param("0.10000000000000001", 0.1, id="the 17-digit form"),
        pytest.param("0.1000000000000000055511151231257827021181583404541015625", 0.1, id="the exact form"),
        pytest.param("2.50", 2.5, id="zeros at the end"),
        pytest.param("1.7976931348623157e308", 1.7976931348623157e308, id="the largest float"),
        pytest.param("5e-324", 5e-324, id="the smallest float"),
        pytest.param("9007199254740992.0", 9007199254740992.0, id="the last float with a next whole number"),
        pytest.param("9007199254740993", 9007199254740993, id="an integer that no float holds"),
        pytest.param("1" * 1000, int("1" * 1000), id="an integer of 1,000 digits"),
        pytest.param("-" + "1" * 1000, -int("1" * 1000), id="the minus sign is no digit"),
        pytest.param(r'"\ud83d\ude00"', "😀", id="a whole surrogate pair"),
        pytest.param(r'"\\ud800"', r"\ud800", id="an escaped backslash is no surrogate"),
        pytest.param(r'"\\u0000"', r"\u0000", id="an escaped backslash is no NUL"),
        pytest.param('"[[[{{{"', "[[[{{{", id="brackets in a string"),
        pytest.param(' \n{"a" : 1}\t', {"a": 1}, id="space around"),
        pytest.param(b'{"a":"\xc3\xa9"}', {"a": "é"}, id="bytes in UTF-8"),
        pytest.param(b'\xef\xbb\xbf{"a":1}', {"a": 1}, id="a byte order mark before bytes"),
        pytest.param('[{"a":1},{"a":2}]', [{"a": 1}, {"a": 2}], id="one key in two objects"),
    ],
)
def test_parse_accepts(text, value):
    assert is_strictly_equal(parse(text), value)


def test_minus_zero_is_zero():
    assert str(parse("-0.0")) == "0.0"


@pytest.mark.parametrize(
    ("text", "line", "column", "reason"),
    [
        pytest.param("", 1, 1, "empty", id="nothing"),
        pytest.param("{", 1, 2, "not valid JSON", id="cut short"),
        pytest.param('{"a": 1,\n "b": x}', 2, 7, "not valid JSON", id="a bare word"),
        pytest.param("{'a': 1}", 1, 2, "not valid JSON", id="single quotes"),
        pytest.param('{"a": 1,}', 1, 9, "not valid JSON", id="a comma at the end"),
        pytest.param('{"a": 01}', 1, 8, "not valid JSON", id="a leading zero"),
        pytest.param('{\n"a": "\t"}', 2, 7, "not valid JSON", id="a bare tab in a string"),
        pytest.param("\ufeff{}", 1, 1, "not valid JSON", id="a byte order mark in text"),
        pytest.param(b"\xef\xbb\xbf\xef\xbb\xbf{}", 1, 1, "not valid JSON", id="two byte order marks"),
        pytest.param(b"\xef\xbb\xbf{x", 1, 2, "not valid JSON", id="columns do not count the mark"),
        pytest.param(b'[\xef\xbb\xbf"a"]', 1, 2, "not valid JSON", id="a mark elsewhere"),
        pytest.param('{"a": 1} {}', 1, 10, "more text after", id="a second value"),
        pytest.param('{"a": 1}\n\nx', 3, 1, "more text after", id="trailing garbage"),
        pytest.param('{"a":\n NaN}', 2, 2, "NaN is not a JSON number", id="NaN"),
        pytest.param("[Infinity]", 1, 2, "Infinity is not a JSON number", id="Infinity"),
        pytest.param("[1,\n-Infinity]", 2, 1, "Infinity is not a JSON number", id="minus Infinity"),
        pytest.param('{"a": 1e400}', 1, 7, "does not fit", id="too large for a float"),
        pytest.param('{"a":\n\n1e-400}', 3, 1, "does not fit", id="too small for a float"),
        pytest.param("9007199254740993.0", 1, 1, "does not fit", id="a float that would be rounded"),
        pytest.param("0.1234567890123456789", 1, 1, "does not fit", id="more digits than a float holds"),
        pytest.param("1e99999999999999999999", 1, 1, "does not fit", id="an exponent beyond all"),
        pytest.param("[\n" + "1" * 1001 + "]", 2, 1, "1000 digits", id="an integer of 1,001 digits"),
        pytest.param("-" + "1" * 5000, 1, 1, "1000 digits", id="an integer Python itself refuses"),
        pytest.param('{"a": 1,\n "a": 2}', 2, 2, "given twice", id="a key given twice"),
        pytest.param(
            '[{"x": {"a": 1, "a": 1}}]', 1, 17, "given twice", id="twice with the same value, inside"
        ),
        pytest.param(b'{"a":\n"\xff"}', 2, 2, "UTF-8", id="bytes that are no UTF-8"),
        pytest.param(b'{"a":\n"\xc3\xa9\xff"}', 2, 3, "UTF-8", id="columns count characters, not bytes"),
        pytest.param('{\n "a": "b\\u0000"}', 2, 7, "NUL", id="NUL in a string"),
        pytest.param('{\n "\\u0000": 1}', 2, 2, "NUL", id="NUL in a name"),
        pytest.param('[1,\n"\\ud800"]', 2, 1, "surrogate", id="the first half of a pair"),
        pytest.param('["\\ude00 \\ud83d"]', 1, 2, "surrogate", id="a pair the wrong way round"),
        pytest.param('["\ud800"]', 1, 2, "surrogate", id="half a pair unescaped"),
        pytest.param("[" * 201 + "]" * 201, 1, 201, "nested deeper", id="201 levels"),
    ],
)
def test_parse_refuses_and_says_where(text, line, column, reason):
    with pytest.raises(TextError, match=reason) as caught:
        parse(text)

    assert (caught.value.line, caught.value.column) == (line, column)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param('{"a": 1,\n"a": 2,\n"b": "a"}', 2, id="a doubled key that is also a value later"),
        pytest.param('{"a": 1,\n"a": 2,\n"b": {"a": 3}}', 2, id="a doubled key that another object has too"),
        pytest.param('{"isNaN": true,\n"x": NaN}', 2, id="NaN within a name before"),
        pytest.param('{"x": "1e400",\n"y": 1e400}', 2, id="the same digits in a string before"),
        pytest.param('{"\\u0061": 1,\n"a": 2}', 2, id="a doubled key spelt in two ways"),
    ],
)
def test_the_line_is_that_of_the_culprit_and_of_no_double(text, line):
    with pytest.raises(TextError) as caught:
        parse(text)

    assert caught.value.line == line


def test_of_two_doubled_keys_the_one_that_is_named_is_the_one_that_is_pointed_at():
    with pytest.raises(TextError) as caught:
        parse('{"a": 1,\n"a": 2,\n"b": {"c": 1,\n"c": 2}}')

    assert (caught.value.line, "'a'" in str(caught.value)) in [(2, True), (4, False)]


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
@pytest.mark.parametrize("times", [PARSER_DEPTH + 1, 100_000])
def test_deep_nesting_is_refused_before_the_stack_is_full(opening, times):
    with pytest.raises(TextError, match="nested deeper"):
        parse(opening * times)


def test_nesting_up_to_the_limit_parses():
    value = parse("[" * PARSER_DEPTH + "]" * PARSER_DEPTH)

    assert len(dump(value)) == 2 * PARSER_DEPTH


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('["' + '\\"' * 120_000, id="escaped quotes in a string without end"),
        pytest.param('"' * 240_000, id="quotes alone"),
        pytest.param('["' + "\\" * 240_000, id="backslashes alone"),
        pytest.param("[" + "1" * 500_000 + "]", id="digits"),
        pytest.param("[1." + "1" * 500_000 + "]", id="digits behind the point"),
        pytest.param("{" + "".join(f'"{n}":0,' for n in range(100_000)) + '"0":0}', id="many keys"),
    ],
)
def test_hostile_text_is_refused_in_no_time(text):
    start = time.process_time()

    with pytest.raises(TextError):
        parse(text)

    # What grows with the square of its length takes minutes.
    assert time.process_time() - start < 5


def test_the_limit_of_digits_is_the_callers():
    with pytest.raises(TextError, match="at most 3 digits"):
        parse("1234", max_digits=3)


def test_the_error_names_document_and_place():
    error = TextError("no good", line=3, column=7, document="app_metadata")

    assert str(error) == "app_metadata: line 3, column 7: no good"


@pytest.mark.parametrize(
    ("character", "name"),
    [
        ("\u00a0", "U+00A0 (no-break space)"),
        ("\u200b", "U+200B (zero width space)"),
        ("\u2060", "U+2060 (word joiner)"),
        ("\ufeff", "U+FEFF (zero width no-break space)"),
        ("\u202f", "U+202F (narrow no-break space)"),
        ("\x07", "U+0007"),
    ],
)
@pytest.mark.parametrize("text", ['{"a":1,%s"b":2}', '{"a":%s1}', '{"a":1%s}', '{"a"%s:1}', '{"a":1}%s'])
def test_an_invisible_character_is_named_with_its_place(character, name, text):
    with pytest.raises(TextError, match="invisible character") as caught:
        parse(text % character)

    assert name in caught.value.reason
    assert caught.value.column == text.index("%") + 1


def test_invisible_characters_in_strings_and_names_are_kept():
    assert parse('{"a\u00a0b": "\u200b"}') == {"a\u00a0b": "\u200b"}


# What refusing costs


def _cpu_seconds(text: str | bytes) -> float:
    """The best of three, since others use the machine as well."""
    spent = []
    for _ in range(3):
        start = time.process_time()
        with suppress(TextError):
            parse(text)
        spent.append(time.process_time() - start)
    return min(spent)


def _joined(parts: list[str], *last: str) -> str:
    return ",".join([*parts, *last])


_NUMBERS = range(4_000)
_MANY_KEYS = [f'"k{number}":{number}' for number in _NUMBERS]
_MANY_OBJECTS = [f'"k{number}":{{"id":"id"}}' for number in _NUMBERS]
_MANY_ESCAPES = [f'"\\u0061{number}":[{number},"\\ud83d\\ude00"]' for number in _NUMBERS]
_MANY_FLOATS = [f'"k{number}":{number}.5' for number in _NUMBERS]


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param(_MANY_KEYS, id="many keys"),
        pytest.param(_MANY_OBJECTS, id="many objects"),
        pytest.param(_MANY_ESCAPES, id="many escapes"),
        pytest.param(_MANY_FLOATS, id="many floats"),
    ],
)
@pytest.mark.parametrize(
    ("last", "reason"),
    [
        pytest.param('"k3999":1,"a3999":1', "given twice", id="a doubled last key"),
        pytest.param('"x":{"id":1,"id":2}', "given twice", id="a doubled key within"),
        pytest.param('"x":NaN', "NaN", id="a constant"),
        pytest.param('"x":1e400', "64-bit", id="a float"),
        pytest.param('"x":' + "1" * 1001, "1000 digits", id="an integer"),
        pytest.param('"x":"\\u0000"', "NUL", id="NUL"),
        pytest.param('"x":"\\ud83d"', "surrogate", id="half a pair"),
        pytest.param('"x":' + "[" * 300 + "]" * 300, "nested", id="too deep"),
        pytest.param('"x":', "not valid", id="broken off"),
    ],
)
def test_to_refuse_a_text_costs_at_most_twice_what_parsing_costs(parts, last, reason):
    good, bad = "{" + _joined(parts) + "}", "{" + _joined(parts, last) + "}"
    with pytest.raises(TextError, match=reason) as caught:
        parse(bad)
    assert caught.value.column > len(good) - 100

    # Repeated, since another process may have slowed the first measurement.
    assert any(_cpu_seconds(bad) <= 2 * _cpu_seconds(good) for _ in range(10))


def test_the_place_of_a_key_is_found_however_it_and_its_neighbours_are_spelt():
    inner = '{"b\\"{":"key","a":{"key":1},"c":["{","}"]}'

    for key in ("key", "k\\u0065y", "\\u006b\\u0065\\u0079"):
        with pytest.raises(TextError) as caught:
            parse(f'[{inner},\n{{"key":"key",\n"a":{inner},\n"{key}":2}}]')
        assert (caught.value.line, caught.value.column) == (4, 1)


@pytest.mark.parametrize(
    "key", ['"', "\\", "/", "\n", "é", "\U0001f600", "{", '":', "x" * 100], ids=lambda key: ascii(key)[:9]
)
def test_the_place_of_any_key_is_found(key):
    with pytest.raises(TextError) as caught:
        parse("{" + json.dumps(key) + ":1,\n" + json.dumps(key, ensure_ascii=False) + ":2}")

    assert caught.value.line == 2


def test_an_escaped_backslash_begins_no_escape():
    assert parse('["\\\\u0000", "\\\\ud800"]') == ["\\u0000", "\\ud800"]
    with pytest.raises(TextError, match="surrogate"):
        parse('["\\\\ud83d\\ude00"]')
