"""`POST /dbconnections/signup`: what applications send, what they are answered, and what nobody may set."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from tests.conftest import PASSWORD, again
from tests.mailbox import deliver
from tests.oauth.answers import PASSWORD_GRANT, REALM
from users.models import Change, Client, Connection, Job, LogEvent, User
from users.sign_in import hooks, sign_up
from users.sign_in.hooks import SignUpDenied
from users.throttling.sliding_window import Limit

KIM = {"email": "Kim@Example.com", "password": "Plum-Tart-77"}
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def signup(browser, page):
    """Signs Kim up at a single-page application; `...` leaves a parameter out."""

    def post(*, as_form=False, headers=(), **changed):
        good = {"client_id": page.client_id, "connection": REALM, **KIM}
        body = {name: value for name, value in (good | changed).items() if value is not ...}
        kind = FORM if as_form else "application/json"
        text = urlencode(body) if as_form else json.dumps(body)
        return browser().post("/dbconnections/signup", text, content_type=kind, **dict(headers))

    return post


@pytest.fixture
def set_options(connection):
    def put(**options):
        connection.options = options
        connection.save()

    return put


@pytest.fixture
def pre_registration(monkeypatch):
    """Names these functions as the pre-registration hooks."""
    return lambda *functions: monkeypatch.setattr(hooks, "PRE_REGISTRATION", functions)


def kim() -> User:
    return User.objects.get(email="kim@example.com")


def refused(answer, status=400):
    """The body of a refusal, after which there is no new account."""
    assert answer.status_code == status, answer.content
    assert answer["Cache-Control"] == "no-store"
    assert not User.objects.filter(email__in=["kim@example.com", "Kim@Example.com"]).exists()
    body = answer.json()
    assert body["statusCode"] == status
    return body


def text_of(answer, status=400):
    """Code and text of a refusal, which stands under each name that a library reads."""
    body = refused(answer, status)
    assert body["description"] == body["message"]
    return body["code"], body["description"]


# Success


def test_a_visitor_gets_an_account_with_metadata(signup):
    answer = signup(given_name="Kim", user_metadata={"favourite_colour": "teal", "newsletter": "true"})

    user = kim()
    assert answer.status_code == 200
    assert answer.json() == {
        "_id": user.user_id.removeprefix("auth0|"),
        "email": "kim@example.com",
        "email_verified": False,
        "given_name": "Kim",
        "user_metadata": {"favourite_colour": "teal", "newsletter": "true"},
    }
    assert (user.given_name, user.user_metadata["favourite_colour"]) == ("Kim", "teal")
    assert user.app_metadata is None


@pytest.mark.parametrize(
    "metadata",
    [
        {"user_metadata[hobby]": "surfing", "user_metadata[a b]": "1"},
        {"user_metadata": '{"hobby":"surfing","a b":"1"}'},
    ],
    ids=["a parameter each", "JSON text"],
)
def test_a_form_may_send_it_too(signup, metadata):
    assert signup(as_form=True, **metadata).status_code == 200

    assert kim().user_metadata == {"hobby": "surfing", "a b": "1"}


def test_parameters_of_sdks_are_ignored_as_are_empty_fields(signup):
    sent = {"auth0Client": "x", "state": "s", "realm": 3, "popup_options": {}, "captcha": None, "name": ""}

    assert signup(**sent, username="ignored").status_code == 200
    assert (kim().name, kim().username) == (None, None)


def test_the_new_user_can_sign_in(signup, ask, page):
    signup()

    answer = ask(of=page, grant_type=PASSWORD_GRANT, username="kim@example.com", password=KIM["password"])

    assert answer.status_code == 200


def test_the_account_is_its_own_author_and_the_log_says_signed_up(signup, page, api):
    signup(headers={"REMOTE_ADDR": "192.0.2.7"})

    user = kim()
    change = Change.objects.get(user=user)
    assert (change.what, change.actor_kind, change.actor_id, change.face) == (
        *("created", "user", user.user_id, "sign_in"),
    )
    assert change.reason == f"Signed up at {page.name}"
    entries = api("read:logs", "read:users").get("/api/v2/logs").json()
    assert [(entry["type"], entry["user_id"]) for entry in entries] == [("ss", user.user_id)]


def test_the_user_is_mailed_a_link_to_verify_the_email(signup, settings, browser):
    settings.IS_EMAIL_CONFIGURED = True
    signup()

    [sent] = deliver()

    assert sent.to == ["kim@example.com"]
    assert "/u/email-verification?ticket=" in sent.body


def test_without_a_mail_server_the_account_is_made_all_the_same(signup, settings):
    settings.IS_EMAIL_CONFIGURED = False

    assert signup().status_code == 200
    assert not Job.objects.exists()


# User names


def test_a_username_is_asked_for_where_the_connection_has_them(signup, set_options):
    set_options(requires_username=True)

    assert text_of(signup())[0] == "invalid_request"
    answer = signup(username="Kim_1")

    assert (answer.status_code, answer.json()["username"]) == (200, "kim_1")


def test_a_taken_username_has_a_code_of_its_own(signup, set_options, make_user):
    set_options(requires_username=True)
    make_user("jo", username="kim")

    assert text_of(signup(username="KIM")) == (
        *("username_exists", "The username provided is in use already."),
    )


# Refusals


def test_a_taken_email(signup, make_user):
    taken = make_user("jo").email

    answer = signup(email=taken.upper())

    body = refused(answer)
    assert body == {
        "name": "BadRequestError",
        "code": "user_exists",
        "description": "The user already exists.",
        "message": "The user already exists.",
        "statusCode": 400,
    }


def test_a_weak_password_is_explained_rule_by_rule(signup, set_options):
    set_options(passwordPolicy="good")

    body = refused(signup(password="abc"))

    assert body == {
        "name": "PasswordStrengthError",
        "code": "invalid_password",
        "message": "Password is too weak",
        "statusCode": 400,
        "policy": "* At least 8 characters in length\n"
        "* Contain at least 3 of the following 4 types of characters:\n"
        " * lower case letters (a-z)\n * upper case letters (A-Z)\n * numbers (i.e. 0-9)\n"
        " * special characters (e.g. !@#$%^&*)",
        "description": {
            "verified": False,
            "rules": [
                {
                    "code": "lengthAtLeast",
                    "format": [8],
                    "message": "At least %d characters in length",
                    "verified": False,
                },
                {
                    "code": "containsAtLeast",
                    "format": [3, 4],
                    "verified": False,
                    "message": "Contain at least %d of the following %d types of characters:",
                    "items": [
                        {"code": "lowerCase", "message": "lower case letters (a-z)", "verified": True},
                        {"code": "upperCase", "message": "upper case letters (A-Z)", "verified": False},
                        {"code": "numbers", "message": "numbers (i.e. 0-9)", "verified": False},
                        {
                            "code": "specialCharacters",
                            "message": "special characters (e.g. !@#$%^&*)",
                            "verified": False,
                        },
                    ],
                },
            ],
        },
    }


@pytest.mark.parametrize("password", ["abc", "x" * 300, "100% %s %d sure\t"])
def test_without_a_policy_the_validators_explain(signup, password):
    body = refused(signup(password=password))

    assert body["name"] == "PasswordStrengthError"
    assert body["description"]["rules"]
    assert all(rule["message"] in body["policy"] for rule in body["description"]["rules"])


@pytest.mark.parametrize(
    ("option", "password", "name", "text"),
    [
        ("password_dictionary", "Password", "PasswordDictionaryError", "Password is too common"),
        (
            *("password_no_personal_info", "xx-Kim-Surfer-xx", "PasswordNoUserInfoError"),
            "Password contains user information",
        ),
    ],
)
def test_a_common_or_personal_password(signup, set_options, option, password, name, text):
    set_options(passwordPolicy="low", **{option: {"enable": True}})

    body = refused(signup(password=password, user_metadata={"name": "Kim Surfer"}, nickname="surfer"))

    assert body == {
        **{"name": name, "code": "invalid_password", "description": text, "message": text},
        "statusCode": 400,
    }


def test_a_closed_connection(signup, set_options):
    set_options(disable_signup=True)

    body = refused(signup())

    assert (body["name"], body["code"], body["description"]) == (
        *("BadRequestError", "public_signup_disabled", "public signup is disabled"),
    )


@pytest.mark.parametrize("name", ["client_id", "email", "password", "connection"])
@pytest.mark.parametrize("value", [..., "", {"a": 1}])
def test_a_required_parameter_is_named(signup, name, value):
    code, text = text_of(signup(**{name: value}))

    assert code == "invalid_request"
    assert name in text


@pytest.mark.parametrize(
    ("changed", "status", "code", "text"),
    [
        ({"client_id": "unknown"}, 403, "unauthorized_client", "Unknown client: unknown"),
        ({"connection": "unknown"}, 400, "invalid_request", "the connection was not found"),
    ],
)
def test_an_unknown_client_or_connection(signup, changed, status, code, text):
    assert text_of(signup(**changed), status) == (code, text)


def test_a_revoked_client_signs_up_nobody(signup):
    Client.objects.update(is_revoked=True)

    assert text_of(signup(), 403)[0] == "unauthorized_client"


def test_a_connection_must_be_enabled_for_the_client(signup, page, connection):
    page.connections.remove(connection)
    assert text_of(signup()) == ("invalid_request", "the connection is not enabled")

    page.connections.add(connection)
    Connection.objects.update(is_enabled=False)
    assert text_of(signup()) == ("invalid_request", "the connection is not enabled")


@pytest.mark.parametrize("name", ["given_name", "family_name", "name", "nickname", "picture"])
@pytest.mark.parametrize("value", [5, {"a": 1}, "\x1f"])
def test_a_bad_field_is_named(signup, name, value):
    code, text = text_of(signup(**{name: value}))

    assert (code, name in text) == ("invalid_request", True)


@pytest.mark.parametrize(
    "email", ["kim", "kim@", "@example.com", "a b@example.com", "x" * 300 + "@a.example"]
)
def test_an_email_must_be_one(signup, email):
    assert text_of(signup(email=email))[0] == "invalid_request"


@pytest.mark.parametrize(
    "metadata",
    [
        {f"key{number}": "x" for number in range(11)},
        {"n" * 101: "x"},
        {"bio": "x" * 501},
        *({"x": value} for value in (1, True, None, ["a"], {"a": "b"})),
        {"a.b": "x"},
        {"$set": "x"},
        {"": "x"},
        ["hobby"],
        "hobby",
        5,
        True,
    ],
    ids=lambda value: str(value)[:20],
)
def test_metadata_beyond_the_limits_of_a_sign_up(signup, metadata):
    code, text = text_of(signup(user_metadata=metadata))

    assert code == "invalid_request"
    assert text.startswith("user_metadata")
    assert len(text) < 300


def test_metadata_at_the_limits(signup):
    metadata = {f"{number}".ljust(100, "n"): "x" * 500 for number in range(10)}

    assert signup(user_metadata=metadata).status_code == 200


def test_metadata_given_twice(signup):
    sent = {"user_metadata": "{}", "user_metadata[a]": "b"}

    assert "given twice" in text_of(signup(as_form=True, **sent))[1]


@pytest.mark.parametrize("method", ["get", "put", "delete", "head"])
def test_only_a_post_signs_up(browser, db, method):
    answer = getattr(browser(), method)("/dbconnections/signup")

    assert (answer.status_code, answer["Allow"]) == (405, "POST")


@pytest.mark.parametrize(
    "body", ["{", "[]", '"x"', "null", '{"email": "\\u0000"}', '{"a": 1, "a": 2}', b"\xff"]
)
def test_a_body_that_is_no_json_object(browser, db, body):
    answer = browser().post("/dbconnections/signup", body, content_type="application/json")

    assert text_of(answer)[0] == "invalid_request"


def test_a_page_elsewhere_may_call_it_where_its_client_names_the_origin(browser, signup, page):
    Client.objects.filter(pk=page.pk).update(web_origins=["https://shop.example.com"])
    headers = {"HTTP_ORIGIN": "https://shop.example.com"}

    before = browser().options("/dbconnections/signup", HTTP_ACCESS_CONTROL_REQUEST_METHOD="POST", **headers)

    for answer in (before, signup(headers=headers)):
        assert answer["Access-Control-Allow-Origin"] == "https://shop.example.com"
    elsewhere = signup(email="b@example.com", headers={"HTTP_ORIGIN": "https://evil.example.com"})
    assert not elsewhere.has_header("Access-Control-Allow-Origin")


# What nobody may set


FORBIDDEN = {
    "app_metadata": {"plan": "full"},
    "email_verified": True,
    "phone_verified": True,
    "phone_number": "+4915112345678",
    "blocked": True,
    "user_id": "mine",
    "_id": "mine",
    "roles": ["admin"],
    "permissions": ["all"],
    "is_staff": True,
    "is_superuser": True,
    "groups": ["Administrator"],
    "identities": [],
    "created_at": "2000-01-01T00:00:00Z",
    "logins_count": 7,
    "verify_email": False,
    "reason": "because",
    "locale": "de",
}


def test_nothing_else_of_a_user_can_be_set(signup):
    assert signup(**FORBIDDEN).status_code == 200

    user = kim()
    assert user.app_metadata is None
    assert not any((user.email_verified, user.phone_verified, user.blocked, user.is_superuser))
    assert (user.phone_number, user.locale, user.logins_count) == (None, None, 0)
    assert "mine" not in user.user_id
    assert not user.groups.exists()
    assert not user.is_staff


@pytest.mark.parametrize(
    "name",
    [
        "app_metadata[plan]",
        "user_metadata[a][b]",
        "user_metadata[",
        "user_metadata.app_metadata",
        "[app_metadata]",
    ],
)
def test_no_form_name_reaches_another_document(signup, name):
    assert signup(as_form=True, **{name: "full"}).status_code == 200

    assert (kim().app_metadata, kim().user_metadata) == (None, None)


@pytest.mark.parametrize("name", ["__proto__", "constructor", "app_metadata", "__class__", "é"])
def test_names_that_mean_something_elsewhere_are_plain_keys(signup, name):
    answer = signup(user_metadata={name: "x"})

    assert answer.json()["user_metadata"] == {name: "x"}
    assert (kim().user_metadata, kim().app_metadata) == ({name: "x"}, None)


# Hooks


def test_a_hook_sets_either_document(signup, pre_registration):
    seen = []

    def add(registration, request):
        seen.append((registration, request))
        documents = {
            "user_metadata": {**registration.user_metadata, "source": "web"},
            "app_metadata": {"plan": "free"},
        }
        return hooks.replace(registration, **documents)

    pre_registration(add)
    signup(user_metadata={"hobby": "surfing"})

    assert kim().user_metadata == {"hobby": "surfing", "source": "web"}
    assert kim().app_metadata == {"plan": "free"}
    [(registration, request)] = seen
    assert registration.profile == {"email": "Kim@Example.com"}
    assert request.application.name == "App"


def test_a_hook_cannot_move_the_account_elsewhere(signup, pre_registration):
    pre_registration(
        lambda asked, _: hooks.replace(asked, profile={"email": "x@example.com", "blocked": True})
    )

    assert signup().status_code == 200
    assert not kim().blocked


def test_a_hook_refuses(signup, pre_registration):
    def deny(registration, request):
        raise SignUpDenied("disposable address", "Please use another email.")

    pre_registration(deny)
    body = refused(signup())

    assert (body["name"], body["code"], body["friendly_message"], body["description"]) == (
        *(
            "ExtensibilityError",
            "extensibility_error",
            "Please use another email.",
            "Please use another email.",
        ),
    )
    assert LogEvent.objects.get().description == "disposable address"


def test_no_hook_is_asked_about_what_is_refused_anyway(signup, pre_registration):
    pre_registration(pytest.fail)

    refused(signup(email="kim"))
    refused(signup(user_metadata={"a.b": "c"}))


# Schemas


def test_the_schema_of_the_document_holds(signup, settings, tmp_path):
    schema = {"properties": {"hobby": {"enum": ["surfing"]}, "level": {"type": "string", "readOnly": True}}}
    path = tmp_path / "schema.json"
    path.write_text(json.dumps(schema))
    settings.USER_METADATA_SCHEMA = str(path)

    assert "hobby" in text_of(signup(user_metadata={"hobby": "chess"}))[1]
    assert "level" in text_of(signup(user_metadata={"level": "gold"}))[1]
    assert signup(user_metadata={"hobby": "surfing"}).status_code == 200


# Enumeration


def test_with_enumeration_protection_a_taken_email_or_username_is_not_named(signup, set_options, make_user):
    set_options(requires_username=True, enumeration_protection=True)
    jo = make_user("jo", username="jo")

    by_email = signup(email=jo.email, username="other")
    by_username = signup(username="jo")

    assert by_email.content == by_username.content
    assert text_of(by_email) == ("invalid_signup", "Invalid sign up")


def test_a_taken_email_costs_as_much_as_a_free_one(signup, make_user, monkeypatch):
    """The password, which takes nearly all of the time, is hashed in both cases."""
    hashed = []
    taken = make_user("jo").email
    real = sign_up.create_user.__globals__["make_hash"]
    monkeypatch.setitem(
        sign_up.create_user.__globals__, "make_hash", lambda text: hashed.append(1) or real(text)
    )

    signup(email=taken)
    signup()

    assert len(hashed) == 2


def test_a_weak_password_says_nothing_about_the_email(signup, make_user):
    taken = make_user("jo").email

    assert signup(email=taken, password="abc").content == signup(password="abc").content


# Limits and the log


def test_sign_ups_from_one_address_are_limited(signup, monkeypatch):
    monkeypatch.setattr(sign_up, "PER_IP", Limit(2, 300))
    here = {"REMOTE_ADDR": "192.0.2.9"}
    for _ in range(2):
        signup(password="abc", headers=here)

    answer = signup(headers=here)

    assert text_of(answer, 429)[0] == "too_many_requests"
    assert 0 < int(answer["Retry-After"]) <= 300
    assert signup(headers={"REMOTE_ADDR": "192.0.2.10"}).status_code == 200


def test_a_refusal_is_logged_without_what_was_typed(signup, page, settings):
    signup(password="abc", email="Kim@Example.com", headers={"REMOTE_ADDR": "192.0.2.9"})

    event = LogEvent.objects.get()
    assert (event.type, event.user_name, event.client_id, event.connection, event.ip) == (
        *("fs", "kim@example.com", page.client_id, REALM, "192.0.2.9"),
    )
    cache.clear()
    signup(email=PASSWORD)

    latest = LogEvent.objects.latest("pk")
    assert PASSWORD not in json.dumps([latest.description, latest.user_name, latest.details])


def test_a_flood_of_refusals_is_logged_once_a_second(signup):
    for _ in range(3):
        signup(password="abc")

    assert LogEvent.objects.filter(type="fs").count() == 1


# Never a 500


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
NAMES = st.sampled_from(["email", "username", "name", "picture", "user_metadata", "client_id", "connection"])


@hypothesis(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.dictionaries(NAMES | st.text(max_size=5), JSON_VALUES, max_size=4))
def test_no_body_makes_it_fail(signup, body):
    assert signup(
        password="abc", **{k: v for k, v in body.items() if k not in ("as_form", "headers", "password")}
    ).status_code in (400, 403, 429)


def test_the_row_is_that_of_a_user_who_can_be_found_and_edited(signup, api):
    signup()

    answer = api().patch(f"/api/v2/users/{kim().user_id}", {"user_metadata": {"hobby": "chess"}})

    assert answer.status_code == 200
    assert again(kim()).user_metadata == {"hobby": "chess"}
