"""Which field names are refused, and how the refusal names the place."""

from __future__ import annotations

import pytest

from users.metadata.errors import MetadataError, format_path
from users.metadata.names import RESERVED_IN_APP_METADATA, check_names

# As the contract has them.
RESERVED = [
    *("__tenant", "_id", "blocked", "clientID", "created_at", "email_verified", "email", "globalClientID"),
    *("global_client_id", "identities", "lastIP", "lastLogin", "loginsCount", "metadata"),
    *("multifactor_last_modified", "multifactor", "updated_at", "user_id"),
]
BOTH = pytest.mark.parametrize("document", ["user_metadata", "app_metadata"])


@BOTH
@pytest.mark.parametrize(
    ("value", "path"),
    [
        pytest.param({"a.b": 1}, ("a.b",), id="a dot"),
        pytest.param({".": 1}, (".",), id="a dot alone"),
        pytest.param({"$set": 1}, ("$set",), id="a dollar sign at the start"),
        pytest.param({"us$": 1}, ("us$",), id="a dollar sign at the end"),
        pytest.param({"": 1}, ("",), id="an empty name"),
        pytest.param({"a": {"b": {"c.d": 1}}}, ("a", "b", "c.d"), id="nested"),
        pytest.param({"a": [0, {"b": [[{"$": 1}]]}]}, ("a", 1, "b", 0, 0, "$"), id="within lists"),
        pytest.param({"fine": 1, "a": {"": None}}, ("a", ""), id="an empty name, nested"),
    ],
)
def test_a_bad_name_is_refused_with_its_path(document, value, path):
    with pytest.raises(MetadataError) as caught:
        check_names(document, value)

    assert (caught.value.document, caught.value.path) == (document, path)


@BOTH
@pytest.mark.parametrize(
    "value",
    [
        pytest.param({"a": "b.c $d"}, id="dots and dollars in values"),
        pytest.param({"a b": 1, "été": 1, "日本": 1, "😀": 1}, id="spaces and unicode"),
        pytest.param({"a": {"email": 1}}, id="a reserved name, nested"),
        pytest.param({"a": [{"user_id": 1}]}, id="a reserved name within a list"),
        pytest.param({"Email": 1}, id="a reserved name in other case"),
        pytest.param({"a": {}, "b": [], "c": None}, id="nothing inside"),
    ],
)
def test_other_names_are_fine(document, value):
    check_names(document, value)


@pytest.mark.parametrize("name", RESERVED)
def test_a_name_reserved_in_app_metadata_is_refused_there_alone(name):
    check_names("user_metadata", {name: 1})

    with pytest.raises(MetadataError, match="reserved") as caught:
        check_names("app_metadata", {name: 1})
    assert caught.value.path == (name,)


def test_no_other_name_is_reserved():
    assert set(RESERVED) == RESERVED_IN_APP_METADATA


@pytest.mark.parametrize(
    ("path", "text"),
    [
        pytest.param((), "", id="the document itself"),
        pytest.param(("a", "b"), "a.b", id="names"),
        pytest.param(("a", 0, "b"), "a[0].b", id="a list position"),
        pytest.param(("a", 1, 2), "a[1][2]", id="lists in lists"),
        pytest.param(("a", "b.c"), 'a."b.c"', id="a name with a dot is quoted"),
        pytest.param(("a", ""), 'a.""', id="an empty name is quoted"),
        pytest.param(("first-name", "été_1"), "first-name.été_1", id="plain names are not"),
    ],
)
def test_a_path_is_spelt(path, text):
    assert format_path(path) == text


def test_the_error_says_what_where_and_what_to_do():
    with pytest.raises(MetadataError) as caught:
        check_names("user_metadata", {"preference": {"color.x": 1}})

    assert str(caught.value) == (
        'user_metadata.preference."color.x": a field name must not contain a dot; nest the field instead'
    )
