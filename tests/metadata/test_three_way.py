"""What is left of two people's edits of one document."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from users.metadata.equal import is_strictly_equal
from users.metadata.three_way import ABSENT, ConflictingKey, merge_three_way

documents = st.dictionaries(st.sampled_from("abcd"), st.sampled_from([1, 1.0, True, None, "x", [1]]))


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "merged", "contested"),
    [
        pytest.param({"a": 1}, {"a": 2}, {"a": 1, "b": 1}, {"a": 2, "b": 1}, [], id="each their own key"),
        pytest.param({"a": 1}, {"a": 1}, {}, {}, [], id="only they removed"),
        pytest.param({"a": 1}, {}, {"a": 1}, {}, [], id="only I removed"),
        pytest.param({"a": 1}, {"a": 2}, {"a": 2}, {"a": 2}, [], id="both the same"),
        pytest.param(
            {"a": 1}, {"a": 2}, {"a": 3}, {"a": 2}, [ConflictingKey("a", 2, 3)], id="both differently"
        ),
        pytest.param(
            {"a": 1}, {"a": 2}, {}, {"a": 2}, [ConflictingKey("a", 2, ABSENT)], id="they removed mine"
        ),
        pytest.param({"a": 1}, {}, {"a": 2}, {}, [ConflictingKey("a", ABSENT, 2)], id="I removed theirs"),
        pytest.param({"a": 1}, {"a": 1.0}, {"a": 1}, {"a": 1.0}, [], id="another kind of one is a change"),
        pytest.param(None, {"a": 1}, {"b": 2}, {"a": 1}, None, id="without a base all is contested"),
    ],
)
def test_three_way(base, mine, theirs, merged, contested):
    result = merge_three_way(base, mine, theirs)

    assert is_strictly_equal(result.document, merged)
    if contested is not None:
        assert result.conflicts == contested
    else:
        assert [one.key for one in result.conflicts] == ["a", "b"]


@given(documents, documents)
def test_who_changed_nothing_loses_nothing(base, theirs):
    result = merge_three_way(base, dict(base), theirs)

    assert is_strictly_equal(result.document, theirs)
    assert result.conflicts == []


@given(documents, documents, documents)
def test_every_key_is_as_one_of_the_two_has_it_and_nothing_given_is_changed(base, mine, theirs):
    given_before = (dict(base), dict(mine), dict(theirs))

    result = merge_three_way(base, mine, theirs)

    for key, value in result.document.items():
        assert any(key in side and is_strictly_equal(value, side[key]) for side in (mine, theirs))
    assert all(
        is_strictly_equal(left, right) for left, right in zip(given_before, (base, mine, theirs), strict=True)
    )
