"""Where a user is signed in, and which applications have access: on the own page and at the desk."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from tests.admin.conftest import user_path
from tests.conftest import SHELL
from users.actions.account.block_user import block_user
from users.actions.authorizations.authorizations import create_authorization
from users.models import Authorization, Client, Consent, LogEvent, RefreshToken, Session
from users.sign_in.session_store import store_sign_in
from users.web.user_access import application_rows, describe_device, session_rows

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"
SECURITY = "?tab=security"


@pytest.fixture
def use():
    """A sign-in of the user to an application."""

    def sign_in_to(user, name, *, session_id="", **columns) -> Authorization:
        client = Client.objects.create(name=name, **columns)
        return create_authorization(
            user, client, connection=user.connection, server=None, scope=["openid"], methods=["pwd"],
            session_id=session_id,
        )  # fmt: skip

    return sign_in_to


def sign_in(user, user_agent=FIREFOX) -> Browser:
    browser = Browser()
    browser.force_login(user)
    session = browser.session
    store_sign_in(session, ip="203.0.113.9", user_agent=user_agent)
    session.save()
    return browser


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        (FIREFOX, "Firefox on Linux"),
        ("curl/8.5.0", "curl"),
        ("", "Unknown device"),
        ("<script>" * 60, "Unknown device"),
    ],
)
def test_a_device_has_a_name(user_agent, device):
    assert describe_device(user_agent) == device


def test_applications_are_those_with_tokens_or_a_consent(jane, stranger, use):
    refreshed = use(jane, "Shop")
    token = RefreshToken.objects.create(authorization=refreshed, family_hash="a", is_rotating=True)
    token.last_exchanged_at = timezone.now() + timedelta(hours=1)
    token.save()
    use(stranger, "Other")
    expired, revoked = use(jane, "Expired"), use(jane, "Revoked")
    Authorization.objects.filter(pk=expired.pk).update(expires_at=timezone.now())
    Authorization.objects.filter(pk=revoked.pk).update(revoked_at=timezone.now())
    partner = Client.objects.create(name="Partner", is_first_party=False)
    Consent.objects.create(user=jane, client=partner, scope=["openid"])

    rows = application_rows(jane)

    assert [(row.name, row.is_first_party) for row in rows] == [("Partner", False), ("Shop", True)]
    assert rows[1].last_used_at == token.last_exchanged_at > rows[1].since
    block_user(jane, actor=SHELL)
    jane.refresh_from_db()
    assert [row.name for row in application_rows(jane)] == ["Partner"]


def test_rows_cost_the_same_for_few_and_many(jane, use, django_assert_num_queries):
    for count in (1, 4):
        for number in range(count):
            use(jane, f"Shop {count}.{number}")
            sign_in(jane)
        with django_assert_num_queries(1):
            session_rows(jane)
        with django_assert_num_queries(2):
            application_rows(jane)


class TestOwnPage:
    @pytest.mark.parametrize(("language", "text"), [("en", "Granted now"), ("de", "Erteilt gerade eben")])
    def test_when_access_was_granted_is_a_phrase(self, jane, use, language, text):
        use(jane, "Shop")

        html = sign_in(jane).get("/profile/access/", headers={"accept-language": language}).content.decode()

        assert text in " ".join(re.sub("<[^>]*>", "", html).split())

    def test_a_session_elsewhere_is_ended(self, jane, use):
        here, elsewhere = sign_in(jane), sign_in(jane, "curl/8.5.0")
        row = next(row for row in session_rows(jane) if row.device == "curl")
        authorization = use(jane, "Shop", session_id=row.session_id)
        page = here.get("/profile/access/").content.decode()
        assert page.count("This browser") == 1
        assert "Firefox on Linux" in page

        response = here.post("/profile/access/", {"session": row.session_id}, follow=True)

        assert "Revoked." in response.content.decode()
        assert elsewhere.get("/profile/").status_code == 302
        authorization.refresh_from_db()
        assert authorization.revoked_at is not None
        assert LogEvent.objects.filter(type="sapi", user_id=jane.user_id).count() == 1

    def test_an_application_loses_its_access(self, jane, use):
        here, authorization = sign_in(jane), use(jane, "Shop & Co")
        Consent.objects.create(user=jane, client=authorization.client)
        assert "Shop &amp; Co" in here.get("/profile/access/").content.decode()

        here.post("/profile/access/", {"application": authorization.client.client_id})

        assert application_rows(jane) == []
        assert here.get("/profile/").status_code == 200

    def test_only_what_is_ones_own(self, jane, stranger, use):
        here = sign_in(jane)
        sign_in(stranger)
        theirs = use(stranger, "Shop")

        (row,) = session_rows(stranger)
        response = here.post("/profile/access/", {"session": row.session_id}, follow=True)
        here.post("/profile/access/", {"application": theirs.client.client_id})

        assert "It has ended already." in response.content.decode()
        assert len(session_rows(stranger)) == len(application_rows(stranger)) == 1

    @pytest.mark.parametrize("posted", [{}, {"session": "\0"}, {"application": "x" * 5_000}])
    def test_what_does_not_exist_is_no_fault(self, jane, posted):
        assert sign_in(jane).post("/profile/access/", posted).status_code == 302

    def test_visitors_sign_in_first(self, client):
        assert client.get("/profile/access/")["Location"] == "/login/?next=/profile/access/"


class TestAtTheDesk:
    def test_support_leads_revoke_both(self, agent, jane, use, browser):
        sign_in(jane)
        application = use(jane, "Shop").client
        desk, path = browser(agent), f"{user_path(jane)}{SECURITY}"
        page = desk.get(path).content.decode()
        assert "Firefox on Linux" in page
        assert "Shop" in page

        (row,) = session_rows(jane)
        desk.post(path, {"do": "revoke_session", "session": row.session_id})
        desk.post(path, {"do": "revoke_application", "application": application.client_id})

        assert session_rows(jane) == application_rows(jane) == []
        assert LogEvent.objects.filter(details__actor=agent.email).count() == 2

    def test_support_sees_them_and_may_not(self, supporter, jane, use, browser):
        sign_in(jane)
        use(jane, "Shop")
        desk, path = browser(supporter), f"{user_path(jane)}{SECURITY}"
        assert "You may not end sessions." in desk.get(path).content.decode()

        (row,) = session_rows(jane)
        response = desk.post(path, {"do": "revoke_session", "session": row.session_id})

        assert response.status_code == 403
        assert len(session_rows(jane)) == 1

    def test_no_lead_ends_the_session_of_an_administrator(self, agent, administrator, browser):
        sign_in(administrator)
        (row,) = session_rows(administrator)

        response = browser(agent).post(
            f"{user_path(administrator)}{SECURITY}", {"do": "revoke_session", "session": row.session_id}
        )

        assert response.status_code == 403
        assert Session.objects.filter(user=administrator).exists()
