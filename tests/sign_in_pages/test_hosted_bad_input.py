"""Forms of the hosted pages with any field missing, doubled, too long or wrongly encoded: a page that says
what is wrong, never a 500."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from django.test import Client as Browser

from tests.conftest import PASSWORD
from tests.oauth.sign_in_browser import authorize, type_password
from tests.second_factor import enrol
from tests.suites import DEPTH

FORMS = {
    "/u/login": {"login": "jane@example.com", "password": "wrong", "remember": "on"},
    "/u/signup": {"email": "new@example.com", "password": PASSWORD, "username": "new"},
    "/u/forgot-password": {"email": "jane@example.com"},
    "/u/second-factor": {"code": "123456"},
    "/u/consent": {"answer": "accept"},
    "/u/continue": {"answer": "x"},
}
TEXTS = ["a\0b", "x" * 20_000]
if DEPTH > 1:
    TEXTS += ["", "9" * 400, "\ud7ff\U0010ffff", "\u202e", "'\"><script>", "null", "[]"]
FORM = "application/x-www-form-urlencoded"


def send(browser, path, state, text, *, kind=FORM):
    return browser.generic("POST", f"{path}?state={state}", text, content_type=kind)


@pytest.fixture
def window():
    return Browser()


@pytest.fixture
def open_state(spa, window):
    """The state of a new sign-in that waits for its user."""
    return lambda: authorize(window, spa, prompt="login")["Location"].partition("state=")[2]


@pytest.mark.parametrize("path", FORMS)
def test_each_field_of_a_form(window, open_state, path, jane):
    form = FORMS[path]
    for name in form:
        cache.clear()  # the page takes only so many forms a minute
        others = {key: value for key, value in form.items() if key != name}
        wrong = [urlencode(others), urlencode([*form.items(), (name, "y"), (name, "z")])]
        wrong += [urlencode({**form, name: value}) for value in TEXTS]
        for text in wrong:
            assert send(window, path, open_state(), text).status_code in (200, 302, 422, 429)
        for raw in ("%ff", "%ed%a0%80"):
            answer = send(window, path, open_state(), f"{urlencode(others)}&{name}={raw}")
            assert (answer.status_code, "not valid UTF-8" in answer.content.decode()) == (400, True)


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", "{"),
        ("multipart/form-data; boundary=y", "x"),
        ("multipart/form-data", "x"),
        ("text/plain; charset=nonsense", "x"),
        (f"{FORM}; charset=utf-16", "login=x"),
    ],
)
def test_a_body_of_another_type(window, open_state, path, kind, body, jane):
    assert send(window, path, open_state(), body, kind=kind).status_code in (200, 302, 400, 422)


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("state", ["", "%00", "%ff", "x" * 5000, "x&state=y"])
def test_any_state(window, db, path, state):
    for answer in (window.get(path, QUERY_STRING=f"state={state}"), send(window, path, state, "a=b")):
        assert answer.status_code == 400


@pytest.mark.parametrize("code", ["", "a\0b", "9" * 400, "x" * 20_000, "٣٣٣٣٣٣"])
def test_any_code_of_a_second_factor(window, spa, jane, code):
    enrol(jane)
    page = type_password(window, authorize(window, spa), jane)

    answer = window.post(page["Location"], {"code": code})

    assert (answer.status_code, 'role="alert"' in answer.content.decode()) == (422, True)
