"""Bodies over the limit: refused by what they announce, as a page or as JSON."""

from __future__ import annotations

import pytest

from tests.web.pages import Page, open_page
from users.models import User

MIB = 1024 * 1024


def announce(visitor, path: str, length: object):
    body = b" " * length if isinstance(length, int) else b"{}"
    return visitor.generic("POST", path, body, "application/json", CONTENT_LENGTH=str(length))


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v2/users", "/api/v2/no/such", "/.well-known/jwks.json"])
def test_programs_get_json(browser, path):
    answer = announce(browser(), path, 4 * MIB + 1)

    assert answer.status_code == 413
    assert answer.json() == {
        "statusCode": 413,
        "error": answer.json()["error"],
        "message": f"Payload content length greater than maximum allowed: {4 * MIB}",
        "errorCode": "payload_too_large",
    }


@pytest.mark.django_db
def test_who_asks_for_a_token_gets_the_json_of_oauth_and_may_send_little(browser):
    answer = announce(browser(), "/oauth/token", 64 * 1024 + 1)

    assert answer.status_code == 413
    assert answer.json() == {
        "error": "invalid_request",
        "error_description": "Payload content length greater than maximum allowed: 65536",
    }


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/login/", "/profile/", "/admin/users/user/1/change/"])
def test_people_get_a_page(browser, path):
    visitor = browser()

    answer = announce(visitor, path, 8 * MIB + 1)

    page = Page(visitor, answer, path)
    assert page.status == 413
    assert "Request too large" in page.text
    assert "The limit is 8 MiB." in page.text


@pytest.mark.parametrize("path", ["/login/", "/profile/", "/password/reset/", "/admin/users/user/1/change/"])
def test_users_without_staff_rights_may_send_twice_a_document(browser, jane, path):
    for visitor in (browser(), browser(jane)):
        page = Page(visitor, announce(visitor, path, 2 * MIB + 1), path)

        assert page.status == 413
        assert "The limit is 2 MiB." in page.text
        assert announce(visitor, path, 2 * MIB).status_code != 413


def test_staff_may_send_more_also_from_their_own_page(browser, agent):
    for path in ("/profile/", "/admin/"):
        assert announce(browser(agent), path, 8 * MIB).status_code != 413
        assert announce(browser(agent), path, 8 * MIB + 1).status_code == 413


def test_the_limit_follows_that_of_documents_and_leaves_room_to_sign_in(browser, settings, db):
    settings.METADATA_MAX_BYTES = 48 * 1024
    page = Page(browser(), announce(browser(), "/login/", 96 * 1024 + 1), "/login/")
    assert (page.status, "The limit is 96 KiB." in page.text) == (413, True)

    settings.METADATA_MAX_BYTES = 1024
    assert announce(browser(), "/login/", 64 * 1024).status_code != 413
    assert announce(browser(), "/login/", 64 * 1024 + 1).status_code == 413


def test_the_own_page_takes_a_full_document_of_any_letters(browser, jane):
    """As multipart, in which nothing is spelt with three bytes for one."""
    page = open_page(browser(jane), "/profile/")
    large = '{"a": "' + "я" * (MIB // 2 - 100) + '"}'

    assert 'enctype="multipart/form-data"' in page.html
    assert page.press("Save changes", user_metadata=large).status == 200
    assert len(User.objects.get(pk=jane.pk).user_metadata["a"]) == MIB // 2 - 100


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "limit"), [("/api/v2/users", 4 * MIB), ("/login/", 2 * MIB), ("/oauth/token", 64 * 1024)]
)
def test_up_to_the_limit_it_is_not_refused_for_its_length(browser, path, limit):
    answer = browser().generic("POST", path, b" " * limit, "application/json")

    assert answer.status_code in (200, 400, 401)


@pytest.mark.django_db
@pytest.mark.parametrize("length", ["", "abc", "-1", "²", "1e9", "0x10"])
def test_a_length_that_is_none_breaks_nothing(browser, length):
    visitor = browser()
    visitor.raise_request_exception = False

    assert announce(visitor, "/api/v2/users", length).status_code < 500


def test_two_large_documents_pass_through_the_form(browser, agent, jane):
    page = open_page(browser(agent), f"/admin/users/user/{jane.pk}/change/")
    large = '{"a": "' + "x" * (MIB - 100) + '"}'

    done = page.press("Save changes", user_metadata=large, app_metadata=large)

    assert done.status == 200
    assert len(User.objects.get(pk=jane.pk).app_metadata["a"]) == MIB - 100
