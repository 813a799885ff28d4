"""What people and programs see when something goes wrong: a sentence, never the inside."""

from __future__ import annotations

import pytest
from django.db import OperationalError
from django.test import Client

from tests.web.pages import Page, open_page
from users.profile import views
from users.sign_in.session_store import SessionStore

INSIDE = ("Traceback", "Exception", "django", "users.", ".py", "DEBUG", "SECRET")


def visit(visitor: Client, path: str, **headers: str) -> Page:
    visitor.raise_request_exception = False
    return Page(visitor, visitor.get(path, **headers), path)


def tells_nothing(page: Page) -> bool:
    return not [word for word in INSIDE if word in page.html]


def test_an_unknown_address(browser, jane):
    for visitor in (browser(), browser(jane)):
        page = visit(visitor, "/no/such/<script>page")

        assert page.status == 404
        assert "Page not found" in page.text
        assert "no/such" not in page.html
        assert tells_nothing(page)


def test_what_one_may_not_see(browser, jane):
    page = open_page(browser(jane), "/admin/users/user/")

    assert page.status == 403
    assert "You do not have access to this page" in page.text
    assert "Your own page is at /profile/." in page.text
    assert tells_nothing(page)


def test_a_failure_of_ours(browser, jane, monkeypatch, caplog):
    def broken(*args, **options):
        raise RuntimeError("a secret of the inside")

    monkeypatch.setattr(views, "DocumentsForm", broken)

    page = visit(browser(jane), "/profile/", HTTP_X_REQUEST_ID="mine")

    assert page.status == 500
    assert "Something went wrong on our side" in page.text
    assert "Request mine" in page.text
    assert "secret of the inside" not in page.html
    assert tells_nothing(page)
    assert "a secret of the inside" in caplog.text


def test_the_page_for_failures_needs_no_database(browser, jane, monkeypatch):
    member = browser(jane)

    def broken(self):
        raise OperationalError("no such table: django_session")

    monkeypatch.setattr(SessionStore, "load", broken)

    page = visit(member, "/profile/")

    assert page.status == 500
    assert "Something went wrong on our side" in page.text
    assert tells_nothing(page)


@pytest.mark.django_db
def test_a_host_that_is_not_ours():
    page = visit(Client(HTTP_HOST="evil.example"), "/login/")

    assert page.status == 400
    assert "evil.example" not in page.html
    assert tells_nothing(page)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v2/no/such", "/.well-known/no/such"])
def test_programs_get_json(path):
    answer = Client().get(path)

    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("application/json")
    assert answer.json() == {"statusCode": 404, "error": "Not Found", "message": "Not Found"}


@pytest.mark.django_db
def test_programs_after_a_token_get_the_json_of_oauth():
    answer = Client().get("/oauth/no/such")

    assert answer.status_code == 404
    assert set(answer.json()) == {"error", "error_description"}


def test_a_form_without_its_token(jane):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(jane)

    answer = strict.post("/profile/", {"user_metadata": "{}"})

    page = Page(strict, answer, "/profile/")
    assert page.status == 403
    assert "This page was out of date. Reload it, then send the form again." in page.text
    assert tells_nothing(page)


def test_the_way_out_of_every_error_page_works(browser, jane):
    page = visit(browser(jane), "/no/such/page")

    assert '<a class="button large full" href="/">Back to the start page</a>' in page.html
    assert open_page(page.browser, "/").path == "/profile/"


@pytest.mark.django_db
def test_too_many_fields_and_bad_parts_say_what_to_do(client, api):
    body = "&".join(f"field{number}=1" for number in range(1001))
    form = "application/x-www-form-urlencoded"
    reason = "A form may have at most 1000 fields. Send fewer."

    page = client.post("/login/", body, content_type=form)
    oauth = client.post("/oauth/token", body, content_type=form)
    shop = api()
    given = {"content_type": form, "HTTP_AUTHORIZATION": f"Bearer {shop.token}"}
    refused = shop.browser.post("/api/v2/users", body, **given)

    assert (page.status_code, reason in page.content.decode()) == (400, True)
    assert oauth.json() == {"error": "invalid_request", "error_description": reason}
    assert (refused.status_code, refused.json()["message"]) == (400, f"Payload validation error: {reason}")


@pytest.mark.parametrize(
    ("path", "status", "title"),
    [
        ("/admin/users/user/0/change/", 404, "Page not found"),
        ("/admin/no/such/page/", 404, "Page not found"),
        ("/admin/log/", 403, "You do not have access to this page"),
    ],
)
def test_in_the_dashboard_an_error_page_keeps_the_frame(browser, agent, path, status, title):
    page = visit(browser(agent), path)

    assert page.status == status
    assert title in page.text
    assert 'aria-label="Dashboard"' in page.html
    assert '<a class="button" href="/">Back to the start</a>' in page.html
    assert tells_nothing(page)


def test_a_form_of_the_dashboard_without_its_token_keeps_the_frame(agent, jane):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(agent)

    page = Page(strict, strict.post(f"/admin/users/user/{jane.pk}/change/"), "/admin/")

    assert page.status == 403
    assert "This page was out of date." in page.text
    assert 'aria-label="Dashboard"' in page.html


def test_who_is_not_staff_sees_no_frame_of_the_dashboard(browser, jane):
    page = visit(browser(jane), "/admin/no/such/page/")

    assert 'aria-label="Dashboard"' not in page.html


def test_a_method_that_a_page_does_not_know(browser, jane):
    page = Page(browser(jane), browser(jane).put("/profile/"), "/profile/")

    assert page.status == 405
    assert page.response["Allow"] == "GET, HEAD, POST"
    assert "Method not allowed" in page.text
    assert tells_nothing(page)
