"""What the form library is given to draw, and what it is not given."""

from __future__ import annotations

import pytest

from users.metadata.schema import Schema
from users.web.form_schema import build_form_schema


def field(part, name="field"):
    form = build_form_schema(Schema({"properties": {name: part, "other": {"type": "string"}}}))
    return form["properties"].get(name)


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        pytest.param({"type": "string"}, {"type": "string", "title": "Field"}, id="text"),
        pytest.param(
            {"type": "string", "title": "Name", "description": "Yours."},
            {"type": "string", "title": "Name", "helpText": "Yours."},
            id="words",
        ),
        pytest.param(
            {"type": "string", "format": "uri"},
            {"type": "string", "format": "url", "title": "Field"},
            id="link",
        ),
        pytest.param(
            {"type": "string", "format": "date-time"}, {"type": "string", "title": "Field"}, id="moment"
        ),
        pytest.param(
            {"type": "string", "maxLength": 2000},
            {"type": "string", "widget": "textarea", "title": "Field"},
            id="long text",
        ),
        pytest.param(
            {"type": "integer", "minimum": 0, "default": 3},
            {"type": "integer", "minimum": 0, "placeholder": "3", "title": "Field"},
            id="a default is a hint, never a value",
        ),
        pytest.param(
            {"enum": ["a", "b"]},
            {
                "type": "string",
                "choices": [{"value": "a", "title": "a"}, {"value": "b", "title": "b"}],
                "title": "Field",
            },
            id="choice",
        ),
        pytest.param(
            {"oneOf": [{"const": 1, "title": "One"}, {"const": 2}]},
            {
                "type": "integer",
                "choices": [{"value": 1, "title": "One"}, {"value": 2, "title": "2"}],
                "title": "Field",
            },
            id="titled choice",
        ),
        pytest.param(
            {"type": ["string", "null"]}, {"type": "string", "nullable": True, "title": "Field"}, id="or null"
        ),
        pytest.param(
            {"type": "boolean", "readOnly": True},
            {"type": "boolean", "readOnly": True, "title": "Field"},
            id="read-only",
        ),
        pytest.param(
            {"type": "array", "items": {"type": "string"}},
            {"type": "array", "items": {"type": "string"}, "title": "Field"},
            id="list",
        ),
    ],
)
def test_draws(part, expected):
    assert field(part) == expected


def test_several_choices_are_drawn_together():
    part = {"type": "array", "uniqueItems": True, "items": {"enum": ["a", "b"]}}

    assert field(part)["widget"] == "multiselect"


@pytest.mark.parametrize(
    "part",
    [
        pytest.param(True, id="anything"),
        pytest.param({}, id="no type"),
        pytest.param({"type": ["string", "integer"]}, id="two types"),
        pytest.param({"const": 5}, id="one value"),
        pytest.param({"enum": ["a", 1]}, id="mixed choices"),
        pytest.param({"oneOf": [{"type": "string"}, {"type": "integer"}]}, id="shapes"),
        pytest.param({"type": "object"}, id="object of anything"),
        pytest.param(
            {"type": "array", "items": {"type": "array", "items": {"type": "string"}}}, id="list of lists"
        ),
        pytest.param({"type": "null"}, id="null"),
    ],
)
def test_leaves_out(part):
    assert field(part) is None


@pytest.mark.parametrize("name", ["a§b", "7", "1e3", "", "__proto__", "hasOwnProperty", "Infinity"])
def test_leaves_out_names_the_library_misunderstands(name):
    assert field({"type": "string"}, name) is None


@pytest.mark.parametrize("name", ["constructor", "toString", "ключ", "a b", "x_1"])
def test_draws_odd_names(name):
    assert field({"type": "string"}, name)["type"] == "string"


def test_a_schema_that_refers_to_itself_ends():
    form = build_form_schema(Schema({"properties": {"name": {"type": "string"}, "boss": {"$ref": "#"}}}))

    assert form["properties"]["boss"]["properties"]["name"] == {"type": "string", "title": "Name"}


def test_nothing_to_draw_is_no_form():
    assert build_form_schema(Schema({})) is None
    assert build_form_schema(Schema({"patternProperties": {"^x": {"type": "string"}}})) is None
