"""*Try this sign-in*: an administrator signs in as Jane, and sees what the application would get."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.admin.applications.conftest import SHELL, path
from tests.oauth.sign_in_browser import CALLBACK, exchange, follow, type_password
from tests.web.pages import read
from users.actions.access.clients import edit_client
from users.models import Authorization, ConfigurationChange, LogEvent, RefreshToken, Session
from users.sign_in.session_store import session_data

CALLBACK_PAGE = "/admin/applications/trial/"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


@pytest.fixture
def at_work(browser, administrator):
    return browser(administrator)


def begin(browser, client, **typed):
    """Press the button. Returns the parameters that are sent to `/authorize`."""
    answer = browser.post(path(client, "try/"), {"scope": "openid profile email", "audience": "", **typed})
    assert answer.status_code == 302, answer.content
    parts = urlsplit(answer["Location"])
    assert (parts.netloc, parts.path) == ("", "/authorize")
    return {name: values[0] for name, values in parse_qs(parts.query).items()}


def sign_in(browser, parameters, user) -> dict[str, str]:
    """Sign in on the hosted page. Returns what is sent to the dashboard."""
    page = browser.get(f"/authorize?{urlencode(parameters)}")
    assert page.status_code == 302, page.content
    left = follow(browser, type_password(browser, page, user))
    assert f'action="http://testserver{CALLBACK_PAGE}"' in left.content.decode()
    return {name: value.replace("&#x27;", "'") for name, value in HIDDEN.findall(left.content.decode())}


def come_back(browser, answer):
    return read(browser, browser.post(CALLBACK_PAGE, answer), CALLBACK_PAGE)


@pytest.fixture(params=["shop", "spa"])
def application(request):
    return request.getfixturevalue(request.param)


def test_the_tokens_are_shown_decoded(at_work, administrator, application, jane):
    page = come_back(at_work, sign_in(at_work, begin(at_work, application), jane))

    assert page.status == 200
    assert "ID token" in page.text
    assert "Access token" in page.text
    assert "/userinfo" in page.text
    assert f"aud {application.client_id} Audience" in page.text
    assert jane.user_id in page.text
    assert jane.email in page.text
    assert "&quot;alg&quot;: &quot;RS256&quot;" in page.html
    # The administrator remains the one who is signed in to the dashboard.
    [account] = re.findall(r'class="who">.*?</summary>', page.html, re.DOTALL)
    assert administrator.email in account
    assert jane.email not in account


@pytest.mark.parametrize(("answer", "text"), [("accept", "Access token"), ("refuse", "access_denied")])
def test_the_consent_of_a_third_party_application_is_asked_for(at_work, shop, jane, answer, text):
    edit_client(shop, {"is_first_party": False, "grant_types": ["authorization_code"]}, actor=SHELL)
    page = at_work.get(f"/authorize?{urlencode(begin(at_work, shop))}")

    asked = follow(at_work, type_password(at_work, page, jane))
    assert asked["Location"].startswith("/u/consent?")
    left = follow(at_work, at_work.post(asked["Location"], {"answer": answer}))

    assert text in come_back(at_work, dict(HIDDEN.findall(left.content.decode()))).text


def test_an_api_and_its_scopes_can_be_tried(at_work, shop, jane, songs_api):
    parameters = begin(at_work, shop, audience=songs_api.identifier, scope="openid read:songs offline_access")
    assert parameters["scope"] == "openid read:songs"

    page = come_back(at_work, sign_in(at_work, parameters, jane))

    assert "openid read:songs" in page.text
    assert songs_api.identifier in page.text
    assert not RefreshToken.objects.exists()


def test_tokens_are_in_no_url_and_stored_nowhere_and_revoked_at_once(at_work, shop, jane):
    answer = sign_in(at_work, begin(at_work, shop), jane)
    page = come_back(at_work, answer)

    assert "eyJ" not in page.html
    assert "no-store" in page.response["Cache-Control"]
    assert Authorization.objects.get().revoked_at is not None
    stored = [
        *LogEvent.objects.values(),
        *ConfigurationChange.objects.values(),
        *map(session_data, Session.objects.all()),
    ]
    assert "eyJ" not in str(stored)
    assert answer["code"] not in str(stored)
    exchanged = LogEvent.objects.get(type="seacft")
    assert (exchanged.user_id, exchanged.client_id) == (jane.user_id, shop.client_id)


def test_an_answer_is_used_once(at_work, shop, jane):
    answer = sign_in(at_work, begin(at_work, shop), jane)
    assert come_back(at_work, answer).status == 200

    again = come_back(at_work, answer)

    assert again.status == 400
    assert "This trial has ended" in again.text
    assert "This trial has ended" in read(at_work, at_work.get(CALLBACK_PAGE), CALLBACK_PAGE).text


def test_the_answer_to_another_administrators_trial_is_refused(at_work, browser, make_user, shop, jane):
    other = browser(make_user("other", "Administrator"))
    begin(other, shop)
    answer = sign_in(at_work, begin(at_work, shop), jane)

    page = come_back(other, answer)

    assert page.status == 400
    assert jane.email not in page.html


def test_a_code_of_another_trial_is_refused(at_work, browser, make_user, shop, jane):
    """Code injection: the right state with the code of another user's request."""
    other = browser(make_user("other", "Administrator"))
    stolen = sign_in(other, begin(other, shop), jane)["code"]
    mine = begin(at_work, shop)

    page = come_back(at_work, {"state": mine["state"], "code": stolen})

    assert page.status == 400
    assert "The code has expired or was used already" in page.text


def test_the_code_cannot_be_exchanged_by_the_application_or_anyone(at_work, spa, jane):
    answer = sign_in(at_work, begin(at_work, spa), jane)

    refused = exchange(at_work, spa, answer["code"], redirect_uri=f"http://testserver{CALLBACK_PAGE}")

    assert refused.status_code == 403
    assert refused.json()["error"] == "invalid_grant"


def test_an_error_of_the_authorization_endpoint_is_shown(at_work, shop):
    parameters = begin(at_work, shop)
    edit_client(shop, {"grant_types": ["client_credentials"]}, actor=SHELL)

    left = at_work.get(f"/authorize?{urlencode(parameters)}")
    page = come_back(at_work, dict(HIDDEN.findall(left.content.decode())))

    assert page.status == 400
    assert "unauthorized_client" in page.text


@pytest.mark.parametrize(
    "changed",
    [
        {"state": "mine"},
        {"state": ""},
        {"scope": "openid offline_access"},
        {"response_type": "token"},
        {"response_mode": "query"},
        {"response_mode": "web_message"},
        {"code_challenge": "c" * 43},
        {"prompt": "none"},
        {"nonce": "mine"},
        {"redirect_uri": "https://evil.example/admin/applications/trial/"},
        {"connection": "Username-Password-Authentication"},
    ],
    ids=str,
)
def test_the_dashboard_is_a_callback_only_of_what_it_has_signed(at_work, shop, changed):
    parameters = begin(at_work, shop) | changed

    refused = at_work.get(f"/authorize?{urlencode(parameters)}")

    assert refused.status_code == 403
    assert "Location" not in refused


def test_a_signed_request_of_one_application_is_of_no_use_to_another(at_work, shop, spa):
    parameters = begin(at_work, shop) | {"client_id": spa.client_id}

    assert at_work.get(f"/authorize?{urlencode(parameters)}").status_code == 403


def test_a_doubled_parameter_and_an_old_request_are_refused(at_work, shop, monkeypatch):
    parameters = begin(at_work, shop)
    doubled = f"/authorize?{urlencode(parameters)}&state={parameters['state']}"
    assert at_work.get(doubled).status_code == 403
    later = (timezone.now() + timedelta(minutes=11)).timestamp()
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)

    assert at_work.get(f"/authorize?{urlencode(parameters)}").status_code == 403


def test_the_callbacks_of_the_application_work_as_before(at_work, shop):
    parameters = begin(at_work, shop) | {"redirect_uri": CALLBACK, "state": "s", "response_mode": "query"}

    assert at_work.get(f"/authorize?{urlencode(parameters)}").status_code == 302


@pytest.mark.parametrize("who", ["agent", "supporter", "jane"])
def test_it_is_for_administrators(at_work, browser, shop, jane, request, who):
    answer = sign_in(at_work, begin(at_work, shop), jane)
    other = browser(request.getfixturevalue(who))

    for address in (path(shop, "try/"), CALLBACK_PAGE):
        assert other.post(address, answer, follow=True).status_code == 403
    assert other.get(path(shop, "try/"), follow=True).status_code == 403
    assert not Authorization.objects.exclude(revoked_at=None).exists()


def test_a_visitor_learns_nothing_and_the_code_gets_into_no_url(at_work, browser, shop, jane):
    answer = sign_in(at_work, begin(at_work, shop), jane)

    refused = browser().post(CALLBACK_PAGE, answer)

    assert refused.status_code == 302
    assert answer["code"] not in refused["Location"]


def test_the_session_of_the_dashboard_does_not_sign_in(at_work, shop, administrator):
    page = at_work.get(f"/authorize?{urlencode(begin(at_work, shop))}")

    assert page["Location"].startswith("/u/login?")


def test_an_application_in_which_no_one_can_sign_in_says_why(at_work, machine, shop):
    assert "no authorization code grant" in at_work.get(path(machine, "try/")).content.decode()
    assert "Try this sign-in" not in at_work.get(path(machine)).content.decode()
    shop.connections.clear()
    assert "No connection is enabled" in at_work.get(path(shop, "try/")).content.decode()


def test_an_unknown_api_is_refused(at_work, shop):
    page = at_work.post(path(shop, "try/"), {"audience": "https://evil.example", "scope": "openid"})

    assert page.status_code == 422


def test_the_pages_take_few_queries(at_work, shop, jane):
    def count(act) -> int:
        with CaptureQueriesContext(database) as captured:
            assert act().status_code == 200
        return len(captured)

    answer = sign_in(at_work, begin(at_work, shop), jane)

    assert count(lambda: at_work.get(path(shop, "try/"))) == 8
    # To spend the code, to revoke, to log, and what the page takes.
    assert count(lambda: at_work.post(CALLBACK_PAGE, answer)) == 23
