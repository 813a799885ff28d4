"""`/healthz`, as a probe asks."""

from __future__ import annotations

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext


@pytest.mark.parametrize("method", ["get", "head"])
def test_it_answers_without_redirect(method):
    answer = getattr(Client(), method)("/healthz")

    assert answer.status_code == 200
    assert answer.content == (b"ok\n" if method == "get" else b"")


@pytest.mark.parametrize("host", ["10.0.0.7", "evil.example", "10.0.0.7:8000", "_", ""])
def test_it_answers_whatever_host_is_asked_for(host):
    assert Client(HTTP_HOST=host).get("/healthz").status_code == 200


def test_it_answers_plain_http_where_all_else_is_led_to_https(settings):
    settings.SECURE_SSL_REDIRECT = True

    assert Client().get("/healthz").status_code == 200


@pytest.mark.django_db
def test_it_asks_nothing_of_the_database():
    visitor = Client()
    visitor.cookies["session"] = "x" * 32

    with CaptureQueriesContext(database) as captured:
        visitor.get("/healthz")

    assert len(captured) == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path"), [("post", "/healthz"), ("get", "/healthz/"), ("get", "/healthzz")]
)
def test_nothing_else_is_that_address(method, path):
    assert getattr(Client(), method)(path).status_code == 404
