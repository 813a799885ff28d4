"""Ids, the first connection, and addresses without regard to case."""

from __future__ import annotations

import re

import pytest
from django.db import IntegrityError, transaction

from users.actions.account.create_user import create_user
from users.actions.account.edit_user import Edit, edit_user
from users.actions.errors import DuplicateField
from users.models import Connection, User
from users.models.write_guard import allow_account_writes
from users.rights.actor import command_actor

SHELL = command_actor("tests")
FOLDED = ("email", "name", "nickname", "given_name", "family_name")


def test_a_user_id_is_the_provider_and_24_hex_digits(make_user):
    ids = {make_user().user_id for _ in range(20)}

    assert len(ids) == 20
    assert all(re.fullmatch(r"auth0\|[0-9a-f]{24}", user_id) for user_id in ids)


def test_a_given_id_follows_the_provider(make_user):
    ada = make_user("ada", bare_id="ada")

    assert (ada.user_id, ada.provider, ada.bare_id) == ("auth0|ada", "auth0", "ada")


def test_only_the_first_pipe_parts_provider_and_id():
    assert User(user_id="samlp|staff|ada").bare_id == "staff|ada"


def test_every_installation_begins_with_one_database_connection(db):
    connection = Connection.objects.get()

    assert (connection.name, connection.strategy) == ("Username-Password-Authentication", "auth0")
    assert re.fullmatch(r"con_[A-Za-z0-9]{16}", connection.connection_id)


@pytest.mark.parametrize(
    ("one", "another"),
    [
        pytest.param("jane@example.com", "JANE@Example.COM", id="plain letters"),
        pytest.param("josé@example.com", "JOSÉ@example.com", id="an accent"),
        pytest.param("josé@example.com", "jose\N{COMBINING ACUTE ACCENT}@example.com", id="two code points"),
        pytest.param("οδος@example.com", "ΟΔΟΣ@example.com", id="sigma at the end"),
    ],
)
def test_an_address_belongs_to_one_account_of_a_connection(make_user, one, another):
    make_user(email=one)

    with pytest.raises(DuplicateField) as caught:
        make_user(email=another)

    assert caught.value.field == "email"
    assert User.objects.by_email(another).count() == 1


def test_the_database_itself_refuses_a_second_account_of_an_address(make_user, connection):
    make_user(email="josé@example.com")

    with pytest.raises(IntegrityError), transaction.atomic(), allow_account_writes():
        User(connection=connection, email="JOSÉ@example.com").save()


def test_another_connection_may_have_the_address_too(jane):
    elsewhere = Connection.objects.create(name="elsewhere")

    create_user(elsewhere, actor=SHELL, profile={"email": jane.email})

    assert User.objects.by_email(jane.email).count() == 2


def test_many_accounts_may_lack_an_address(make_user):
    for _ in range(3):
        make_user(email=None, phone_number="+491")

    assert User.objects.filter(email__isnull=True).count() == 3


def test_the_address_is_kept_in_lower_case(make_user):
    assert make_user(email="José.ÉLAN@Example.COM").email == "josé.élan@example.com"


def test_accounts_are_found_by_address_whatever_its_case(make_user):
    jose = make_user(email="josé@example.com")

    assert User.objects.by_email("JOSÉ@EXAMPLE.COM").get() == jose


@pytest.mark.parametrize("field", FOLDED)
def test_the_folded_twin_follows_its_field(make_user, field):
    one, another = ("É@example.com", "Ö@example.com") if field == "email" else ("É", "Ö")
    user = make_user("somebody", **{field: one})
    assert getattr(user, f"{field}_folded") == one.lower()

    edit_user(user, Edit(profile={field: another}), actor=SHELL)
    user.refresh_from_db()
    assert getattr(user, f"{field}_folded") == another.lower()

    with allow_account_writes():
        setattr(user, field, None)
        user.save_columns([field])
    user.refresh_from_db()
    assert (getattr(user, field), getattr(user, f"{field}_folded")) == (None, None)


def test_a_folded_name_of_full_length_fits_its_column(make_user):
    longest = "\ufb03" * 300  # a ligature that folds to three letters

    assert make_user(name=longest).name_folded == "ffi" * 300


@pytest.mark.parametrize(
    "email",
    [
        pytest.param("\u0958" * 60 + "@" + ".".join(["e" * 60] * 3) + ".com", id="grows in NFC"),
        pytest.param("\u0130" * 60 + "@" + ".".join(["e" * 60] * 3) + ".com", id="grows in lower case"),
    ],
)
def test_an_address_that_grows_is_refused_in_words_or_fits(make_user, email):
    try:
        user = make_user(email=email)
    except ValueError:
        return

    assert len(user.email) <= User._meta.get_field("email").max_length
    assert len(user.email_folded) <= User._meta.get_field("email_folded").max_length


def test_the_text_of_an_account_is_what_people_know_it_by():
    assert str(User(email="jane@example.com", name="Jane", user_id="auth0|1")) == "jane@example.com"
    assert str(User(name="Jane", user_id="auth0|1")) == "Jane"
    assert str(User(user_id="auth0|1")) == "auth0|1"
