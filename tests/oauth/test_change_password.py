"""`POST /dbconnections/change_password`, and the questions about captchas."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest

from tests.mailbox import deliver
from tests.oauth.answers import REALM
from users.models import Client, Connection, Job, LogEvent

SENT = "We've just sent you an email to reset your password."
PATH = "/dbconnections/change_password"


@pytest.fixture
def reset(browser, page, jane, settings):
    """Asks for a link for Jane; `...` leaves a parameter out."""
    settings.IS_EMAIL_CONFIGURED = True

    def post(*, as_form=False, headers=(), **changed):
        good = {"client_id": page.client_id, "email": jane.email, "connection": REALM}
        body = {name: value for name, value in (good | changed).items() if value is not ...}
        kind = "application/x-www-form-urlencoded" if as_form else "application/json"
        text = urlencode(body) if as_form else json.dumps(body)
        return browser().post(PATH, text, content_type=kind, **dict(headers))

    return post


def text_of(answer, status=400):
    assert answer.status_code == status, answer.content
    assert not Job.objects.exists()
    return answer.json()["description"]


@pytest.mark.parametrize("as_form", [False, True])
def test_the_user_is_mailed_a_link(reset, jane, page, as_form):
    answer = reset(as_form=as_form, email=f" {jane.email.upper()}")

    assert (answer.status_code, answer.content.decode()) == (200, SENT)
    assert answer["Content-Type"].startswith("text/html")
    [mail] = deliver()
    assert mail.to == [jane.email]
    assert "/password/reset/key/" in mail.body
    event = LogEvent.objects.get()
    assert (event.type, event.user_id, event.client_id) == ("scpr", jane.user_id, page.client_id)


def test_an_unknown_email_is_answered_alike(reset, jane):
    known = reset()
    unknown = reset(email="nobody@example.com")

    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert Job.objects.count() == 2
    assert [mail.to for mail in deliver()] == [[jane.email]]


def test_an_old_password_in_the_body_changes_nothing(reset, jane):
    before = jane.password

    reset(password="a-new-Passw0rd")

    jane.refresh_from_db()
    assert jane.password == before


def test_only_the_account_in_that_connection_gets_it(reset, jane, page):
    other = Connection.objects.create(name="Partners")
    page.connections.add(other)

    assert reset(connection="Partners").status_code == 200
    assert deliver() == []


def test_the_client_may_be_left_out(reset):
    assert reset(client_id=...).status_code == 200


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"email": ...}, "Missing required parameter: email"),
        ({"connection": ...}, "Missing required parameter: connection"),
        ({"email": 5}, "The parameter email must be text."),
        ({"email": "jane"}, "The parameter email must be an email address."),
        ({"email": "jane\0@example.com"}, "NUL"),
        ({"connection": "unknown"}, "the connection was not found"),
    ],
)
def test_a_bad_request_is_refused_in_words(reset, changed, text):
    assert text in text_of(reset(**changed))


def test_a_connection_must_be_enabled_for_the_client(reset, page):
    page.connections.clear()
    assert text_of(reset()) == "the connection is not enabled"

    Connection.objects.update(is_enabled=False)
    assert text_of(reset(client_id=...)) == "the connection is not enabled"


def test_an_unknown_client(reset):
    assert text_of(reset(client_id="unknown"), 403) == "Unknown client: unknown"


def test_without_a_mail_server_it_says_so(reset, settings):
    settings.IS_EMAIL_CONFIGURED = False

    assert "EMAIL_URL" in text_of(reset())


def test_the_limit_is_named_and_holds(reset):
    first = reset()
    for number in range(9):
        last = reset(email=f"user{number}@example.com")
    beyond = reset(email="one@example.com")

    assert (first["X-RateLimit-Limit"], first["X-RateLimit-Remaining"]) == ("10", "9")
    assert (last.status_code, last["X-RateLimit-Remaining"]) == (200, "0")
    assert (beyond.status_code, beyond.json()["error"]) == (429, "too_many_requests")
    assert 0 < int(beyond["Retry-After"]) <= 60
    assert reset(headers={"REMOTE_ADDR": "192.0.2.8"}).status_code == 200


@pytest.mark.parametrize("email", ["jane.doe@example.com", "nobody@example.com"])
def test_one_email_is_sent_few_links_from_wherever(reset, email):
    answers = [reset(email=email, headers={"REMOTE_ADDR": f"192.0.2.{number}"}) for number in range(6)]

    assert [answer.status_code for answer in answers] == [*[200] * 5, 429]


@pytest.mark.parametrize(
    "path", ["/usernamepassword/challenge", "/dbconnections/signup/challenge", f"{PATH}/challenge"]
)
def test_no_captcha_is_asked_for(browser, db, path):
    answer = browser().post(path, '{"state": "x"}', content_type="application/json")

    assert (answer.status_code, answer.json()) == (200, {"required": False})


def test_pages_elsewhere_may_call_them(browser, page, reset):
    Client.objects.filter(pk=page.pk).update(web_origins=["https://shop.example.com"])
    origin = {"HTTP_ORIGIN": "https://shop.example.com"}

    for path in (PATH, "/usernamepassword/challenge"):
        answer = browser().options(path, HTTP_ACCESS_CONTROL_REQUEST_METHOD="POST", **origin)
        assert answer["Access-Control-Allow-Origin"] == "https://shop.example.com"
    assert reset(headers=origin)["Access-Control-Allow-Origin"] == "https://shop.example.com"
