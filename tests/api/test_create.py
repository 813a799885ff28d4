"""`POST /users`: what may come, what follows, what is refused and in which words."""

from __future__ import annotations

import hashlib
import json
import re
import time
from urllib.parse import urlencode

import pytest

from tests.api.answers import BY_EMAIL, CONNECTION, USERS, at, invalid_body, problem, shown
from users.metadata.equal import is_strictly_equal
from users.models import Change, Connection, User

EMAIL = "new@example.com"
ADVICE = (
    " (consider storing them in app_metadata or user_metadata."
    ' See "Users Metadata" in https://auth0.com/docs/api/v2/changes for more details)'
)


@pytest.fixture
def create(shop):
    """Creates a user of whom only what is given differs from the simplest."""

    def post(**given):
        body = {"connection": CONNECTION, "email": EMAIL} | given
        return shop.post(USERS, {name: value for name, value in body.items() if value is not ...})

    return post


@pytest.fixture
def send(shop):
    """Sends a body as text, with `%s` in it as the user_metadata."""

    def post(text, user_metadata=b"{}"):
        text = text if isinstance(text, bytes) else text.encode()
        return shop.post(USERS, text.replace(b"%s", user_metadata))

    return post


WHOLE = b'{"connection": "%s", "email": "new@example.com", "user_metadata": %%s}' % CONNECTION.encode()


# What is made


def test_the_simplest_user_has_these_fields_and_no_other(create):
    response = create()

    user = shown(response)
    assert response.status_code == 201
    assert user.keys() == {
        "user_id",
        "email",
        "email_verified",
        "name",
        "nickname",
        "picture",
        "identities",
        "created_at",
        "updated_at",
    }
    assert user["email_verified"] is False
    assert user["created_at"] == user["updated_at"]


def test_names_and_picture_have_defaults(create):
    user = shown(create())

    digest = hashlib.md5(EMAIL.encode()).hexdigest()
    assert (user["name"], user["nickname"]) == (EMAIL, "new")
    assert user["picture"].startswith(f"https://s.gravatar.com/avatar/{digest}?s=480&r=pg&d=http")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email_verified", True),
        ("username", "jane_doe"),
        ("phone_number", "+4915112345678"),
        ("phone_verified", True),
        ("phone_verified", False),
        ("name", "Jané Dœ 🏄"),
        ("nickname", "Jay"),
        ("given_name", "Jane"),
        ("family_name", "Doe"),
        ("picture", "https://example.com/jane.png"),
        ("blocked", True),
        ("blocked", False),
        ("user_metadata", {"hobby": "surfing"}),
        ("app_metadata", {"plan": {"name": "full"}}),
        ("user_metadata", {}),
    ],
)
def test_each_field_is_kept_as_given(create, shop, user_names, field, value):
    user = shown(create(**{"username": "jd", "phone_number": "+491", field: value}))

    assert is_strictly_equal(user[field], value)
    assert shown(shop.get(f"{USERS}/{user['user_id']}")) == user


def test_the_id_is_auth0_and_24_hex_digits(create):
    user = shown(create())

    assert re.fullmatch(r"auth0\|[0-9a-f]{24}", user["user_id"])
    assert user["identities"][0]["user_id"] == user["user_id"].removeprefix("auth0|")


@pytest.mark.parametrize("bare", ["ada", "Team/Jane", "é", "a" * 240, "..", "0", "%7C"])
def test_an_id_can_be_given_without_its_provider(create, bare):
    user = shown(create(user_id=bare))

    assert (user["user_id"], user["identities"][0]["user_id"]) == (f"auth0|{bare}", bare)


def test_addresses_and_user_names_are_kept_in_lower_case(create, user_names):
    user = shown(create(email="JANÉ@Example.COM", username="JaneDoe"))

    assert (user["email"], user["username"]) == ("jané@example.com", "janedoe")


def test_a_user_name_does_without_an_email_and_is_then_the_name(create, user_names):
    user = shown(create(email=..., username="Jane_Doe", phone_number="+491234"))

    assert "email" not in user
    assert (user["name"], user["nickname"]) == ("jane_doe", "jane_doe")


def test_a_phone_number_does_without_an_email_and_is_then_the_name(create):
    user = shown(create(email=..., phone_number="+491234"))

    assert "email" not in user
    assert (user["name"], user["nickname"]) == ("+491234", "+491234")


def test_a_connection_that_requires_a_user_name_gets_one(create, user_names):
    text = "missing username for Username-Password-Authentication connection with requires_username enabled"
    assert problem(create()) == (400, text, "operation_not_supported")
    assert not User.objects.exists()


BLANK = "'String holds nothing but spaces; leave it out, or null removes it' on property"


@pytest.mark.parametrize("field", ["name", "nickname", "given_name", "family_name"])
@pytest.mark.parametrize("value", [" ", "\u00a0\u3000", "\u200b\ufeff\u2060", "\u3164"], ids=ascii)
def test_a_name_of_only_spaces_is_refused(create, field, value):
    status, message, code = problem(create(**{field: value}))

    assert (status, code) == (400, "invalid_body")
    assert f"{BLANK} {field}" in message


@pytest.mark.parametrize("name", ["J", "  J ", "👩\u200d🚀", "\u05d0", "~"], ids=ascii)
def test_any_other_name_is_taken(create, name):
    assert shown(create(name=name))["name"] == name


@pytest.mark.parametrize(
    ("flag", "field", "given"),
    [
        ("phone_verified", "phone_number", {}),
        ("email_verified", "email", {"email": ..., "phone_number": "+491"}),
    ],
)
def test_nothing_is_verified_that_is_not_there(create, flag, field, given):
    text = f"'Without {field} there is nothing to verify; send {field} too' on property {flag}."
    assert problem(create(**{flag: True}, **given)) == invalid_body(text)
    assert shown(create(**{flag: False}, **given))


def test_nulls_at_the_first_level_are_not_stored(create):
    user = shown(create(user_metadata={"a": None, "b": {"c": None}}, app_metadata={"a": None}))

    assert (user["user_metadata"], user["app_metadata"]) == ({"b": {"c": None}}, {})


def test_the_password_works_and_is_shown_nowhere(create):
    answer = create(password="Wq7!longpass")

    assert User.objects.get().check_password("Wq7!longpass")
    assert "Wq7" not in answer.content.decode()
    assert "password" not in shown(answer)
    assert "Wq7" not in str(Change.objects.values())


@pytest.mark.parametrize(
    "password",
    ["correct horse battery staple", "пароль на русском", "合言葉は秘密です", "🐎🔋 staple", "é" * 256],
)
def test_a_password_is_any_text(create, password):
    assert create(password=password).status_code == 201
    assert User.objects.get().check_password(password)


@pytest.mark.parametrize(
    ("password", "message"),
    [
        ("x1-" * 86, "At most 256 characters in length."),
        ("e\u0301" * 300_000, "At most 256 characters in length."),
        ("tabbed\tpassword", "No control characters, such as tabs and line ends."),
    ],
    ids=["258 characters", "many", "a tab"],
)
def test_what_is_no_password_is_refused(create, password, message):
    assert problem(create(password=password)) == (
        400,
        f"PasswordStrengthError: Password is too weak. {message}",
        "invalid_password",
    )
    assert not User.objects.exists()


def test_without_a_password_nobody_can_sign_in(create):
    create()

    assert not User.objects.get().has_usable_password()


def test_the_record_says_which_client_made_it(create, make_client):
    create(user_metadata={"hobby": "surfing"})

    line = Change.objects.get()
    assert (line.what, line.face, line.actor_kind, line.actor_name) == ("created", "api", "client", "Shop")


# Who is there already


@pytest.mark.parametrize("again", ["jané@example.com", "JANÉ@EXAMPLE.COM", "jane\u0301@example.com"])
def test_an_address_is_taken_whatever_its_case_and_spelling(create, again):
    create(email="jané@example.com")

    assert problem(create(email=again)) == (409, "The user already exists.", "auth0_idp_error")
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("straße@example.com", "strasse@example.com"),
        ("ﬁx@example.com", "fix@example.com"),
        ("jane@straße.example", "jane@strasse.example"),
    ],
)
def test_emails_alike_but_for_case_folding_are_of_two_users(create, shop, first, second):
    users = [shown(create(email=email))["user_id"] for email in (first, second)]

    found = [shown(shop.get(f"{BY_EMAIL}?{urlencode({'email': email})}")) for email in (first, second)]
    assert [[user["user_id"] for user in each] for each in found] == [[users[0]], [users[1]]]


def test_one_email_in_two_forms_of_its_domain_is_of_one_user(create, shop):
    user = shown(create(email="Jane@BÜCHER.example"))

    assert user["email"] == "jane@bücher.example"
    assert problem(create(email="jane@xn--bcher-kva.example"))[0] == 409
    assert shown(shop.get(f"{BY_EMAIL}?email=jane@xn--bcher-kva.example")) == [user]


@pytest.mark.parametrize("domain", ["ﬁx.example", "i❤.example", "xn--zz.example", "a_b.example"])
def test_a_domain_that_idna_2008_does_not_allow_is_refused(create, domain):
    rule = f"'Object didn't pass validation for format email: jane@{domain}' on property email"
    assert problem(create(email=f"jane@{domain}"))[0] == 400
    assert rule in problem(create(email=f"jane@{domain}"))[1]
    assert not User.objects.exists()


def test_an_email_that_only_looks_like_another_is_refused_with_what_is_not_seen(create):
    status, message, *_ = problem(create(email="jane\u200b@example.com"))

    assert status == 400
    assert r"didn't pass validation for format email: jane\u200b@example.com' on property email" in message


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param({"username": "jane"}, {"username": "JANE"}, id="user name"),
        pytest.param(
            {"user_id": "jane", "username": "jane"}, {"user_id": "jane", "username": "other"}, id="id"
        ),
    ],
)
def test_a_user_name_and_an_id_are_taken_too(create, user_names, first, second):
    create(**first)

    assert problem(create(email="other@example.com", **second))[0] == 409
    assert User.objects.count() == 1


def test_the_same_address_may_live_in_two_connections(create, elsewhere):
    create()

    assert create(connection="Elsewhere").status_code == 201


# Connections


def test_the_connection_must_exist(create):
    assert problem(create(connection="Nowhere")) == (
        400,
        "Connection does not exist.",
        "inexistent_connection",
    )


def test_the_connection_must_be_enabled(create):
    Connection.objects.update(is_enabled=False)

    assert problem(create()) == (400, "Connection is disabled.", "operation_not_supported")


def test_the_connection_must_be_a_database(create):
    Connection.objects.update(strategy="google-oauth2")

    assert problem(create()) == (
        400,
        "Connection does not support user creation through the API."
        " It must either be a database or passwordless connection.",
        "operation_not_supported",
    )


def test_a_user_name_needs_a_connection_that_has_them(create):
    assert problem(create(username="jane")) == (
        400,
        "Cannot set username for connection without requires_username.",
        "operation_not_supported",
    )


@pytest.mark.parametrize("password", ["12345678", "password", "short1!", "New@example.com"])
def test_a_weak_password_is_refused(create, password):
    status, message, code = problem(create(password=password))

    assert (status, code) == (400, "invalid_password")
    assert message.startswith("PasswordStrengthError: Password is too weak. ")
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("password", "message"),
    [
        (
            "shrt-",
            "PasswordStrengthError: Password is too weak. At least 8 characters in length."
            " Contain at least 3 of the following 4 types of characters: lower case letters (a-z),"
            " upper case letters (A-Z), numbers (i.e. 0-9), special characters (e.g. !@#$%^&*).",
        ),
        ("Password1", "PasswordDictionaryError: Password is too common"),
        ("New.Mail-77", "PasswordNoUserInfoError: Password contains user information"),
    ],
    ids=["weak", "common", "personal"],
)
def test_the_connections_policy_refuses_in_auth0s_words(create, password, message):
    Connection.objects.update(
        options={
            "passwordPolicy": "good",
            "password_dictionary": {"enable": True},
            "password_no_personal_info": {"enable": True},
        }
    )

    answer = create(email="new.mail@example.com", password=password)

    assert problem(answer) == (400, message, "invalid_password")
    assert not User.objects.exists()


# Fields that are refused


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        pytest.param(
            {"shoe_size": 44}, f"'Additional properties not allowed: shoe_size{ADVICE}'.", id="unknown"
        ),
        pytest.param(
            {"created_at": "2026-01-01T00:00:00.000Z"},
            f"'Additional properties not allowed: created_at{ADVICE}'.",
            id="read-only",
        ),
        pytest.param({"connection": ...}, "'Missing required property: connection'.", id="no connection"),
        pytest.param({"email": ...}, "'Missing required property: email'.", id="nothing to be found by"),
        pytest.param(
            {"email": 7},
            "'Expected type string but found type integer' on property email (The user's email address).",
            id="a number for an address",
        ),
        pytest.param(
            {"email": None},
            "'Expected type string but found type null' on property email (The user's email address).",
            id="null for an address",
        ),
        pytest.param(
            {"email": "jane"},
            "'Object didn't pass validation for format email: jane' on property email"
            " (The user's email address).",
            id="no address",
        ),
        pytest.param(
            {"name": ""},
            "'String is too short (0 chars), minimum 1' on property name (The user's full name).",
            id="an empty name",
        ),
        pytest.param(
            {"name": "x" * 301},
            "'String is too long (301 chars), maximum 300' on property name (The user's full name).",
            id="a long name",
        ),
        pytest.param(
            {"given_name": "x" * 151},
            "'String is too long (151 chars), maximum 150' on property given_name (The user's given name).",
            id="a long given name",
        ),
        pytest.param(
            {"phone_number": "0151"},
            "'String does not match pattern ^\\+[0-9]{1,15}$: 0151' on property phone_number"
            " (The user's phone number, following E.164).",
            id="a phone number without its country",
        ),
        pytest.param(
            {"picture": "javascript:alert(1)"},
            "'Object didn't pass validation for format uri: javascript:alert(1)' on property picture"
            " (URL of the user's picture).",
            id="a picture that is a script",
        ),
        pytest.param(
            {"blocked": "yes"},
            "'Expected type boolean but found type string' on property blocked"
            " (Whether the user is blocked by an administrator).",
            id="a flag in words",
        ),
        pytest.param(
            {"blocked": None},
            "'Expected type boolean but found type null' on property blocked"
            " (Whether the user is blocked by an administrator).",
            id="a flag that is null",
        ),
        pytest.param(
            {"email_verified": 1},
            "'Expected type boolean but found type integer' on property email_verified"
            " (Whether the email address is verified).",
            id="a flag in digits",
        ),
        pytest.param(
            {"user_id": ""},
            "'String is too short (0 chars), minimum 1' on property user_id"
            " (The part of the user's id after the provider).",
            id="an empty id",
        ),
        pytest.param(
            {"user_id": "auth0|jane"},
            "'String does not match pattern ^[^\\s|]+$: auth0|jane' on property user_id"
            " (The part of the user's id after the provider).",
            id="an id with its provider",
        ),
        pytest.param(
            {"password": None},
            "'Expected type string but found type null' on property password"
            " (The user's password, any text of up to 256 characters. Never returned).",
            id="no password, said so",
        ),
        *(
            pytest.param(
                {"user_metadata": value},
                f"'Expected type object but found type {kind}' on property user_metadata"
                " (What the user may edit, such as preferences).",
                id=f"{kind} for a document",
            )
            for value, kind in [
                ([], "array"),
                ("x", "string"),
                (1, "integer"),
                (1.5, "number"),
                (True, "boolean"),
                (None, "null"),
            ]
        ),
    ],
)
def test_a_body_that_breaks_a_rule_is_named(create, given, rule):
    assert problem(create(**given)) == invalid_body(rule)
    assert not User.objects.exists()


def test_a_refused_password_is_not_repeated(create):
    assert "S3cret" not in create(password="S3cret with a tab\t").content.decode()


@pytest.mark.parametrize(
    "field", ["is_staff", "is_superuser", "groups", "user_permissions", "roles", "id", "pk"]
)
def test_no_field_gives_staff_rights(create, field):
    assert problem(create(**{field: True}))[0] == 400
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "email",
    [
        pytest.param("İ" * 32 + "@" + ".".join(["e" * 60] * 3), id="longer in lower case, and fits"),
        pytest.param("İ" * 64 + "@" + ".".join(["e" * 60] * 3), id="too long in lower case"),
        pytest.param("\u0958" * 64 + "@" + ".".join(["e" * 60] * 3), id="too long in NFC"),
    ],
)
def test_an_address_that_grows_is_stored_within_its_limit_or_refused(create, email):
    status = create(email=email).status_code

    assert status in (201, 400)
    assert all(len(user.email) <= 254 and len(user.email_folded) <= 254 for user in User.objects.all())


# Documents that are refused


@pytest.mark.parametrize("document", ["user_metadata", "app_metadata"])
@pytest.mark.parametrize(
    ("value", "place", "reason"),
    [
        ({"a.b": 1}, '."a.b"', "a field name must not contain a dot; nest the field instead"),
        ({"a": {"$b": 1}}, '.a."$b"', "a field name must not contain a dollar sign; rename the field"),
        (
            {"a": [0, {"b.c": 1}]},
            '.a[1]."b.c"',
            "a field name must not contain a dot; nest the field instead",
        ),
        ({"": 1}, '.""', "a field name must not be empty; give it a name or remove it"),
        ({"a.b": None}, '."a.b"', "a field name must not contain a dot; nest the field instead"),
    ],
    ids=["dot", "dollar below", "dot in a list", "empty", "dot of a null"],
)
def test_a_field_name_is_refused_with_its_path(create, document, value, place, reason):
    assert problem(create(**{document: value})) == invalid_body(f"'{reason}' on property {document}{place}.")
    assert not User.objects.exists()


@pytest.mark.parametrize("name", ["user_id", "email", "blocked", "__tenant", "lastIP", "metadata"])
def test_some_names_are_reserved_in_app_metadata(create, name):
    expected = "'this name is reserved at the first level of app_metadata; rename or nest it'"

    assert problem(create(app_metadata={name: 1})) == invalid_body(
        f"{expected} on property app_metadata.{name}."
    )
    assert create(app_metadata={"nested": {name: 1}}, user_metadata={name: 1}).status_code == 201


@pytest.mark.parametrize("document", ["user_metadata", "app_metadata"])
def test_a_document_may_be_as_large_as_the_limit_and_no_larger(create, settings, document):
    settings.METADATA_MAX_BYTES = 1024
    text = "é" * 508 + "x"  # 1017 bytes, with {"a":""} around them 1025

    status, message, code = problem(create(**{document: {"a": text}}))

    expected = f"{document}: 1,025 bytes, 1,024 are allowed; remove what is not needed"
    assert (status, message, code) == (413, expected, "payload_too_large")
    assert create(**{document: {"a": text[:-1]}}).status_code == 201


def test_a_document_may_be_32_levels_deep_and_no_deeper(create):
    deep = {"a": {}}
    for _ in range(30):
        deep = {"a": deep}

    assert problem(create(user_metadata={"a": deep})) == invalid_body(
        "'nested deeper than 32 levels; flatten it' on property user_metadata."
    )
    assert create(user_metadata=deep).status_code == 201


# Text that is refused


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (rb'{"a": "\u0000"}', "the NUL character is refused"),
        (rb'{"\u0000": 1}', "the NUL character is refused"),
        (rb'{"a": "\ud800"}', "half a surrogate pair is refused"),
        (rb'{"a": "\udc00\ud800"}', "half a surrogate pair is refused"),
        (b'{"a": NaN}', "NaN is not a JSON number"),
        (b'{"a": Infinity}', "Infinity is not a JSON number"),
        (b'{"a": -Infinity}', "-Infinity is not a JSON number"),
        (b'{"a": 1e400}', "does not fit a 64-bit float"),
        (b'{"a": 0.1234567890123456789}', "does not fit a 64-bit float"),
        (b'{"a": ' + b"9" * 1001 + b"}", "an integer may have at most 1000 digits"),
        (b'{"a": ' + b"9" * 5000 + b"}", "an integer may have at most 1000 digits"),
        (b'{"a": 1, "a": 2}', 'the key "a" is given twice'),
        (b'{"a": {"b": 1, "b": 1}}', 'the key "b" is given twice'),
        (b'{"a": "\xff"}', "the text is not valid UTF-8"),
        (b'{"a": "\xed\xa0\x80"}', "the text is not valid UTF-8"),
        (b'{"a": ' + b"[" * 300 + b"]" * 300 + b"}", "nested deeper than 200 levels"),
        (b'{"a": ' + b"[" * 200_000, "nested deeper than 200 levels"),
        (b'{"a": 01}', "not valid JSON"),
        (b"{'a': 1}", "not valid JSON"),
        (b'{"a": 1,}', "not valid JSON"),
        (b'{"a": "\n"}', "not valid JSON"),
        (b"{} // comment", "not valid JSON"),
    ],
)
def test_text_that_would_be_stored_otherwise_than_sent_is_refused(send, value, reason):
    status, message, code = problem(send(WHOLE, value))

    assert (status, code) == (400, "invalid_body")
    assert message.startswith("Payload validation error: 'line ")
    assert reason in message
    assert not User.objects.exists()


@pytest.mark.parametrize("text", [b"\\" * 40_000, b'\\"' * 20_000], ids=["backslashes", "quotes"])
def test_a_string_without_end_is_refused_without_delay(send, text):
    # A hundredth of what is allowed; a scanner that starts again at each quote takes seconds.
    began = time.process_time()

    assert problem(send(b'{"a": "' + text))[0] == 400
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (b"[]", "'Expected type object but found type array'."),
        (b"null", "'Expected type object but found type null'."),
        (b'"text"', "'Expected type object but found type string'."),
        (b"7", "'Expected type object but found type integer'."),
        (b"{} {}", "'line 1, column 4: there is more text after the JSON value; remove it'."),
        (b"", "'Expected type object but found no body'."),
        (b" ", "'line 1, column 2: the text is empty; write {} for an empty document'."),
        (b"email=jane", "'line 1, column 1: not valid JSON: expecting value'."),
        (b"\xef\xbb\xbf{}", ...),
    ],
    ids=[
        "array",
        "null",
        "string",
        "number",
        "two values",
        "nothing",
        "a space",
        "a form",
        "byte order mark",
    ],
)
def test_the_body_must_be_one_object(send, body, rule):
    answer = problem(send(body))

    assert answer[0] == 400
    assert rule is ... or answer == invalid_body(rule)


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/xml",
        "",
    ],
)
def test_the_body_must_say_that_it_is_json_or_a_form(shop, content_type):
    body = json.dumps({"connection": CONNECTION, "email": EMAIL})

    response = shop.browser.generic(
        "POST", USERS, body, content_type=content_type, HTTP_AUTHORIZATION=f"Bearer {shop.token}"
    )

    assert problem(response) == (
        415,
        "Send the body as application/json or as a form.",
        "unsupported_media_type",
    )
    assert not User.objects.exists()


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON"])
def test_json_may_be_spelt_in_other_ways(shop, content_type):
    body = json.dumps({"connection": CONNECTION, "email": EMAIL})

    response = shop.browser.generic(
        "POST", USERS, body, content_type=content_type, HTTP_AUTHORIZATION=f"Bearer {shop.token}"
    )

    assert response.status_code == 201


def test_a_body_may_have_four_mebibytes_and_no_byte_more(send):
    full = WHOLE.replace(b"%s", b"{}").ljust(4 * 1024 * 1024)

    assert problem(send(full + b" ")) == (
        413,
        "Payload content length greater than maximum allowed: 4194304",
        "payload_too_large",
    )
    assert send(full).status_code == 201


def test_the_answer_leads_to_the_user(create, shop):
    response = create()

    assert response["ETag"] == '"1"'
    assert shop.get(at(User.objects.get())).content == response.content
