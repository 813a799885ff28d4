"""Changing an account: whole or not at all, only what changed, and never past someone else."""

from __future__ import annotations

import pytest

from tests.conftest import again
from users.actions.account.block_user import block_user, unblock_user
from users.actions.account.delete_user import delete_user
from users.actions.account.documents import Patch, Replace
from users.actions.account.edit_user import Edit, edit_user
from users.actions.errors import (
    Conflict,
    DuplicateField,
    InvalidCombination,
    NotSupported,
    StaleVersion,
    UserNotFound,
    WeakPassword,
)
from users.metadata.equal import is_strictly_equal
from users.metadata.errors import MetadataError, TooLarge
from users.models import Change, Connection, User
from users.representation.validation import FieldError
from users.rights.actor import command_actor, owner_actor, staff_actor
from users.rights.errors import Denied

SHELL = command_actor("tests")
ROW = {"version", "updated_at"}


def patch(**documents):
    return Edit(documents={name: Patch(value) for name, value in documents.items()})


def replace(version, **documents):
    return Edit(documents={name: Replace(value, version) for name, value in documents.items()})


def everything(user):
    """The whole row and how many lines of the record there are."""
    row = User.objects.filter(pk=user.pk).values().get()
    return row, Change.objects.count()


@pytest.mark.parametrize(
    ("edit", "columns"),
    [
        pytest.param(
            patch(user_metadata={"a": 1}), {"user_metadata", "user_metadata_version"}, id="a document"
        ),
        pytest.param(
            patch(user_metadata={"a": 1}, app_metadata={"a": 1}),
            {"user_metadata", "user_metadata_version", "app_metadata", "app_metadata_version"},
            id="both documents",
        ),
        pytest.param(
            patch(user_metadata={"a": 1}, app_metadata={"plan": "full"}),
            {"user_metadata", "user_metadata_version"},
            id="both documents, one of them as it was",
        ),
        pytest.param(
            Edit(profile={"name": "J. Doe"}), {"name", "name_folded", "words"}, id="a name with its twin"
        ),
        pytest.param(
            Edit(profile={"name": "Jane Doe", "nickname": "jd"}),
            {"nickname", "nickname_folded", "words"},
            id="two names, one of them as it was",
        ),
        pytest.param(Edit(profile={"picture": "https://example.com/j.png"}), {"picture"}, id="a picture"),
        pytest.param(
            Edit(profile={"email": "j@example.com"}),
            {"email", "email_folded", "words"},
            id="an unverified address",
        ),
        pytest.param(
            Edit(profile={"blocked": True}), {"blocked", "session_epoch", "tokens_valid_from"}, id="a block"
        ),
        pytest.param(
            Edit(password="a quite new password"),
            {"password", "last_password_reset", "session_epoch", "tokens_valid_from"},
            id="a password",
        ),
    ],
)
def test_only_touched_columns_are_saved(jane, watching, edit, columns):
    with watching() as written:
        edit_user(jane, edit, actor=SHELL)

    assert written.columns == columns | ROW
    notice = ["users_job"] if "email" in columns else []
    assert written.tables == ["users_user", "users_change", *notice]


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(Edit(), id="nothing asked"),
        pytest.param(Edit(profile={"name": "Jane Doe"}), id="the same name"),
        pytest.param(Edit(profile={"email": "JANE.Doe@Example.com"}), id="the same address in other case"),
        pytest.param(Edit(profile={"email_verified": False}), id="the same switch"),
        pytest.param(Edit(profile={"nickname": None}), id="clearing what was never set"),
        pytest.param(patch(user_metadata={"hobby": "surfing"}), id="a patch of what is there"),
        pytest.param(patch(user_metadata={"height": None}), id="removing a key that is not there"),
        pytest.param(replace(1, app_metadata={"plan": "full"}), id="the same document"),
        pytest.param(replace(0, app_metadata={"plan": "full"}), id="the same document, opened long ago"),
    ],
)
def test_where_nothing_changes_nothing_is_written(jane, watching, edit):
    with watching() as written:
        edit_user(jane, edit, actor=SHELL)

    assert written.tables == []


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(patch(app_metadata={}), id="wiping app_metadata"),
        pytest.param(patch(app_metadata={"plan": None}), id="removing a key from app_metadata"),
        pytest.param(patch(user_metadata={"plan": None}), id="removing a key from user_metadata"),
        pytest.param(replace(0, user_metadata={}, app_metadata={}), id="replacing nothing by nothing"),
    ],
)
def test_taking_from_a_document_never_set_writes_nothing(stranger, watching, edit):
    with watching() as written:
        edit_user(stranger, edit, actor=SHELL)

    assert written.tables == []


@pytest.mark.parametrize(
    ("edit", "raised"),
    [
        pytest.param(patch(user_metadata={"a": 1}), (1, 0, 1), id="user_metadata"),
        pytest.param(patch(app_metadata={"a": 1}), (0, 1, 1), id="app_metadata"),
        pytest.param(patch(user_metadata={"a": 1, "b": 2}, app_metadata={"a": 1}), (1, 1, 1), id="both"),
        pytest.param(replace(1, user_metadata={}), (1, 0, 1), id="a replacement"),
        pytest.param(patch(user_metadata={}), (1, 0, 1), id="a wipe"),
        pytest.param(Edit(profile={"name": "J", "nickname": "j"}), (0, 0, 1), id="names"),
        pytest.param(Edit(password="a quite new password"), (0, 0, 1), id="a password"),
        pytest.param(
            Edit(profile={"name": "J"}, documents={"app_metadata": Patch({"a": 1})}),
            (0, 1, 1),
            id="a mixture",
        ),
        pytest.param(Edit(), (0, 0, 0), id="nothing"),
    ],
)
def test_versions_rise_by_one_for_what_changed(jane, edit, raised):
    def versions():
        now = again(jane)
        return now.user_metadata_version, now.app_metadata_version, now.version

    before = versions()

    edit_user(jane, edit, actor=SHELL)

    assert tuple(new - old for old, new in zip(before, versions(), strict=True)) == raised


@pytest.mark.parametrize(
    ("edit", "user_metadata", "app_metadata"),
    [
        pytest.param(
            patch(user_metadata={"height": 170}),
            {"hobby": "surfing", "height": 170},
            {"plan": "full"},
            id="merge",
        ),
        pytest.param(
            patch(user_metadata={"hobby": None}), {}, {"plan": "full"}, id="null removes, and leaves {}"
        ),
        pytest.param(patch(user_metadata={}, app_metadata={}), {}, None, id="an empty patch wipes"),
        pytest.param(replace(1, user_metadata={"a": None}), {"a": None}, {"plan": "full"}, id="replace"),
        pytest.param(
            replace(1, user_metadata={}, app_metadata={}), {}, None, id="an empty replacement wipes"
        ),
    ],
)
def test_the_documents_afterwards(jane, edit, user_metadata, app_metadata):
    edit_user(jane, edit, actor=SHELL)

    assert (again(jane).user_metadata, again(jane).app_metadata) == (user_metadata, app_metadata)


def test_a_change_of_type_alone_is_a_change(make_user):
    user = make_user("counter", user_metadata={"n": 1})

    edit_user(user, patch(user_metadata={"n": 1.0}), actor=SHELL)
    edit_user(user, patch(user_metadata={"n": True}), actor=SHELL)

    assert is_strictly_equal(again(user).user_metadata, {"n": True})
    assert again(user).user_metadata_version == 3


def test_the_account_that_is_returned_is_the_one_in_the_database(jane):
    opened = again(jane)
    edit_user(jane, Edit(profile={"name": "Meanwhile"}), actor=SHELL)

    returned = edit_user(opened, patch(user_metadata={"a": 1}), actor=SHELL)

    assert returned.name == "Meanwhile"
    assert returned.user_metadata == again(jane).user_metadata == {"hobby": "surfing", "a": 1}
    assert returned.version == again(jane).version


def test_updated_at_moves_with_the_row_and_is_the_moment_of_the_record(jane):
    returned = edit_user(jane, Edit(profile={"name": "J"}), actor=SHELL)

    assert returned.updated_at == jane.changes.first().at > jane.updated_at


# Outdated versions


@pytest.mark.parametrize(
    ("versions", "outdated"),
    [
        pytest.param({"user_metadata": 0, "app_metadata": 1}, ("user_metadata",), id="one of two"),
        pytest.param({"user_metadata": 0, "app_metadata": 0}, ("user_metadata", "app_metadata"), id="both"),
        pytest.param({"app_metadata": 7}, ("app_metadata",), id="a version yet to come"),
    ],
)
def test_a_replacement_of_an_outdated_version_writes_nothing_and_names_the_documents(
    jane, versions, outdated
):
    before = everything(jane)
    writes = {document: Replace({"mine": 1}, version) for document, version in versions.items()}

    with pytest.raises(Conflict) as caught:
        edit_user(jane, Edit(profile={"name": "Mine"}, documents=writes), actor=SHELL)

    assert caught.value.documents == outdated
    assert everything(jane) == before


def test_a_change_of_the_other_document_is_no_conflict(jane):
    edit_user(jane, patch(app_metadata={"plan": "free"}), actor=SHELL)

    edit_user(jane, replace(1, user_metadata={"hobby": "chess"}), actor=SHELL)

    assert again(jane).app_metadata == {"plan": "free"}
    assert again(jane).user_metadata == {"hobby": "chess"}


def test_what_somebody_else_has_already_written_just_so_is_no_conflict(jane):
    edit_user(jane, replace(1, user_metadata={"a": [1]}), actor=SHELL)
    before = everything(jane)

    edit_user(jane, replace(1, user_metadata={"a": [1]}), actor=SHELL)
    with pytest.raises(Conflict):
        edit_user(jane, replace(1, user_metadata={"a": [1.0]}), actor=SHELL)

    assert everything(jane) == before


def test_a_row_at_another_version_than_expected_is_left_alone(jane):
    before = everything(jane)

    for known in ({jane.version - 1}, {jane.version + 1}, {0, 7}, set()):
        with pytest.raises(StaleVersion):
            edit_user(jane, Edit(profile={"name": "J"}, expected_versions=frozenset(known)), actor=SHELL)

    assert everything(jane) == before


def test_a_row_at_one_of_the_versions_expected_is_written(jane):
    edit_user(jane, Edit(profile={"name": "J"}, expected_versions=frozenset({jane.version, 7})), actor=SHELL)

    assert again(jane).name == "J"


# All or nothing


@pytest.mark.parametrize(
    ("edit", "error"),
    [
        pytest.param(
            patch(user_metadata={"a": 1}, app_metadata={"email": 1}), MetadataError, id="a reserved name"
        ),
        pytest.param(
            patch(app_metadata={"a": 1}, user_metadata={"a.b": 1}), MetadataError, id="a dotted name"
        ),
        pytest.param(
            Edit(profile={"name": "J"}, documents={"user_metadata": Patch([])}), MetadataError, id="a list"
        ),
        pytest.param(
            Edit(documents={"user_metadata": Patch({"a": 1})}, password="short"),
            WeakPassword,
            id="a weak password",
        ),
        pytest.param(
            Edit(profile={"email": "Taken@example.com"}, documents={"user_metadata": Patch({"a": 1})}),
            DuplicateField,
            id="a taken address",
        ),
        pytest.param(
            Edit(profile={"email": "no address"}, documents={"user_metadata": Patch({"a": 1})}),
            FieldError,
            id="a bad address",
        ),
        pytest.param(
            Edit(profile={"name": "J", "username": "jane"}),
            NotSupported,
            id="a user name where there are none",
        ),
        pytest.param(Edit(profile={"name": "J", "plan": "full"}), FieldError, id="an unknown field"),
    ],
)
def test_one_bad_part_leaves_the_rest_unwritten(jane, make_user, edit, error):
    make_user("taken")
    before = everything(jane)

    with pytest.raises(error):
        edit_user(jane, edit, actor=SHELL)

    assert everything(jane) == before


def test_one_document_that_one_may_not_write_leaves_the_other_unwritten(jane, supporter):
    before = everything(jane)

    for actor in (staff_actor(supporter), owner_actor(jane)):
        with pytest.raises(Denied, match="You may not change app_metadata"):
            edit_user(jane, patch(user_metadata={"a": 1}, app_metadata={"a": 1}), actor=actor)

    assert everything(jane) == before


def test_rights_come_before_rules_so_that_a_refusal_tells_nothing(jane):
    with pytest.raises(Denied):
        edit_user(jane, Edit(documents={"app_metadata": Replace([], 99)}), actor=owner_actor(jane))


def test_a_document_may_not_grow_beyond_the_limit_patch_by_patch(jane, settings):
    settings.METADATA_MAX_BYTES = 1024
    edit_user(jane, patch(user_metadata={"a": "x" * 600}), actor=SHELL)

    with pytest.raises(TooLarge):
        edit_user(jane, patch(user_metadata={"b": "x" * 600}), actor=SHELL)

    assert "b" not in again(jane).user_metadata


# Combinations


@pytest.mark.parametrize(
    ("profile", "password", "text"),
    [
        ({"email": "j@example.com"}, True, "Cannot update password and email simultaneously"),
        ({"email_verified": True}, True, "Cannot update password and email_verified simultaneously"),
        (
            {"username": "j", "email": "j@example.com"},
            False,
            "Cannot update username and email simultaneously",
        ),
        (
            {"username": "j", "email_verified": True},
            False,
            "Cannot update username and email_verified simultaneously",
        ),
        ({"username": "j"}, True, "Cannot update username and password simultaneously"),
    ],
)
def test_what_cannot_change_together_is_refused_in_these_words(jane, profile, password, text):
    before = everything(jane)

    with pytest.raises(InvalidCombination) as caught:
        edit_user(
            jane, Edit(profile=profile, password="a quite new password" if password else None), actor=SHELL
        )

    assert str(caught.value) == text
    assert everything(jane) == before


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(
            Edit(profile={"email": "j@example.com", "email_verified": True}), id="address and switch"
        ),
        pytest.param(
            Edit(documents={"user_metadata": Patch({"a": 1})}, password="a quite new password"),
            id="password and document",
        ),
    ],
)
def test_these_change_together(jane, edit):
    edit_user(jane, edit, actor=SHELL)

    assert again(jane).version == jane.version + 1


# What follows from a field


@pytest.mark.parametrize(
    ("profile", "verified"),
    [
        pytest.param({"email": "new@example.com"}, False, id="a new address"),
        pytest.param(
            {"email": "new@example.com", "email_verified": True}, True, id="a new one, said verified"
        ),
        pytest.param({"email": "VERIFIED@example.com"}, True, id="the same address in other case"),
        pytest.param({"name": "New"}, True, id="another field"),
    ],
)
def test_a_new_address_is_unverified_unless_said_otherwise(make_user, profile, verified):
    user = make_user("verified", email_verified=True)

    edit_user(user, Edit(profile=profile), actor=SHELL)

    assert again(user).email_verified is verified


@pytest.mark.parametrize(
    ("profile", "verified"),
    [
        pytest.param({"phone_number": "+4922222"}, False, id="a new number"),
        pytest.param(
            {"phone_number": "+4922222", "phone_verified": True}, True, id="a new one, said verified"
        ),
        pytest.param({"phone_number": None}, False, id="no number"),
        pytest.param({"phone_number": "+4911111"}, True, id="the same number"),
    ],
)
def test_a_new_phone_number_is_unverified_unless_said_otherwise(make_user, profile, verified):
    user = make_user("caller", phone_number="+4911111", phone_verified=True)

    edit_user(user, Edit(profile=profile), actor=SHELL)

    assert again(user).phone_verified is verified


def test_a_block_ends_every_session_and_lifting_it_revives_none(jane):
    before = jane.get_session_auth_hash()

    blocked = block_user(jane, actor=SHELL)
    blocked_again = block_user(jane, actor=SHELL)
    lifted = unblock_user(jane, actor=SHELL)

    assert [user.session_epoch for user in (jane, blocked, blocked_again, lifted)] == [0, 1, 1, 1]
    assert (blocked.is_active, lifted.is_active, lifted.blocked) == (False, True, False)
    assert lifted.get_session_auth_hash() != before


def test_a_block_keeps_its_reason(jane, agent):
    block_user(jane, actor=staff_actor(agent), reason="spam")

    change = jane.changes.first()
    assert (change.reason, change.keys) == ("spam", {"blocked": {"before": None, "after": True}})


def test_a_user_name_where_there_are_user_names_is_kept_in_lower_case(jane):
    Connection.objects.update(options={"requires_username": True})

    edit_user(jane, Edit(profile={"username": "Jane"}), actor=SHELL)

    assert (again(jane).username, again(jane).username_folded) == ("jane", "jane")


@pytest.mark.parametrize("username", ["a" * 16, "jane@example.com"])
def test_a_user_name_the_connection_does_not_take_is_refused(jane, username):
    Connection.objects.update(options={"requires_username": True})

    with pytest.raises(FieldError, match="on property username"):
        edit_user(jane, Edit(profile={"username": username}), actor=SHELL)

    assert again(jane).username is None


def test_how_long_a_user_name_may_be_is_the_connections_to_say(jane):
    Connection.objects.update(options={"requires_username": True, "validation": {"username": {"max": 16}}})

    assert edit_user(jane, Edit(profile={"username": "a" * 16}), actor=SHELL).username == "a" * 16


def test_a_user_name_belongs_to_one_account(jane, stranger):
    Connection.objects.update(options={"requires_username": True})
    edit_user(jane, Edit(profile={"username": "jane"}), actor=SHELL)

    with pytest.raises(DuplicateField) as caught:
        edit_user(stranger, Edit(profile={"username": "JANE"}), actor=SHELL)

    assert caught.value.field == "username"


def test_what_is_taken_is_told_by_the_constraint_and_not_by_the_value(jane, stranger):
    Connection.objects.update(options={"requires_username": True})
    edit_user(jane, Edit(profile={"username": "user_email_once"}), actor=SHELL)

    with pytest.raises(DuplicateField) as caught:
        edit_user(stranger, Edit(profile={"username": "user_email_once"}), actor=SHELL)

    assert caught.value.field == "username"


@pytest.mark.parametrize(
    ("strategy", "options"),
    [
        ("auth0", {}),
        ("auth0", {"set_user_root_attributes": "on_each_login"}),
        ("email", {}),
        ("sms", {}),
        ("samlp", {"set_user_root_attributes": "on_first_login"}),
        ("google-oauth2", {"set_user_root_attributes": "never_on_login"}),
    ],
)
def test_names_are_ours_to_change_where_no_provider_writes_them(jane, strategy, options):
    Connection.objects.update(strategy=strategy, options=options)

    assert edit_user(jane, Edit(profile={"name": "J"}), actor=SHELL).name == "J"


@pytest.mark.parametrize("options", [{}, {"set_user_root_attributes": "on_each_login"}])
def test_what_a_provider_writes_at_each_sign_in_is_not(jane, options):
    Connection.objects.update(strategy="samlp", options=options)
    names = {"picture": None, "name": "J", "family_name": "D", "nickname": "J", "given_name": "J"}

    with pytest.raises(NotSupported) as caught:
        edit_user(jane, Edit(profile={"blocked": True, **names}), actor=SHELL)

    assert str(caught.value) == (
        "The following user attributes cannot be updated: family_name, given_name, name, nickname, picture."
        " The connection must either be a database connection (using the Auth0 store), a passwordless"
        " connection (email or sms) or has disabled 'Sync user profile attributes at each login'."
    )
    assert again(jane).name == "Jane Doe"


def test_the_rest_of_a_providers_user_is(jane):
    Connection.objects.update(strategy="samlp")

    edit = Edit(profile={"blocked": True}, documents={"user_metadata": Patch({"name": "J"})})

    assert edit_user(jane, edit, actor=SHELL).blocked


def test_an_account_that_is_gone_is_said_to_be_gone(jane):
    opened = again(jane)
    delete_user(jane, actor=SHELL)

    with pytest.raises(UserNotFound):
        edit_user(opened, Edit(profile={"name": "J"}), actor=SHELL)


# Queries: the two of the savepoint are those of a transaction outside tests.


@pytest.mark.parametrize(
    ("edit", "count"),
    [
        pytest.param(Edit(profile={"name": "Jane Doe"}), 3, id="nothing to do: lock, and the savepoint"),
        pytest.param(patch(user_metadata={"a": 1}), 5, id="a document: update and record besides"),
        pytest.param(
            Edit(
                profile={"name": "J"},
                documents={"user_metadata": Patch({"a": 1}), "app_metadata": Patch({"a": 1})},
            ),
            5,
            id="everything at once costs no more",
        ),
        pytest.param(
            Edit(profile={"email": "j@example.com"}), 8, id="an email: a savepoint of its own, and a notice"
        ),
    ],
)
def test_an_edit_costs_few_queries(jane, django_assert_num_queries, edit, count):
    with django_assert_num_queries(count):
        edit_user(jane, edit, actor=SHELL)


def test_asking_whether_an_account_is_protected_costs_one_query_more(
    jane, actor_of, django_assert_num_queries
):
    with django_assert_num_queries(9):
        edit_user(jane, Edit(profile={"email": "j@example.com"}), actor=actor_of("update:users"))
