"""Errors come in Auth0's envelope, always: no HTML, no stack trace."""

from __future__ import annotations

import re
from collections import defaultdict

import psycopg
import pytest
from django.db import OperationalError

from tests.api.answers import USERS, at, problem
from users.api.endpoints import ENDPOINTS
from users.api.views.users import UsersView
from users.models import Change

NOT_FOUND = (404, "Not Found", None)


def filled(path):
    """The address, with something in place of each of its parts."""
    names = defaultdict(lambda: "x1", user_id="auth0|nobody")
    return f"/api/v2{path.format_map(names)}"


@pytest.fixture
def broken(shop, monkeypatch):
    """Makes the list of users raise; the error is answered as in production."""

    def raising(error):
        def get(*_):
            raise error

        monkeypatch.setattr(UsersView, "get", get)
        shop.browser.raise_request_exception = False
        return shop.get(USERS)

    return raising


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE", "PUT", "OPTIONS", "HEAD"])
@pytest.mark.parametrize(
    "path",
    [
        "/api/v2/",
        "/api/v2/shoes",
        "/api/v2/users/",
        "/api/v2/openapi.json/",
        "/api/v1/users",
        "/api/",
        "/api/v2/%00",
    ],
)
def test_an_address_that_does_not_exist_is_not_found(shop, path, method):
    response = shop.call(method, path)

    assert response.status_code == 404
    assert method == "HEAD" or problem(response) == NOT_FOUND


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_address_without_its_last_slash_is_told_in_json_too(shop, method):
    assert problem(shop.call(method, "/api/v2")) == NOT_FOUND


@pytest.mark.parametrize("path", ENDPOINTS)
def test_a_method_that_is_not_offered_is_not_allowed(shop, path):
    known = {"GET", "POST", "PATCH", "DELETE", "PUT", "OPTIONS", "TRACE", "BREW"}
    others = known - set(ENDPOINTS[path].operations)

    answers = {method: problem(shop.call(method, filled(path))) for method in others}

    assert answers == dict.fromkeys(others, (405, "Method Not Allowed", None))


@pytest.mark.parametrize("path", ENDPOINTS)
def test_which_methods_are_offered_is_told(shop, db, path):
    response = shop.call("PUT", filled(path))

    assert set(response["Allow"].split(", ")) - {"HEAD"} == set(ENDPOINTS[path].operations)


def test_the_api_lives_without_cookies(browser, api, administrator):
    visitor = browser(administrator)

    response = visitor.get(USERS, HTTP_AUTHORIZATION=f"Bearer {api().token}")

    assert response.status_code == 200
    assert not response.cookies


def test_a_foreign_host_is_refused_in_json(shop):
    assert problem(shop.get(USERS, Host="evil.example"))[0] == 400


@pytest.mark.parametrize(
    "accept", ["text/html", "application/xml", "nonsense", "application/json;q=0", "text/*;q=0.9"]
)
def test_a_client_that_takes_no_json_is_told_that_there_is_nothing_else(shop, db, accept):
    response = shop.get(USERS, Accept=accept)

    assert problem(response) == (406, "The answer is application/json; accept it.", "not_acceptable")


@pytest.mark.parametrize(
    "accept", ["", " ", "*/*", "application/*", "Application/JSON;q=0.5", "text/html;q=0.9,*/*;q=0.1"]
)
def test_a_client_that_takes_anything_gets_json(shop, db, accept):
    response = shop.get(USERS, Accept=accept)

    assert (response.status_code, response.content) == (200, b"[]")
    assert response["Content-Type"] == "application/json; charset=utf-8"


def test_a_fault_of_ours_says_nothing_of_the_inside(broken):
    response = broken(RuntimeError("the secret of the inside"))

    assert problem(response) == (500, "Internal Server Error", None)
    assert "secret" not in response.content.decode()
    assert response["X-Request-ID"]


@pytest.mark.parametrize("code", ["55P03", "40P01", "40001"])
def test_a_busy_database_says_to_come_back(broken, code):
    response = broken(psycopg.errors.lookup(code)("in any words"))

    assert problem(response) == (503, "The database is busy. Try again in a moment.", "database_busy")
    assert response["Retry-After"] == "1"


def test_any_other_failure_of_the_database_is_a_fault_of_ours(broken):
    assert problem(broken(OperationalError("no such table: users_user")))[:2] == (
        500,
        "Internal Server Error",
    )


# The request id


@pytest.mark.parametrize("name", ["X-Request-ID", "X-Correlation-ID"])
@pytest.mark.parametrize("path", [USERS, "/api/v2/shoes", f"{USERS}/auth0|nobody"])
def test_the_callers_request_id_comes_back(shop, db, name, path):
    assert shop.get(path, **{name: "ticket-7/a.b:c=+"})["X-Request-ID"] == "ticket-7/a.b:c=+"


@pytest.mark.parametrize(
    "hostile",
    ["a b", "a\nb", "a\r\nSet-Cookie: x=1", "<script>", "é", '"', "{}", "\x1b[31m", "", "a\n"],
    ids=ascii,
)
def test_a_hostile_request_id_is_replaced(shop, jane, hostile):
    response = shop.patch(at(jane), {"nickname": "Jay"}, **{"X-Request-ID": hostile})

    assert re.fullmatch("[0-9a-f]{32}", response["X-Request-ID"])
    assert Change.objects.first().request_id == response["X-Request-ID"]


def test_of_a_long_request_id_64_characters_are_kept(shop, db):
    assert shop.get(USERS, **{"X-Request-ID": "a" * 65})["X-Request-ID"] == "a" * 64


def test_each_request_has_an_id_of_its_own(shop, db):
    assert shop.get(USERS)["X-Request-ID"] != shop.get(USERS)["X-Request-ID"]


def test_a_body_in_chunks_is_refused_rather_than_taken_as_empty(shop, jane):
    response = shop.browser.generic(
        "PATCH",
        f"{USERS}/{jane.user_id}",
        HTTP_AUTHORIZATION=f"Bearer {shop.token}",
        HTTP_TRANSFER_ENCODING="chunked",
        content_type="application/json",
    )

    assert problem(response)[0::2] == (411, "length_required")


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_the_page_about_the_api_is_only_looked_at(shop, db, method):
    response = shop.call(method, "/api/v2/docs/")

    assert problem(response) == (405, "Method Not Allowed", None)


def test_an_unknown_parameter_is_refused_where_none_is_known_too(shop, jane):
    response = shop.delete(f"{USERS}/{jane.user_id}?force=true")

    assert problem(response)[0::2] == (400, "invalid_query_string")
