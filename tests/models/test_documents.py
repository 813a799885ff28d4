"""Documents written through the database come back equal, on SQLite as on PostgreSQL."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.metadata import values
from users.actions.account.documents import Replace
from users.actions.account.edit_user import Edit, edit_user
from users.metadata.diff import diff
from users.metadata.equal import is_strictly_equal
from users.models import User
from users.rights.actor import command_actor

SHELL = command_actor("tests")


def stored(user, document):
    """The account as the database has it after the document has been put there."""
    now = User.objects.get(pk=user.pk)
    edit_user(
        now, Edit(documents={"user_metadata": Replace(document, now.user_metadata_version)}), actor=SHELL
    )
    return User.objects.get(pk=user.pk)


@values.with_database
@given(document=values.documents)
def test_any_document_comes_back_the_same(jane, document):
    assert is_strictly_equal(stored(jane, document).user_metadata, document)


@values.with_database
@given(document=values.documents)
def test_the_record_of_changes_keeps_both_sides_the_same(jane, document):
    before = User.objects.get(pk=jane.pk)

    after = stored(jane, document)

    if after.version > before.version:
        assert is_strictly_equal(jane.changes.first().keys, diff(before.user_metadata, document))


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(1e16, id="the first float that Python writes without a fraction"),
        pytest.param(-1e16, id="its negative"),
        pytest.param(1e300, id="a large float"),
        pytest.param(1.7976931348623157e308, id="the largest float"),
        pytest.param(5e-324, id="the smallest float"),
        pytest.param(2.2250738585072014e-308, id="the smallest normal float"),
        pytest.param(0.1, id="a tenth"),
        pytest.param(1e-7, id="a small float"),
        pytest.param(1.0, id="a float that is whole"),
        pytest.param(-0.0, id="minus zero"),
        pytest.param(0, id="zero"),
        pytest.param(10**100, id="a large integer"),
        pytest.param(-(10**1000 - 1), id="the largest integer allowed, negative"),
        pytest.param(2**53 + 1, id="an integer that no float holds"),
        pytest.param("1", id="text that looks like a number"),
        pytest.param("e+", id="text that looks like an exponent"),
        pytest.param(True, id="true"),
        pytest.param(False, id="false"),
        pytest.param(None, id="null"),
        pytest.param("", id="empty text"),
        pytest.param([], id="an empty list"),
        pytest.param({}, id="an empty object"),
        pytest.param([[], {}, [{}], [None]], id="empty things within"),
        pytest.param([1, 1.0, True, "1"], id="look-alikes side by side"),
        pytest.param(
            "é e\N{COMBINING ACUTE ACCENT} 日本 😀 \u2028 \x7f \uffff", id="unicode, not normalised"
        ),
        pytest.param('\\ " \\u0041 \n \t', id="what JSON escapes"),
        pytest.param({"b": 1, "a": 2, "aa": 3, " ": 4, "é": 5}, id="many keys"),
    ],
)
def test_an_awkward_value_comes_back_the_same(jane, value):
    document = {"value": value, "within": [{"deep": value}]}

    assert is_strictly_equal(stored(jane, document).user_metadata, document)


def test_an_unset_document_is_null_and_not_empty(make_user):
    user = make_user("nobody")

    assert (user.user_metadata, user.app_metadata) == (None, None)
    assert User.objects.filter(user_metadata__isnull=True, pk=user.pk).exists()
