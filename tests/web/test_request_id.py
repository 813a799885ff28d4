"""A name for each request: in the answer, the page, the record and the log."""

from __future__ import annotations

import io
import logging
import re

import pytest

from tests.web.pages import open_page
from users.models import Change
from users.web.request_id import RequestIdFilter

MADE = re.compile(r"[0-9a-f]{32}")


@pytest.fixture
def visitor(db, browser):
    return browser()


def test_each_request_gets_one_of_its_own(visitor):
    first, second = (visitor.get("/login/")["X-Request-ID"] for _ in range(2))

    assert MADE.fullmatch(first)
    assert MADE.fullmatch(second)
    assert first != second


@pytest.mark.parametrize("header", ["X-Request-ID", "X-Correlation-ID"])
@pytest.mark.parametrize("given", ["a", "trace-1:2/3", "x" * 64])
def test_a_callers_own_is_taken_over(visitor, header, given):
    assert visitor.get("/login/", headers={header: given})["X-Request-ID"] == given


def test_the_first_of_two_headers_counts(visitor):
    headers = {"X-Request-ID": "first", "X-Correlation-ID": "second"}

    assert visitor.get("/login/", headers=headers)["X-Request-ID"] == "first"


@pytest.mark.parametrize(
    "given", ["", " ", "a b", "é", "<script>", "a\nINFO forged", "a\r\nSet-Cookie: x=1", "a;b", '"', "a\x00"]
)
def test_one_that_could_write_into_the_log_is_replaced(visitor, given):
    assert MADE.fullmatch(visitor.get("/login/", headers={"X-Request-ID": given})["X-Request-ID"])


def test_the_id_of_a_job_cannot_be_chosen(visitor):
    answer = visitor.get("/login/", headers={"X-Request-ID": "job_0123456789abcdef"})

    assert MADE.fullmatch(answer["X-Request-ID"])


def test_an_endless_one_is_not_kept_whole(visitor):
    assert len(visitor.get("/login/", headers={"X-Request-ID": "x" * 5000})["X-Request-ID"]) <= 64


@pytest.mark.parametrize("path", ["/no/such/page", "/api/v2/users", "/", "/login/", "/admin/"])
def test_every_kind_of_answer_carries_it(visitor, path):
    assert visitor.get(path, headers={"X-Request-ID": "mine"})["X-Request-ID"] == "mine"


def test_an_error_page_shows_it(visitor):
    assert "Request mine" in open_page(visitor, "/no/such/page", HTTP_X_REQUEST_ID="mine").text


def test_the_record_of_changes_holds_it(browser, jane):
    page = open_page(browser(jane), "/profile/")

    page.browser.post(
        "/profile/", page.data("Save changes", user_metadata="{}"), headers={"X-Request-ID": "mine"}
    )

    assert Change.objects.filter(subject=jane.user_id).first().request_id == "mine"


def test_lines_of_the_log_carry_it(visitor):
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    handler.addFilter(RequestIdFilter())
    handler.setFormatter(logging.Formatter("[{request_id}] {message}", style="{"))
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)
    try:
        visitor.get("/no/such/page", headers={"X-Request-ID": "mine"})
        logger.warning("afterwards")
    finally:
        logger.removeHandler(handler)

    assert log.getvalue().splitlines() == ["[mine] Not Found: /no/such/page", "[-] afterwards"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/login/", "/oauth/token", "/api/v2/users"])
def test_a_form_of_too_many_fields_is_refused_in_one_line_of_the_log(client, path, caplog):
    body = "&".join(f"field{number}=1" for number in range(1001))

    answer = client.post(path, body, content_type="application/x-www-form-urlencoded")

    records = [record for record in caplog.records if RequestIdFilter().filter(record)]
    assert answer.status_code in (400, 401)
    assert not any(record.exc_info for record in records)
    assert {record.levelname for record in records} == {"WARNING"}
