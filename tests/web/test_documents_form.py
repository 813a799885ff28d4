"""The form of the documents by itself: what it makes of the text that comes back."""

from __future__ import annotations

import pytest

from users.actions.account.documents import Replace
from users.actions.errors import Conflict
from users.metadata.errors import MetadataError
from users.models import User
from users.web.documents_form import DocumentsForm, digest, document_text

BOTH = ("user_metadata", "app_metadata")


@pytest.fixture
def jane() -> User:
    """Never stored: the form asks nothing of the database."""
    return User(
        user_metadata={"hobby": "surfing"},
        user_metadata_version=3,
        app_metadata={"plan": "full"},
        app_metadata_version=7,
    )


def sent(user: User, **changed: str) -> dict[str, str]:
    """What an untouched form sends, with what was changed."""
    form = DocumentsForm(user, BOTH)
    return {field.html_name: str(field.value() or "") for field in form} | changed


@pytest.mark.parametrize(
    "variant",
    [
        lambda text: text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text + "\n",
        lambda text: "\r\n" + text,
    ],
    ids=["as shown", "line ends of browsers", "a line end added", "a line end before"],
)
def test_an_untouched_box_writes_nothing_whatever_its_line_ends(jane, variant):
    form = DocumentsForm(jane, BOTH, sent(jane, user_metadata=variant(document_text(jane, "user_metadata"))))

    assert form.is_valid()
    assert form.writes == {}


def test_a_changed_text_becomes_a_replacement_of_the_version_that_was_opened(jane):
    form = DocumentsForm(jane, BOTH, sent(jane, app_metadata='{"plan": "pro"}'))

    assert form.is_valid()
    assert form.writes == {"app_metadata": Replace({"plan": "pro"}, 7)}


def test_the_version_is_the_one_sent_not_the_one_stored_now(jane):
    data = sent(jane, app_metadata='{"plan": "pro"}')
    jane.app_metadata_version = 9

    form = DocumentsForm(jane, BOTH, data)
    form.is_valid()

    assert form.writes["app_metadata"].opened_version == 7


def test_only_named_documents_are_read(jane):
    form = DocumentsForm(jane, ("user_metadata",), sent(jane, app_metadata='{"plan": "pro"}'))

    assert form.is_valid()
    assert form.writes == {}
    assert set(form.fields) == {"user_metadata", "user_metadata_version", "user_metadata_opened"}


@pytest.mark.parametrize("missing", ["user_metadata_version", "user_metadata"])
def test_a_box_without_its_companion_is_no_box(jane, missing):
    data = sent(jane, user_metadata='{"hobby": "chess"}')
    del data[missing]

    form = DocumentsForm(jane, BOTH, data)

    assert not form.is_valid()
    assert "user_metadata" in form.errors
    assert "user_metadata" not in form.writes


def test_without_the_digest_the_text_counts_as_changed(jane):
    data = sent(jane)
    del data["user_metadata_opened"]

    form = DocumentsForm(jane, BOTH, data)

    assert form.is_valid()
    assert form.writes == {"user_metadata": Replace({"hobby": "surfing"}, 3)}


def test_each_faulty_document_has_its_own_error(jane):
    form = DocumentsForm(jane, BOTH, sent(jane, user_metadata="{", app_metadata='{"blocked": 1}'))

    assert not form.is_valid()
    assert "line 1, column 2" in form.errors["user_metadata"][0]
    assert "app_metadata.blocked: this name is reserved" in form.errors["app_metadata"][0]


def test_an_error_of_the_write_path_lands_at_its_document(jane):
    form = DocumentsForm(jane, BOTH, sent(jane))
    form.is_valid()

    form.add_metadata_error(MetadataError(("a",), "no good", document="app_metadata"))

    assert form.errors == {"app_metadata": ["app_metadata.a: no good"]}


@pytest.mark.django_db
def test_after_a_conflict_the_form_holds_mine_theirs_and_their_version(jane):
    form = DocumentsForm(
        jane, BOTH, sent(jane, app_metadata='{"plan":  "mine"}', reason="Why"), has_reason=True
    )
    form.is_valid()
    jane.app_metadata, jane.app_metadata_version = {"plan": "theirs"}, 8

    again = form.merge_conflict(jane, Conflict(("app_metadata",)))

    box = again.boxes()[1]
    assert box["field"].value() == '{"plan":  "mine"}'
    assert box["theirs"] == '{\n  "plan": "theirs"\n}'
    assert box["version"].value() == "8"
    assert box["opened"].value() == digest('{\n  "plan": "theirs"\n}')
    assert again["reason"].value() == "Why"
    assert again.boxes()[0]["theirs"] is None
    assert again.errors.keys() == {"app_metadata"}


def test_a_document_never_set_is_shown_as_an_empty_one():
    assert document_text(User(), "app_metadata") == "{}"


@pytest.mark.parametrize(("left", "right"), [("a\nb", "a\r\nb"), ("a", "a\n"), ("", "\r\n")])
def test_digests_are_blind_to_line_ends(left, right):
    assert digest(left) == digest(right)


@pytest.mark.parametrize(
    ("left", "right"), [("a", "b"), ("a b", "a  b"), ("a", " a"), ("1", "1.0"), ("é", "e\u0301")]
)
def test_digests_are_blind_to_nothing_else(left, right):
    assert digest(left) != digest(right)


def test_a_digest_of_half_a_character_is_no_error():
    assert digest("\ud800")
