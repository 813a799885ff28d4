"""Repeated parameters are refused, as repeated keys of JSON are, except for lists."""

from __future__ import annotations

import pytest

from tests.api.answers import USERS, at, invalid_body, invalid_query, problem, shown
from users.models import Connection

FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (f"{USERS}?page=0&page=1", "page"),
        (f"{USERS}?q=a&q=a", "q"),
        (f"{USERS}?per_page=1&include_totals=true&include_totals=true", "include_totals"),
        (f"{USERS}?fields=email&fields=name", "fields"),
        ("/api/v2/users-by-email?email=a@example.com&email=b@example.com", "email"),
        ("/api/v2/logs?take=1&take=2", "take"),
        ("/api/v2/roles?name_filter=a&name_filter=b", "name_filter"),
        ("/api/v2/events?take=1&take=1", "take"),
    ],
)
def test_a_repeated_parameter_is_refused(shop, path, name):
    assert problem(shop.get(path)) == invalid_query(f"'Given 2 times; keep one' on property {name}.")


def test_so_it_is_for_one_user(shop, jane):
    expected = invalid_query("'Given 3 times; keep one' on property fields.")

    assert problem(shop.get(f"{at(jane)}?fields=email&fields=name&fields=name")) == expected


def test_a_delete_that_names_two_does_nothing(shop, jane):
    path = f"/api/v2/connections/{jane.connection.connection_id}/users"

    response = shop.delete(f"{path}?email=other@example.com&email={jane.email}")

    assert problem(response) == invalid_query("'Given 2 times; keep one' on property email.")
    assert shown(shop.get(at(jane)))


def test_a_list_may_be_repeated(shop, elsewhere):
    Connection.objects.filter(pk=elsewhere.pk).update(strategy="email")

    found = shown(shop.get("/api/v2/connections?strategy=auth0&strategy=email"))

    assert {one["strategy"] for one in found} == {"auth0", "email"}


@pytest.mark.parametrize("value", ["", "native,", "&app_type="])
def test_an_empty_item_of_a_list_is_refused(shop, value):
    response = shop.get(f"/api/v2/clients?app_type={value}")

    assert response.status_code == 400
    assert "app_type" in str(problem(response))


@pytest.mark.parametrize(
    ("body", "name"), [("name=A&name=B", "name"), ("app_metadata={}&app_metadata={}", "app_metadata")]
)
def test_a_repeated_field_of_a_form_is_refused(shop, jane, unchanged, body, name):
    given = {"content_type": FORM, "HTTP_AUTHORIZATION": f"Bearer {shop.token}"}

    response = shop.browser.generic("PATCH", at(jane), body, **given)

    assert problem(response) == invalid_body(f"'Given 2 times; keep one' on property {name}.")
    assert unchanged()


@pytest.mark.parametrize("name", ["connection_id", "users"])
def test_a_repeated_part_of_an_import_is_refused(shop, jane, name):
    parts = {
        "users": 'name="users"; filename="users.json"\r\n\r\n[]',
        "connection_id": f'name="connection_id"\r\n\r\n{jane.connection.connection_id}',
    }
    sent = [*parts.values(), parts[name]]
    text = "".join(f"--x\r\nContent-Disposition: form-data; {part}\r\n" for part in sent) + "--x--\r\n"
    given = {
        "content_type": "multipart/form-data; boundary=x",
        "HTTP_AUTHORIZATION": f"Bearer {shop.token}",
    }

    response = shop.browser.generic("POST", "/api/v2/jobs/users-imports", text, **given)

    assert problem(response) == invalid_body(f"'Given 2 times; keep one' on property {name}.")


def test_a_byte_order_mark_before_a_body_is_passed_over(shop, jane):
    body = b'\xef\xbb\xbf{"user_metadata": {"city": "Oslo"}}'

    assert shown(shop.patch(at(jane), body))["user_metadata"] == {"hobby": "surfing", "city": "Oslo"}
