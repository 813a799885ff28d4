"""Passwords as the connection wants them, by whichever action they come."""

from __future__ import annotations

import pytest

from users.actions.account.create_user import create_user
from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.actions.errors import CommonPassword, PersonalPassword, WeakPassword
from users.models import Connection, User
from users.rights.actor import command_actor, owner_actor

SHELL = command_actor("tests")
DICTIONARY = {"password_dictionary": {"enable": True, "dictionary": ["Plum-Tart-77"]}}
PERSONAL = {"password_no_personal_info": {"enable": True}}


@pytest.fixture
def asks(jane):
    """The connection asks this from now on: `asks(passwordPolicy="good")`."""

    def write(**options):
        Connection.objects.update(options=options)

    return write


@pytest.fixture
def refused(jane):
    """How Jane's new password is refused: the kind of error and its reasons."""

    def attempt(password, **edit):
        jane_now = User.objects.get(pk=jane.pk)
        with pytest.raises(WeakPassword) as caught:
            edit_user(jane_now, Edit(password=password, **edit), actor=owner_actor(jane_now))
        assert User.objects.get(pk=jane.pk).password == jane.password
        return type(caught.value), caught.value.messages

    return attempt


@pytest.fixture
def taken(jane):
    def attempt(password):
        edit_user(jane, Edit(password=password), actor=owner_actor(jane))
        return User.objects.get(pk=jane.pk).check_password(password)

    return attempt


def test_without_a_policy_djangos_validators_judge(asks, refused):
    asks(requires_username=True)

    kind, messages = refused("12345678")

    assert kind is WeakPassword
    assert messages == ["This password is too common.", "This password is entirely numeric."]


@pytest.mark.parametrize(
    ("policy", "weak", "strong"),
    [
        ("none", "", "1"),
        ("low", "12345", "123456"),
        ("fair", "password", "Passw0rd"),
        ("good", "password", "password-1"),
        ("excellent", "passsword-1", "Password-1"),
    ],
)
def test_with_a_policy_it_alone_judges(asks, refused, taken, policy, weak, strong):
    asks(passwordPolicy=policy)

    assert refused(weak)[0] is WeakPassword
    assert taken(strong)


def test_every_broken_rule_is_a_reason_and_the_rules_come_along(asks, jane):
    asks(passwordPolicy="good", **DICTIONARY, **PERSONAL)

    with pytest.raises(WeakPassword) as caught:
        edit_user(jane, Edit(password="jane.doe"), actor=owner_actor(jane))

    assert [message.partition(" types")[0] for message in caught.value.messages] == [
        "Contain at least 3 of the following 4",
        "Password contains user information.",
    ]
    assert [rule["verified"] for rule in caught.value.rules] == [True, False]


def test_the_length_may_be_another(asks, refused, taken):
    asks(passwordPolicy="low", password_complexity_options={"min_length": 9})

    assert refused("12345678") == (WeakPassword, ["At least 9 characters in length."])
    assert taken("123456789")


@pytest.mark.parametrize("options", [{}, {"passwordPolicy": "none"}], ids=["Django's", "none"])
def test_over_256_characters_is_refused_by_all(asks, refused, taken, options):
    asks(**options)

    assert refused("correct-horse-" + "x" * 243) == (WeakPassword, ["At most 256 characters in length."])
    assert taken("correct-horse-" + "x" * 242)


@pytest.mark.parametrize("options", [{}, {"passwordPolicy": "none"}], ids=["Django's", "none"])
def test_half_a_surrogate_pair_is_refused_by_all(asks, refused, options):
    asks(**options)

    assert refused("horse-\ud800-battery")[0] is WeakPassword


@pytest.mark.parametrize(
    ("given", "typed"),
    [
        pytest.param("Cre\u0300me bru\u0302le\u0301e", "Crème brûlée", id="decomposed"),
        pytest.param("Crème brûlée", "Cre\u0300me bru\u0302le\u0301e", id="composed"),
        pytest.param("no\u00a0break\u3000wide", "no break wide", id="other spaces"),
        pytest.param(" spaces around ", " spaces around ", id="spaces around"),
    ],
)
def test_a_password_is_the_same_however_it_is_encoded(taken, jane, given, typed):
    assert taken(given)
    assert User.objects.get(pk=jane.pk).check_password(typed)


def test_a_password_is_as_long_as_it_is_composed(taken):
    assert taken("e\u0301" * 256)


def test_case_and_compatibility_forms_are_kept_apart(taken, jane):
    assert taken("Straße ﬁx")
    jane = User.objects.get(pk=jane.pk)
    assert not any(map(jane.check_password, ["Strasse ﬁx", "straße ﬁx", "Straße fix", "Straße ﬁx "]))


@pytest.mark.parametrize("password", ["password", "PassWord", "plum-tart-77"])
def test_the_dictionary_holds_common_words_and_those_of_the_connection(asks, refused, password):
    asks(passwordPolicy="none", **DICTIONARY)

    assert refused(password) == (CommonPassword, ["Password is too common."])


def test_a_dictionary_may_be_switched_off_and_be_without_words_of_its_own(asks, refused, taken):
    asks(passwordPolicy="none", password_dictionary={"enable": True})
    assert refused("password")[0] is CommonPassword

    asks(passwordPolicy="none", password_dictionary={"enable": False, "dictionary": ["plum"]})
    assert taken("plum")


@pytest.mark.parametrize(
    "password", ["xjane.doex", "Jane Doe!", "xxJANEYxx", "the-janes", "Jan the 1st", "surname-here", "wonder"]
)
def test_personal_data_is_no_password(asks, refused, jane, password):
    asks(passwordPolicy="none", requires_username=True, **PERSONAL)
    names = {"name": "Jan the 1st", "first": "Wonder", "last": "Surname"}
    edit = Edit(
        profile={"nickname": "Janey"},
        documents={"user_metadata": Patch(names)},
        password="not-a-word-of-hers",
    )
    edit_user(jane, edit, actor=SHELL)
    edit_user(jane, Edit(profile={"username": "the-janes"}), actor=SHELL)
    jane.password = User.objects.get(pk=jane.pk).password

    assert refused(password) == (PersonalPassword, ["Password contains user information."])


def test_personal_data_of_the_same_request_counts(asks, refused):
    asks(passwordPolicy="none", **PERSONAL)

    given = {"documents": {"user_metadata": Patch({"last": "Winterbottom"})}}

    assert refused("winterbottom", **given)[0] is PersonalPassword


def test_personal_data_may_be_anything_but_text(asks, taken, jane):
    asks(passwordPolicy="none", **PERSONAL)
    edit_user(
        jane,
        Edit(documents={"user_metadata": Patch({"first": 123, "last": ["surf"], "name": {}})}),
        actor=SHELL,
    )

    assert taken("123-surf")


def test_nobody_is_created_with_a_password_the_connection_refuses(asks, connection):
    asks(passwordPolicy="good", **PERSONAL)
    connection.refresh_from_db()

    for password, kind in {"weak": WeakPassword, "xAda-Lovelace9": PersonalPassword}.items():
        with pytest.raises(kind) as caught:
            create_user(
                connection,
                actor=SHELL,
                profile={"email": "ada@example.com"},
                user_metadata={"last": "Lovelace"},
                password=password,
            )
        assert type(caught.value) is kind
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (WeakPassword(["Too short."]), "Password is too weak. Too short."),
        (CommonPassword(["Password is too common."]), "Password is too common"),
        (
            CommonPassword(["Password is too common.", "Password contains user information."]),
            "Password is too common. Password contains user information.",
        ),
        (PersonalPassword(["Password contains user information."]), "Password contains user information"),
    ],
)
def test_each_kind_has_auth0s_text(error, text):
    assert error.text == text
