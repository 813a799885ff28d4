"""`GET /users/{id}`."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from tests.api.answers import USERS, at, problem, shown
from users.api.schemas.users import USER
from users.representation.fields import WRITABLE

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def test_a_user_is_shown_with_both_documents(jane, shop):
    user = shown(shop.get(at(jane)))

    assert user["user_metadata"] == {"hobby": "surfing"}
    assert user["app_metadata"] == {"plan": "full"}
    assert user["identities"] == [
        {
            "connection": "Username-Password-Authentication",
            "user_id": jane.user_id.removeprefix("auth0|"),
            "provider": "auth0",
            "isSocial": False,
        }
    ]


def test_what_is_not_set_is_left_out(stranger, shop):
    assert shown(shop.get(at(stranger))).keys() == {
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


def test_times_are_utc_with_milliseconds(jane, put, shop):
    at_noon = datetime(2026, 3, 4, 12, 0, 0, 7_999, tzinfo=UTC)
    put(jane, last_login=at_noon, last_password_reset=at_noon)

    user = shown(shop.get(at(jane)))

    assert user["last_login"] == user["last_password_reset"] == "2026-03-04T12:00:00.007Z"
    assert MOMENT.fullmatch(user["created_at"])
    assert MOMENT.fullmatch(user["updated_at"])


def test_what_a_sign_in_leaves_is_shown(jane, put, shop):
    put(jane, logins_count=3, last_ip="192.0.2.7")

    user = shown(shop.get(at(jane)))

    assert (user["logins_count"], user["last_ip"]) == (3, "192.0.2.7")


def test_no_answer_holds_anything_of_the_password(jane, shop):
    answer = shop.get(at(jane)).content.decode()

    assert "password" not in answer
    assert jane.password not in answer


def test_there_is_no_such_user(shop):
    assert problem(shop.get(f"{USERS}/auth0|nobody")) == (404, "The user does not exist.", "inexistent_user")


@pytest.mark.parametrize("user_id", ["jane", "auth0:jane", "..", "1"])
def test_an_id_without_a_pipe_is_none(shop, user_id):
    text = f"Object didn't pass validation for format user-id: {user_id}"

    expected = f"Path validation error: '{text}' on property id (The id of the user)."
    assert problem(shop.get(f"{USERS}/{user_id}")) == (400, expected, "invalid_uri")


@pytest.mark.parametrize(
    "user_id", ["auth0%7C", "auth0%7Ca%00b", "%7C", "auth0%7C%ED%A0%80", "auth0%7C" + "a" * 5000]
)
def test_a_hostile_id_is_no_fault_of_ours(shop, user_id):
    assert problem(shop.get(f"{USERS}/{user_id}"))[0] in (400, 404)


@pytest.mark.parametrize("pipe", ["|", "%7C", "%7c"])
@pytest.mark.parametrize("slash", ["/", "%2F"])
def test_pipe_and_slash_come_raw_or_encoded(make_user, shop, pipe, slash):
    make_user("jane", bare_id="team/jane")

    assert shown(shop.get(f"{USERS}/auth0{pipe}team{slash}jane"))["user_id"] == "auth0|team/jane"


def test_ids_are_distinguished_by_case(make_user, shop):
    make_user("jane", bare_id="Jane")

    assert problem(shop.get(f"{USERS}/auth0|jane"))[0] == 404


def test_head_answers_as_get_without_the_body(jane, shop):
    response = shop.call("HEAD", at(jane))

    assert (response.status_code, response.content) == (200, b"")
    assert response["ETag"] == '"1"'


def test_the_answer_is_not_to_be_stored(jane, shop):
    assert shop.get(at(jane))["Cache-Control"] == "no-store"


@pytest.mark.parametrize("field", USER["properties"])
def test_each_field_can_be_asked_for_alone(jane, put, shop, field):
    noon = datetime(2026, 3, 4, 12, tzinfo=UTC)
    put(
        jane,
        **{name: schema["examples"][0] for name, schema in WRITABLE.items() if "examples" in schema},
        blocked=False,
        logins_count=1,
        last_login=noon,
        last_ip="192.0.2.7",
        phone_verified=True,
        last_password_reset=noon,
        multifactor=[],
        multifactor_last_modified=noon,
    )

    whole = shown(shop.get(at(jane)))

    assert shown(shop.get(f"{at(jane)}?fields={field}")) == {field: whole[field]}


def test_fields_can_be_left_out(jane, shop):
    whole = shown(shop.get(at(jane)))

    user = shown(shop.get(f"{at(jane)}?fields=user_metadata,app_metadata&include_fields=false"))

    assert user.keys() == whole.keys() - {"user_metadata", "app_metadata"}


def test_include_fields_without_fields_shows_everything(jane, shop):
    assert shown(shop.get(f"{at(jane)}?include_fields=true")) == shown(shop.get(at(jane)))


@pytest.mark.parametrize(
    "fields", ["shoe_size", "email,shoe_size", "email,,name", "", "email.domain", "identities.shoe_size"]
)
def test_the_list_of_fields_is_closed_here(jane, shop, fields):
    status, message, code = problem(shop.get(f"{at(jane)}?fields={fields}"))

    assert (status, code) == (400, "invalid_query_string")
    assert message.startswith("Query validation error: 'String does not match pattern ^(")
    assert message.endswith("on property fields (Fields to include or to exclude, separated by commas).")


def test_an_unknown_parameter_is_refused(jane, shop):
    assert problem(shop.get(f"{at(jane)}?shoe_size=44")) == (
        400,
        "Query validation error: 'Additional properties not allowed: shoe_size'.",
        "invalid_query_string",
    )


def test_a_write_is_read_at_once(jane, shop):
    written = shop.patch(at(jane), {"nickname": "Jay"})
    read = shop.get(at(jane))

    assert shown(read)["nickname"] == "Jay"
    assert (read.content, read["ETag"]) == (written.content, written["ETag"])
