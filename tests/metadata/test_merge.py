"""What a patch does to a document, against a plain oracle."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.metadata.values import small_documents
from users.metadata.equal import is_strictly_equal
from users.metadata.merge import initial_document, merge, replacement

either = st.sampled_from(["user_metadata", "app_metadata"])
patches = small_documents.filter(bool)


def oracle(old, patch):
    result = dict(old)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = value
    return result


@given(either, small_documents, patches)
def test_a_patch_is_laid_over_the_first_level(document, old, patch):
    assert is_strictly_equal(merge(document, old, patch), oracle(old, patch))


@given(either, st.none() | small_documents, small_documents)
def test_neither_argument_is_changed(document, old, patch):
    before = copy.deepcopy((old, patch))

    merge(document, old, patch)

    assert is_strictly_equal(list(before), [old, patch])


@given(either, small_documents, patches)
def test_the_same_patch_again_changes_nothing(document, old, patch):
    once = merge(document, old, patch)

    assert is_strictly_equal(merge(document, once, patch), once)


@given(either, small_documents)
def test_a_patch_of_everything_there_is_leaves_it_without_nulls_or_wipes(document, old):
    assert (merge(document, old, old) or {}) == (initial_document(document, old) or {})


@pytest.mark.parametrize(
    ("old", "patch", "new"),
    [
        pytest.param({"a": 1}, {"b": 2}, {"a": 1, "b": 2}, id="keeps what the patch lacks"),
        pytest.param({"a": 1}, {"a": 2}, {"a": 2}, id="replaces a value"),
        pytest.param({"a": {"x": 1}}, {"a": {"y": 2}}, {"a": {"y": 2}}, id="replaces nested whole"),
        pytest.param({"a": [1, 2]}, {"a": [3]}, {"a": [3]}, id="replaces lists whole"),
        pytest.param({"a": {"x": 1}}, {"a": {}}, {"a": {}}, id="an empty object within is a value"),
        pytest.param({"a": 1, "b": 2}, {"a": None}, {"b": 2}, id="null removes"),
        pytest.param({"a": 1}, {"a": None}, {}, id="the last key removed leaves an empty document"),
        pytest.param({"a": 1}, {"b": None}, {"a": 1}, id="null for an absent key is nothing"),
        pytest.param({}, {"b": None}, {}, id="null for an absent key of an empty document is nothing"),
        pytest.param(None, {"b": None}, None, id="null for a document never set is nothing"),
        pytest.param({}, {"a": {"x": None}}, {"a": {"x": None}}, id="null below the first level is a value"),
        pytest.param({"a": None}, {"b": 1}, {"a": None, "b": 1}, id="a stored null stays"),
        pytest.param({"a": 1}, {"a": 1.0}, {"a": 1.0}, id="1.0 replaces 1"),
        pytest.param(None, {"a": 1}, {"a": 1}, id="a document never set begins"),
    ],
)
@pytest.mark.parametrize("document", ["user_metadata", "app_metadata"])
def test_merge(document, old, patch, new):
    assert is_strictly_equal(merge(document, old, patch), new)


@pytest.mark.parametrize("old", [None, {}, {"a": 1}])
def test_an_empty_patch_wipes(old):
    assert merge("user_metadata", old, {}) == {}
    assert merge("app_metadata", old, {}) is None


def test_an_empty_replacement_wipes():
    assert replacement("user_metadata", {}) == {}
    assert replacement("app_metadata", {}) is None


def test_a_replacement_keeps_nulls_as_the_editor_shows_them():
    assert replacement("app_metadata", {"a": None}) == {"a": None}


def test_a_new_document_is_stored_without_nulls_at_its_first_level():
    assert initial_document("app_metadata", {"a": None, "b": {"c": None}}) == {"b": {"c": None}}
