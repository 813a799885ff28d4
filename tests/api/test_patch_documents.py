"""`PATCH /users/{id}`: the two documents."""

from __future__ import annotations

import json

import pytest

from tests.api.answers import at, invalid_body, problem, shown
from users.metadata.equal import is_strictly_equal
from users.models import Change, User

documents = pytest.mark.parametrize("document", ["user_metadata", "app_metadata"])


@pytest.fixture
def having(make_user, shop):
    """Patches somebody whose document is this, and gives the document as read afterwards;
    `...` where it is not shown."""

    def call(document, before, patch):
        user = make_user(**({} if before is ... else {document: before}))
        answered = shown(shop.patch(at(user), {document: patch}))
        read = shown(shop.get(at(user)))
        assert is_strictly_equal(answered, read)
        return read.get(document, ...)

    return call


@documents
@pytest.mark.parametrize(
    ("before", "patch", "after"),
    [
        pytest.param(..., {"a": 1}, {"a": 1}, id="begins"),
        pytest.param({"a": 1}, {"b": 2}, {"a": 1, "b": 2}, id="adds"),
        pytest.param({"a": 1, "b": 2}, {"a": 3}, {"a": 3, "b": 2}, id="replaces"),
        pytest.param({"a": 1, "b": 2}, {"a": None}, {"b": 2}, id="null removes"),
        pytest.param({"a": 1}, {"b": None}, {"a": 1}, id="null removes nothing where there is nothing"),
        pytest.param({"a": 1}, {"a": None}, {}, id="the last one removed leaves {}"),
        pytest.param({"a": {"x": 1}}, {"a": {"y": 2}}, {"a": {"y": 2}}, id="replaces nested whole"),
        pytest.param({"a": {"x": 1}}, {"a": {}}, {"a": {}}, id="nested {} is a value"),
        pytest.param({"a": [1, 2]}, {"a": [3]}, {"a": [3]}, id="replaces lists whole"),
        pytest.param({"a": {"x": 1}}, {"a": {"x": None}}, {"a": {"x": None}}, id="nested null is a value"),
        pytest.param({"a": 1}, {"A": 2}, {"a": 1, "A": 2}, id="names differ by case"),
    ],
)
def test_a_patch_merges_at_the_first_level(having, document, before, patch, after):
    assert is_strictly_equal(having(document, before, patch), after)


@pytest.mark.parametrize("before", [..., {"a": 1}, {}], ids=["never set", "set", "empty"])
@pytest.mark.parametrize(
    ("document", "after"), [("user_metadata", {}), ("app_metadata", ...)], ids=["user", "app"]
)
def test_an_empty_object_wipes_which_shows_in_one_and_not_in_the_other(having, document, after, before):
    assert having(document, before, {}) == after


@documents
@pytest.mark.parametrize(
    "value",
    [
        1,
        1.0,
        True,
        0,
        0.0,
        False,
        None,
        "",
        "1",
        1e16,
        10**16,
        1e22,
        10**30,
        -(10**300),
        5e-324,
        1.7976931348623157e308,
        0.1,
        1e-7,
        2**53 + 1,
        "é e\u0301 🏄 \u2028 \ufeff ﷽",
        '</script><b>"&amp;',
        {"🏄": {"é": [[], {}, [None]]}},
        [1, 1.0, True, "1", None, [1]],
    ],
    ids=repr,
)
def test_values_come_back_strictly_equal(having, document, value):
    assert is_strictly_equal(having(document, ..., {"value": [value]}), {"value": [value]})


@documents
def test_1_and_1_point_0_and_true_replace_each_other(having, document):
    assert is_strictly_equal(having(document, {"a": 1}, {"a": 1.0}), {"a": 1.0})
    assert is_strictly_equal(having(document, {"a": 1.0}, {"a": True}), {"a": True})


@pytest.mark.parametrize(
    ("written", "read"), [("1E2", 100.0), ("-0.0", 0.0), ("-0", 0), ("1.50", 1.5), ("1e2", 100.0)]
)
def test_other_spellings_of_a_number_keep_its_kind(shop, jane, written, read):
    answer = shop.patch(at(jane), f'{{"user_metadata": {{"value": {written}}}}}')

    assert is_strictly_equal(shown(answer)["user_metadata"]["value"], read)
    assert is_strictly_equal(User.objects.get().user_metadata["value"], read)


def test_names_may_be_any_text_without_dot_and_dollar(having):
    patch = {"a b": 1, "é": 2, "🏄": 3, "a-b/c[0]": 4, "__proto__": 5, " ": 6, "'\"\\": 7}

    assert having("user_metadata", ..., patch) == patch


def test_both_documents_are_changed_by_one_request(shop, jane):
    shop.patch(at(jane), {"user_metadata": {"a": 1}, "app_metadata": {"b": 2}})

    now = User.objects.get()
    assert now.user_metadata == {"hobby": "surfing", "a": 1}
    assert now.app_metadata == {"plan": "full", "b": 2}
    assert (now.user_metadata_version, now.app_metadata_version, now.version) == (2, 2, 2)


@pytest.mark.parametrize(
    "bad",
    [
        {"app_metadata": {"a.b": 1}},
        {"app_metadata": {"user_id": 1}},
        {"app_metadata": []},
        {"email": "stranger@example.com"},
        {"name": ""},
        {"password": "12345678"},
    ],
    ids=json.dumps,
)
def test_or_nothing_is_when_one_part_is_refused(shop, jane, stranger, bad):
    body = {"user_metadata": {"hobby": "sailing"}, "blocked": True, **bad}

    assert problem(shop.patch(at(jane), body))[0] == 400

    now = User.objects.get(pk=jane.pk)
    assert (now.user_metadata, now.app_metadata) == ({"hobby": "surfing"}, {"plan": "full"})
    assert (now.blocked, now.version, now.changes.count()) == (None, 1, 1)


@documents
def test_a_document_may_not_grow_past_the_limit_by_patches(shop, jane, settings, document):
    settings.METADATA_MAX_BYTES = 1024
    assert shop.patch(at(jane), {document: {"a": "x" * 600}}).status_code == 200

    status, message, code = problem(shop.patch(at(jane), {document: {"b": "x" * 600}}))

    assert (status, code) == (413, "payload_too_large")
    assert message.startswith(f"{document}: 1,")
    assert "b" not in getattr(User.objects.get(), document)


@documents
def test_a_document_that_has_grown_large_is_taken_with_a_warning(shop, jane, document):
    response = shop.patch(at(jane), {document: {"a": "x" * 11_000}})

    assert document in response["Warning"]
    assert "Warning" not in shop.patch(at(jane), {document: {"a": "x"}})


@pytest.mark.parametrize(
    ("document", "patch", "expected"),
    [
        (
            "user_metadata",
            {"a": {"b.c": 1}},
            "'a field name must not contain a dot; nest the field instead'"
            ' on property user_metadata.a."b.c".',
        ),
        (
            "app_metadata",
            {"user_id": None},
            "'this name is reserved at the first level of app_metadata; rename or nest it'"
            " on property app_metadata.user_id.",
        ),
        (
            "app_metadata",
            None,
            "'Expected type object but found type null' on property app_metadata"
            " (What the user may not edit and what changes their access, such as a plan).",
        ),
    ],
    ids=["dot", "reserved", "null"],
)
def test_the_rules_hold_in_a_patch_too(shop, jane, unchanged, document, patch, expected):
    assert problem(shop.patch(at(jane), {document: patch})) == invalid_body(expected)
    assert unchanged()


def test_what_changes_nothing_is_not_recorded(shop, jane, unchanged):
    response = shop.patch(at(jane), {"user_metadata": {"hobby": "surfing", "gone": None}})

    assert response.status_code == 200
    assert unchanged()
    assert Change.objects.count() == 1


def test_the_record_says_who_changed_what_in_which_request(shop, jane):
    shop.patch(at(jane), {"app_metadata": {"plan": "free"}}, **{"X-Request-ID": "ticket-7"})

    line = jane.changes.first()
    assert (line.what, line.keys) == ("app_metadata", {"plan": {"before": "full", "after": "free"}})
    assert (line.face, line.actor_kind, line.actor_name, line.request_id) == (
        "api",
        "client",
        "Shop",
        "ticket-7",
    )
