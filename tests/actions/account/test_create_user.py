"""Making an account."""

from __future__ import annotations

import pytest

from tests.admin.conftest import staff_with as staff_with
from users.actions.account.create_user import create_user
from users.actions.errors import DuplicateField, NotSupported, WeakPassword
from users.metadata.errors import MetadataError
from users.models import Change, Connection, User
from users.representation.validation import FieldError
from users.rights.actor import command_actor, owner_actor, staff_actor
from users.rights.errors import Denied

SHELL = command_actor("tests")


@pytest.fixture
def create(connection):
    def make(**given):
        given = {"actor": SHELL, "profile": {"email": "ada@example.com"}} | given
        return create_user(connection, **given)

    return make


def test_an_account_begins_with_what_was_given(create):
    profile = {"email": "Ada@Example.com", "email_verified": True, "name": "Ada", "blocked": False}

    create(profile=profile, user_metadata={"a": 1}, app_metadata={"b": [2]}, password="correct horse battery")

    ada = User.objects.get()
    assert (ada.email, ada.email_verified, ada.name, ada.blocked) == ("ada@example.com", True, "Ada", False)
    assert (ada.user_metadata, ada.app_metadata) == ({"a": 1}, {"b": [2]})
    assert ada.check_password("correct horse battery")


@pytest.mark.parametrize(
    "profile", [{}, {"email": None}, {"name": "Ada"}, {"email": None, "username": None}], ids=str
)
def test_a_user_whom_nothing_identifies_is_refused(create, profile):
    with pytest.raises(FieldError, match="needs an email"):
        create(profile=profile)

    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("documents", "versions"),
    [
        pytest.param({}, (0, 0, 1), id="no document"),
        pytest.param({"user_metadata": {"a": 1}}, (1, 0, 1), id="one"),
        pytest.param({"user_metadata": {"a": 1}, "app_metadata": {"a": 1}}, (1, 1, 1), id="both"),
    ],
)
def test_versions_begin(create, documents, versions):
    ada = create(**documents)

    assert (ada.user_metadata_version, ada.app_metadata_version, ada.version) == versions


def test_nulls_at_the_first_level_are_not_stored(create):
    assert create(user_metadata={"a": None, "b": {"c": None}}).user_metadata == {"b": {"c": None}}


def test_nobody_signs_in_to_an_account_without_a_password(create):
    ada = create()

    assert not ada.has_usable_password()
    assert not ada.check_password("")


def test_the_account_was_last_updated_when_it_was_created(create):
    ada = create()

    assert ada.updated_at == ada.created_at == Change.objects.get().at


def test_its_creation_is_recorded_without_the_password(create, actor_of):
    ada = create(
        actor=actor_of("create:users"),
        profile={"email": "ada@example.com", "blocked": True, "picture": "https://example.com/ada"},
        user_metadata={"a": 1},
        password="correct horse battery",
        reason="signed up",
    )

    change = Change.objects.get()
    assert (change.user, change.subject, change.what, change.reason) == (
        ada,
        ada.user_id,
        "created",
        "signed up",
    )
    assert (change.actor_kind, change.actor_id, change.face) == ("client", "client-1", "api")
    assert change.keys == {
        "email": {"after": "ada@example.com"},
        "email_verified": {"after": False},
        "blocked": {"after": True},
        "picture": {"after": "https://example.com/ada"},
        "user_metadata": {"after": {"a": 1}},
    }


@pytest.mark.parametrize(
    ("given", "error"),
    [
        pytest.param({"profile": {"email": "no address"}}, FieldError, id="a bad address"),
        pytest.param(
            {"profile": {"email": "x@example.com", "user_id": "auth0|x"}}, FieldError, id="a read-only field"
        ),
        pytest.param({"app_metadata": {"user_id": 1}}, MetadataError, id="a reserved name"),
        pytest.param({"user_metadata": {"a": {"b.c": 1}}}, MetadataError, id="a dotted name"),
        pytest.param({"password": "password"}, WeakPassword, id="a common password"),
        pytest.param({"password": "ada@example.com"}, WeakPassword, id="a password like the address"),
        pytest.param(
            {"profile": {"email": "x@example.com", "username": "x"}}, NotSupported, id="a user name"
        ),
        pytest.param({"profile": {"email": "TAKEN@example.com"}}, DuplicateField, id="a taken address"),
        pytest.param({"bare_id": "taken"}, DuplicateField, id="a taken id"),
    ],
)
def test_a_bad_account_is_not_made(create, make_user, given, error):
    make_user("taken", bare_id="taken")
    before = User.objects.count(), Change.objects.count()

    with pytest.raises(error):
        create(**given)

    assert (User.objects.count(), Change.objects.count()) == before


@pytest.mark.parametrize("field", ["email", "user_id"])
def test_what_is_taken_is_named(create, make_user, field):
    make_user("taken", bare_id="taken")

    with pytest.raises(DuplicateField) as caught:
        create(
            **({"bare_id": "taken"} if field == "user_id" else {"profile": {"email": "taken@example.com"}})
        )

    assert caught.value.field == field


def test_clients_with_the_scope_support_leads_and_the_shell_create_users(
    create, actor_of, supporter, agent, jane
):
    for actor in (actor_of("update:users"), staff_actor(supporter), owner_actor(jane)):
        with pytest.raises(Denied):
            create(actor=actor)

    create(actor=actor_of("create:users"))
    create(actor=staff_actor(agent), profile={"email": "grace@example.com"}, app_metadata={"plan": "full"})


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"app_metadata": {"plan": "full"}}, "change app_metadata"),
        ({"user_metadata": {"a": 1}}, "change user_metadata"),
        ({"profile": {"email": "a@example.com", "email_verified": True}}, "change how an account signs in"),
        ({"profile": {"email": "a@example.com", "blocked": True}}, "block users"),
        ({"profile": {"email": "a@example.com", "name": "Ada", "nickname": "A"}}, ""),
    ],
    ids=str,
)
def test_staff_set_only_fields_of_a_new_user_that_they_may_change(create, staff_with, given, refused):
    actor = staff_actor(staff_with("view_user", "create_user"))

    if not refused:
        assert create(actor=actor, **given)
        return
    with pytest.raises(Denied, match=refused):
        create(actor=actor, **given)
    assert not User.objects.filter(email="a@example.com").exists()


def test_a_connection_that_is_no_database_takes_no_accounts(db):
    elsewhere = Connection.objects.create(name="staff-directory", strategy="samlp")

    with pytest.raises(NotSupported, match="Connection does not support user creation through the API"):
        create_user(elsewhere, actor=SHELL, profile={"email": "x@example.com"})


def test_making_an_account_costs_few_queries(create, django_assert_num_queries):
    # Two savepoints, of two statements each, and the two rows.
    with django_assert_num_queries(6):
        create(user_metadata={"a": 1})
