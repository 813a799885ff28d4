"""`PATCH /users/{id}`: root fields, combinations, scopes, passwords."""

from __future__ import annotations

import pytest

from tests.api.answers import USERS, at, invalid_body, problem, shown
from users.actions.account.profile_fields import NO_LOGIN
from users.models import Change, Connection, User

ADVICE = (
    " (consider storing them in app_metadata or user_metadata."
    ' See "Users Metadata" in https://auth0.com/docs/api/v2/changes for more details)'
)


@pytest.fixture
def patch(shop, jane):
    """Patches Jane."""

    def call(**body):
        return shop.patch(at(jane), body)

    return call


# Root fields


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "new@example.com"),
        ("email_verified", True),
        ("username", "jane_doe"),
        ("phone_number", "+491"),
        ("phone_verified", True),
        ("name", "Jané Dœ 🏄"),
        ("nickname", "Jay"),
        ("given_name", "Jane"),
        ("family_name", "Doe"),
        ("picture", "https://example.com/jane.png"),
        ("blocked", True),
        ("blocked", False),
    ],
)
def test_a_root_field_is_replaced_and_the_rest_stays(patch, put, shop, jane, user_names, field, value):
    if field == "phone_verified":
        put(jane, phone_number="+492")
    before = shown(shop.get(at(jane)))

    after = shown(patch(**{field: value}))

    assert after[field] is value or after[field] == value
    follows = {"email": {"picture", "nickname"}}.get(field, set()) | {field, "updated_at"}
    assert {name for name in after if after[name] != before.get(name)} == follows
    assert shown(shop.get(at(jane))) == after


@pytest.mark.parametrize(
    ("field", "value"),
    [("given_name", "J"), ("family_name", "D"), ("phone_number", "+491")],
)
def test_null_removes_a_root_field(patch, field, value):
    assert field in shown(patch(**{field: value}))

    assert field not in shown(patch(**{field: None}))


def test_a_language_tag_is_stored_in_its_recommended_case(patch):
    assert shown(patch(locale="ZH-hant-tw"))["locale"] == "zh-Hant-TW"


@pytest.mark.parametrize(
    ("field", "value", "default"),
    [
        ("name", "J", "jane.doe@example.com"),
        ("nickname", "J", "jane.doe"),
        ("picture", "https://e.com/j", ...),
    ],
)
def test_null_brings_a_default_back(patch, field, value, default):
    before = shown(patch(picture=None))["picture"]
    patch(**{field: value})

    assert shown(patch(**{field: None}))[field] == (before if default is ... else default)


def test_without_an_email_there_is_nothing_to_verify(patch, user_names):
    patch(username="jd")

    user = shown(patch(email=None))

    assert not {"email", "email_verified"} & user.keys()
    assert (user["nickname"], user["username"]) == ("jd", "jd")
    text = "'Without email there is nothing to verify; send email too' on property email_verified."
    assert problem(patch(email_verified=True)) == invalid_body(text)


@pytest.mark.parametrize("other", [{}, {"phone_number": "+491"}], ids=["alone", "beside a phone number"])
def test_the_last_login_is_not_removed(patch, unchanged, other):
    assert problem(patch(email=None, **other)) == invalid_body(f"'{NO_LOGIN}' on property email.")
    assert unchanged()


def test_a_user_name_is_no_login_where_the_connection_requires_none(patch, put, jane):
    put(jane, username="jd", username_folded="jd")

    assert problem(patch(email=None)) == invalid_body(f"'{NO_LOGIN}' on property email.")


def test_a_required_user_name_is_not_removed(patch, user_names):
    patch(username="jd")

    text = "missing username for Username-Password-Authentication connection with requires_username enabled"
    assert problem(patch(username=None)) == (400, text, "operation_not_supported")
    # A user who never had one may still change other fields.
    assert shown(patch(name="Jane"))["username"] == "jd"


def test_who_lacks_a_required_user_name_may_be_changed_otherwise(patch, user_names):
    assert shown(patch(name="J", username=None))["name"] == "J"


def test_a_phone_number_that_is_removed_is_not_verified(patch):
    patch(phone_number="+491", phone_verified=True)

    text = (
        "'Without phone_number there is nothing to verify; send phone_number too' on property phone_verified."
    )
    assert problem(patch(phone_number=None, phone_verified=True)) == invalid_body(text)
    assert shown(patch(phone_number=None))["phone_verified"] is False


@pytest.mark.parametrize("field", ["name", "nickname", "given_name", "family_name"])
def test_a_name_of_only_spaces_is_refused(patch, unchanged, field):
    assert problem(patch(**{field: "\u2003 "}))[0::2] == (400, "invalid_body")
    assert unchanged()


@pytest.mark.parametrize("field", ["email_verified", "phone_verified", "blocked", "password"])
def test_null_does_not_remove_what_is_not_nullable(patch, unchanged, field):
    assert problem(patch(**{field: None}))[0::2] == (400, "invalid_body")
    assert unchanged()


@pytest.mark.parametrize(
    "field",
    [
        "user_id",
        "identities",
        "created_at",
        "updated_at",
        "last_login",
        "last_ip",
        "logins_count",
        "last_password_reset",
        "multifactor",
        "shoe_size",
    ],
)
def test_what_is_read_only_is_refused_as_unknown(patch, unchanged, field):
    assert problem(patch(**{field: "x", "name": "Thief"})) == invalid_body(
        f"'Additional properties not allowed: {field}{ADVICE}'."
    )
    assert unchanged()


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ({}, "'Too few properties defined (0), minimum 1'."),
        ([], "'Expected type object but found type array'."),
        (b"", "'Expected type object but found no body'."),
    ],
    ids=["{}", "[]", "nothing"],
)
def test_a_patch_must_change_something(shop, jane, unchanged, body, rule):
    assert problem(shop.patch(at(jane), body)) == invalid_body(rule)
    assert unchanged()


def test_nobody_is_not_patched(shop, db):
    assert problem(shop.patch(f"{USERS}/auth0|nobody", {"name": "x"})) == (
        404,
        "The user does not exist.",
        "inexistent_user",
    )


# The address


def test_a_new_address_is_not_verified(patch):
    patch(email_verified=True)

    user = shown(patch(email="NEW@example.com"))

    assert (user["email"], user["email_verified"]) == ("new@example.com", False)


def test_unless_it_is_said_to_be(patch):
    assert shown(patch(email="new@example.com", email_verified=True))["email_verified"] is True


def test_the_same_address_stays_verified(patch):
    patch(email_verified=True)

    assert shown(patch(email="Jane.Doe@EXAMPLE.com"))["email_verified"] is True


@pytest.mark.parametrize("address", ["stranger@example.com", "STRANGER@example.com"])
def test_an_address_that_is_taken_is_refused(patch, stranger, address):
    assert problem(patch(email=address, name="Thief")) == (
        400,
        "The specified new email already exists",
        "auth0_idp_error",
    )
    assert User.objects.filter(name="Jane Doe").exists()


def test_a_user_name_that_is_taken_is_refused(patch, shop, stranger, user_names):
    shop.patch(at(stranger), {"username": "surfer"})

    assert problem(patch(username="Surfer"))[:2] == (400, "The specified new username already exists")


# What cannot change together, or not at all


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("password", "email"),
        ("password", "email_verified"),
        ("username", "email"),
        ("username", "email_verified"),
        ("username", "password"),
    ],
)
def test_some_fields_do_not_change_together(patch, user_names, unchanged, first, second):
    values = {
        "password": "Wq7!longpass",
        "email": "new@example.com",
        "email_verified": True,
        "username": "jay",
    }

    response = patch(**{name: values[name] for name in (first, second)})

    assert problem(response) == (
        400,
        f"Cannot update {first} and {second} simultaneously",
        "operation_not_supported",
    )
    assert unchanged()


def test_a_password_changes_together_with_a_document(patch):
    user = shown(patch(password="Wq7!longpass", user_metadata={"hobby": "sailing"}))

    assert user["user_metadata"] == {"hobby": "sailing"}
    assert User.objects.get().check_password("Wq7!longpass")


def test_a_new_password_is_dated_and_shown_nowhere(patch):
    assert "last_password_reset" in shown(patch(password="Wq7!longpass"))
    assert "Wq7" not in str(Change.objects.values())


def test_a_weak_password_is_refused(patch, unchanged):
    status, message, code = problem(patch(password="12345678"))

    assert (status, code) == (400, "invalid_password")
    assert message.startswith("PasswordStrengthError: Password is too weak. ")
    assert unchanged()


def test_a_user_name_needs_a_connection_that_has_them(patch, unchanged):
    assert problem(patch(username="jane")) == (
        400,
        "Cannot set username for connection without requires_username.",
        "operation_not_supported",
    )
    assert unchanged()


def test_the_connection_names_the_identity_that_is_meant(patch, unchanged, elsewhere):
    assert problem(patch(connection="Elsewhere", name="x")) == (
        400,
        "The user has no identity in this connection.",
        "operation_not_supported",
    )
    assert unchanged()
    assert patch(connection="Username-Password-Authentication", name="x").status_code == 200


def test_the_address_of_another_providers_user_is_not_ours_to_change(patch, unchanged):
    Connection.objects.update(strategy="google-oauth2")

    assert problem(patch(email="new@example.com"))[:2] == (400, "Cannot update email for non-database user.")
    assert unchanged()


def test_the_name_of_another_providers_user_would_not_last(patch, unchanged):
    Connection.objects.update(strategy="google-oauth2")

    status, message, code = problem(patch(name="New", picture=None))

    assert (status, code) == (400, "operation_not_supported")
    assert message.startswith("The following user attributes cannot be updated: name, picture. ")
    assert unchanged()


@pytest.mark.parametrize("field", ["email", "password"])
def test_in_a_disabled_connection_address_and_password_stay(patch, unchanged, field):
    Connection.objects.update(is_enabled=False)
    value = {"email": "new@example.com", "password": "Wq7!longpass"}[field]

    assert problem(patch(**{field: value}))[:2] == (
        400,
        "Cannot change email or password for users in a disabled connection.",
    )
    assert unchanged()


# Scopes


def test_update_users_app_metadata_opens_that_document(api, jane):
    user = shown(api("update:users_app_metadata").patch(at(jane), {"app_metadata": {"plan": "free"}}))

    assert user["app_metadata"] == {"plan": "free"}


@pytest.mark.parametrize(
    ("others", "named"),
    [
        ({"user_metadata": {}}, "user_metadata"),
        ({"name": "x", "blocked": True}, "blocked, name"),
        ({"password": "Wq7!longpass"}, "password"),
        ({"connection": "Username-Password-Authentication"}, "connection"),
    ],
)
def test_and_nothing_else(api, jane, unchanged, others, named):
    response = api("update:users_app_metadata").patch(at(jane), {"app_metadata": {"plan": "free"}} | others)

    assert problem(response) == (403, f"Insufficient scope to update: {named}", "insufficient_scope")
    assert unchanged()


@pytest.mark.parametrize("body", [{"is_staff": True}, {"is_superuser": True}, {"groups": ["Administrator"]}])
def test_no_field_gives_staff_rights(patch, unchanged, body):
    assert problem(patch(**body))[0] == 400
    assert unchanged()


@pytest.mark.parametrize("document", ["user_metadata", "app_metadata"])
def test_no_metadata_gives_staff_rights(patch, browser, jane, document):
    patch(**{document: {"is_staff": True, "is_superuser": True, "groups": [1], "roles": ["Administrator"]}})

    assert not User.objects.get().is_staff
    assert browser(jane).get("/admin/users/user/").status_code in (302, 403)
