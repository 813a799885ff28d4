"""What a schema asks of a document, and what a write may not break anew."""

from __future__ import annotations

import time

import pytest

from users.metadata.schema import MAX_PROBLEMS, BadSchema, Schema, SchemaError

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
        pytest.param({"plan": "gold"}, {"plan": 'must be one of "free", "full"'}, id="choice"),
        pytest.param({"email": "jane"}, {"email": "must be an email address"}, id="format"),
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
    list(schema.problems({"s": "a" * 50_000 + "!"}))

    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("source", "words"),
    [
        pytest.param([], "must be an object, not array", id="no object"),
        pytest.param({"type": "strin"}, "type: ", id="no such type"),
        pytest.param({"properties": {"a": {"pattern": "("}}}, "properties.a.pattern: ", id="pattern"),
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


@pytest.mark.parametrize(
    "reference",
    [
        pytest.param("https://example.com/person.json#/$defs/name", id="its own id"),
        pytest.param("person.json#/$defs/name", id="relative to its own id"),
        pytest.param("#/$defs/name", id="pointer"),
        pytest.param("#name", id="anchor"),
        pytest.param("https://example.com/parts/name.json", id="id of a part"),
        pytest.param("parts/name.json", id="id of a part, relative"),
    ],
)
def test_references_are_followed_by_pointer_id_and_anchor(reference):
    schema = Schema(
        {
            "$id": "https://example.com/person.json",
            "properties": {"name": {"$ref": reference}, "self": {"$ref": "https://example.com/person.json"}},
            "$defs": {
                "name": {
                    "$id": "parts/name.json",
                    "$anchor": "name",
                    "$ref": "#/$defs/text",
                    "title": "Name",
                    "$defs": {"text": {"type": "string"}},
                }
            }
            if reference != "#name"
            else {"name": {"$anchor": "name", "type": "string", "title": "Name"}},
        }
    )

    assert reasons(schema, None, {"name": 1}) == {"name": "must be text, not a whole number"}
    assert reasons(schema, None, {"self": {"name": 1}}) == {"self.name": "must be text, not a whole number"}
    assert schema.resolve_reference(schema.properties["name"])["title"] == "Name"


def test_properties_named_like_keywords_are_properties():
    schema = Schema(
        {
            "properties": {
                "$ref": {"type": "string"},
                "pattern": {"type": "string", "pattern": r"^\<"},
                "default": {"pattern": r"^\<"},
                "patternProperties": {"type": "object"},
            }
        }
    )

    assert schema.names == {"$ref", "pattern", "default", "patternProperties"}
    assert reasons(schema, None, {"pattern": "<b>", "default": "<b>", "$ref": "x"}) == {}
    assert list(reasons(schema, None, {"default": "b"})) == ["default"]


def test_patterns_are_those_of_ecmascript():
    schema = Schema(
        {
            "properties": {"tag": {"pattern": r"^\<b\>$"}},
            "patternProperties": {r"^(?=x)[\w\-]+$": {"type": "string"}},
            "additionalProperties": False,
        }
    )

    assert reasons(schema, None, {"tag": "<b>", "x-1": "y"}) == {}
    assert reasons(schema, None, {"tag": "b"}) == {"tag": r"must match the pattern ^\<b\>$"}
    assert set(reasons(schema, None, {"x-1": 1, "y": 2})) == {"y", "x-1"}


def test_a_pattern_that_cannot_be_expressed_is_left_out_with_a_warning():
    schema = Schema(
        {
            "properties": {"code": {"type": "string", "pattern": r"^(?:(a)|b)\1$"}},
            "patternProperties": {r"^(?:(a)|b)\1$": {"type": "string"}},
            "additionalProperties": False,
        }
    )

    assert [warning.split(": ")[0] for warning in schema.warnings] == [
        "properties.code.pattern",
        'patternProperties."^(?:(a)|b)\\\\1$"',
    ]
    assert reasons(schema, None, {"code": "anything", "b": 1}) == {}
    assert list(reasons(schema, None, {"code": 1})) == ["code"]


def test_a_text_that_a_pattern_takes_too_long_over_is_refused_at_once():
    schema = Schema({"items": {"pattern": r"^(?:(\w+)\s?)+\1z$"}, "properties": {"s": {"$ref": "#/items"}}})
    text = "aaaa " * 20

    started = time.process_time()
    found = [*schema.problems({"s": text}), *schema.problems([text] * 10_000)]

    assert time.process_time() - started < 1
    assert {problem.reason for problem in found} == {
        "takes too long to compare with the schema's pattern; shorten it"
    }


@pytest.mark.parametrize(
    ("source", "value", "reason"),
    [
        pytest.param({"const": None}, 1, "must be null", id="null"),
        pytest.param({"const": True}, 1, "must be true", id="true"),
        pytest.param({"const": {"k": 1}}, 1, 'must be {"k": 1}', id="object"),
        pytest.param({"enum": ["null", None, False]}, 1, 'must be one of "null", null, false', id="enum"),
        pytest.param(
            {"oneOf": [{"const": "s", "title": "Small"}, {"const": "l"}]},
            1,
            'must be one of "s", "l"',
            id="oneOf of constants",
        ),
        pytest.param(
            {"anyOf": [{"enum": [1, 2]}, {"oneOf": [{"const": None}]}]},
            5,
            "must be one of 1, 2, null",
            id="anyOf within",
        ),
        pytest.param(
            {"oneOf": [{"type": "string"}, {"properties": {"n": {"type": "integer"}}, "type": "object"}]},
            {"n": "x"},
            "fits no form that the schema allows: must be text, not an object;"
            " or n must be a whole number, not text",
            id="forms",
        ),
        pytest.param(
            {"oneOf": [{"type": "integer"}, {"minimum": 0}]},
            5,
            "fits more than one of the forms of which the schema allows exactly one",
            id="several forms",
        ),
        pytest.param({"multipleOf": 0.5}, 0.7, "must be a multiple of 0.5", id="number"),
    ],
)
def test_values_in_messages_are_json(source, value, reason):
    assert reasons(Schema({"properties": {"a": source}}), None, {"a": value}) in (
        {"a": reason},
        {"a.n": reason},
    )


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

    assert list(schema.problems({"a": 1})) == []
    assert schema.resolve_reference({"$ref": "#/$defs/a"}) == {} or "$ref" in source


def test_a_document_that_breaks_a_schema_all_over_is_refused_for_its_first_problems():
    schema = Schema({"additionalProperties": {"type": "integer"}})
    before = {str(number): "text" for number in range(1000)}
    after = {**before, **{f"new{number}": "text" for number in range(1000)}}

    with pytest.raises(SchemaError) as caught:
        schema.check("app_metadata", before, after)

    assert len(caught.value.problems) == MAX_PROBLEMS
    assert all(problem.path[0].startswith("new") for problem in caught.value.problems)
