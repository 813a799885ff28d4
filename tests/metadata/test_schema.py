"""What a schema asks of a document, and what a write may not break anew."""

from __future__ import annotations

import time

import pytest

from users.metadata.schema import BadSchema, Schema, SchemaError

PERSON = {
    "type": "object",
    "properties": {
        "age": {"type": "integer", "minimum": 0},
        "email": {"type": "string", "format": "email"},
        "plan": {"enum": ["free", "full"]},
        "address": {"$ref": "#/$defs/address"},
        "links": {"type": "array", "items": {"type": "string"}},
        "number": {"type": "string", "readOnly": True},
    },
    "$defs": {"address": {"type": "object", "properties": {"city": {"type": "string"}}}},
}


def reasons(schema, before, after):
    return {
        ".".join(map(str, problem.path)): problem.reason for problem in schema.new_problems(before, after)
    }


def test_names_the_keys_it_knows_and_those_that_are_read_only():
    schema = Schema(PERSON)

    assert schema.names == {"age", "email", "plan", "address", "links", "number"}
    assert schema.read_only == {"number"}


def test_names_keys_behind_references_and_all_of():
    schema = Schema(
        {
            "$ref": "#/$defs/top",
            "$defs": {
                "top": {"allOf": [{"$ref": "#/$defs/more"}], "properties": {"a": True}},
                "more": {"properties": {"b": {"readOnly": True}}},
            },
        }
    )

    assert schema.names == {"a", "b"}
    assert schema.read_only == {"b"}


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param({"age": "12"}, {"age": "must be a whole number, not text"}, id="type"),
        pytest.param({"age": -1}, {"age": "must be at least 0"}, id="minimum"),
        pytest.param({"plan": "gold"}, {"plan": "must be one of free, full"}, id="choice"),
        pytest.param({"email": "jane"}, {"email": "must be an e-mail address"}, id="format"),
        pytest.param(
            {"address": {"city": 1}}, {"address.city": "must be text, not a whole number"}, id="nested"
        ),
        pytest.param({"links": ["a", None]}, {"links.1": "must be text, not null"}, id="item"),
        pytest.param({"age": 1.0, "anything": None}, {}, id="valid, with a key it does not know"),
    ],
)
def test_says_where_and_why(after, expected):
    assert reasons(Schema(PERSON), None, after) == expected


def test_what_was_wrong_before_is_not_new():
    assert reasons(Schema(PERSON), {"age": "old"}, {"age": "old", "plan": "full"}) == {}
    assert reasons(Schema(PERSON), {"age": "old"}, {"age": "still text"}) == {}


def test_an_item_that_moved_up_is_not_new():
    assert reasons(Schema(PERSON), {"links": ["a", 1]}, {"links": [1]}) == {}
    assert list(reasons(Schema(PERSON), {"links": ["a", 1]}, {"links": [1, 2]})) == ["links.1"]


def test_a_required_key_may_be_missing_but_not_be_taken_away():
    schema = Schema({"required": ["plan"]})

    assert reasons(schema, None, {"hobby": "chess"}) == {}
    assert list(reasons(schema, {"plan": "free"}, {})) == ["plan"]


def test_unknown_keys_are_named_one_by_one():
    schema = Schema({"properties": {"a": True}, "additionalProperties": False})

    assert list(reasons(schema, {"x": 1}, {"x": 1, "y": 2})) == ["y"]


def test_the_error_tells_the_first_problem_and_holds_all():
    with pytest.raises(SchemaError) as caught:
        Schema(PERSON).check("user_metadata", {}, {"age": "x", "plan": "y"})

    assert str(caught.value).startswith("user_metadata.age: must be a whole number")
    assert [problem.path for problem in caught.value.problems] == [("age",), ("plan",)]


@pytest.mark.parametrize("number", [2**53 + 1, 2**64, 10**400, -(10**999)])
def test_huge_integers_are_judged(number):
    schema = Schema({"properties": {"n": {"type": "integer"}, "s": {"type": "string"}}})

    assert reasons(schema, None, {"n": number}) == {}
    assert list(reasons(schema, None, {"s": number})) == ["s"]


def test_patterns_take_linear_time():
    schema = Schema({"properties": {"s": {"pattern": "^(a+)+$"}}})

    started = time.process_time()
    schema.problems({"s": "a" * 50_000 + "!"})

    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("source", "words"),
    [
        pytest.param([], "must be an object, not array", id="no object"),
        pytest.param({"type": "strin"}, "type: ", id="no such type"),
        pytest.param({"properties": {"a": {"pattern": "("}}}, "properties.a.pattern: ", id="pattern"),
        pytest.param({"pattern": "(?=a)"}, "pattern", id="pattern of another engine"),
        pytest.param({"$ref": "https://example.com/x"}, "only references within", id="elsewhere"),
        pytest.param({"$ref": "file:///etc/passwd"}, "only references within", id="a file"),
        pytest.param({"properties": {"a": {"$ref": "#/$defs/none"}}}, "/$defs/none", id="nowhere"),
        pytest.param({"$schema": "https://example.com/dialect"}, "example.com/dialect", id="dialect"),
    ],
)
def test_what_cannot_be_used_is_refused(source, words):
    with pytest.raises(BadSchema) as caught:
        Schema(source)

    assert words in str(caught.value)


def test_values_that_look_like_references_are_values():
    Schema({"properties": {"a": {"const": {"$ref": "https://example.com/"}}}})


def test_a_schema_nested_too_deeply_is_refused():
    source = {}
    for _ in range(100):
        source = {"items": source}

    with pytest.raises(BadSchema, match="deeper"):
        Schema(source)


@pytest.mark.parametrize(
    "source",
    [
        {"$ref": "#"},
        {"properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"$ref": "#/$defs/a"}}},
    ],
)
def test_references_in_a_circle_do_no_harm(source):
    schema = Schema(source)

    assert schema.problems({"a": 1}) == []
    assert schema.resolved({"$ref": "#/$defs/a"}) == {} or "$ref" in source
