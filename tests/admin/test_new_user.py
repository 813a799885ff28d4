"""Creating a user on the dashboard."""

from __future__ import annotations

import pytest
from django.core import mail

from tests.admin.conftest import LIST
from tests.mailbox import deliver
from tests.web.pages import open_page
from users.models import Change, Connection, Job, User

NEW = f"{LIST}add/"
PASSWORD = "correct horse battery"


@pytest.fixture
def form(browser, agent):
    return open_page(browser(agent), NEW)


def test_a_user_with_a_password_and_both_documents(form, agent):
    page = form.press(
        "Create user",
        email="New@Example.com",
        name="Nia Jones",
        access="password",
        password=PASSWORD,
        user_metadata='{"hobby": "chess"}',
        app_metadata='{"plan": "pro"}',
        reason="Ticket 7",
    )

    user = User.objects.get(email="new@example.com")
    assert (user.name, user.user_metadata, user.app_metadata) == (
        "Nia Jones",
        {"hobby": "chess"},
        {"plan": "pro"},
    )
    assert user.check_password(PASSWORD)
    assert page.path == f"{LIST}{user.pk}/change/"
    line = Change.objects.get(user=user, what="created")
    assert (line.actor_id, line.reason) == (agent.user_id, "Ticket 7")


def test_an_invitation_is_sent_and_no_password_set(form):
    form.press("Create user", email="new@example.com", access="invitation")

    user = User.objects.get(email="new@example.com")
    assert not user.has_usable_password()
    assert user.user_metadata is None
    [message] = deliver()
    assert message.to == ["new@example.com"]


def test_untouched_documents_stay_missing(form):
    form.press("Create user", email="new@example.com", access="password", password=PASSWORD)

    user = User.objects.get(email="new@example.com")
    assert (user.user_metadata, user.app_metadata) == (None, None)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"email": ""}, "An invitation needs an email."),
        ({"email": "no email"}, "email"),
        ({"email": "agent@example.com"}, "Another user of this connection has this email."),
        ({"access": "password", "password": ""}, "Enter a password."),
        ({"access": "password", "password": "short"}, "password"),
        ({"app_metadata": "{"}, "App metadata"),
        ({"user_metadata": '{"a.b": 1}'}, "dot"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_written(form, typed, says):
    before = User.objects.count(), Job.objects.count()

    page = form.press("Create user", **({"email": "new@example.com", "access": "invitation"} | typed))

    assert page.status == 422
    assert says in page.text
    assert (User.objects.count(), Job.objects.count()) == before
    assert mail.outbox == []


def test_a_password_is_never_sent_back(form):
    page = form.press("Create user", email="", access="password", password=PASSWORD)

    assert PASSWORD not in page.html


def test_without_mail_there_is_no_invitation_and_the_page_says_why(browser, agent, settings):
    settings.IS_EMAIL_CONFIGURED = False
    page = open_page(browser(agent), NEW)

    refused = page.press("Create user", email="new@example.com", access="invitation")

    assert "Mail is not set up" in page.text
    assert refused.status == 422
    assert not User.objects.filter(email="new@example.com").exists()


def test_a_user_name_where_the_connection_requires_one(browser, agent, connection):
    connection.options = {"requires_username": True}
    connection.save()

    open_page(browser(agent), NEW).press(
        "Create user", email="n@example.com", username="nia", access="password", password=PASSWORD
    )

    assert User.objects.get(email="n@example.com").username == "nia"


def test_connections_of_providers_and_disabled_ones_are_not_offered(browser, agent, connection):
    Connection.objects.create(name="staff-directory", strategy="samlp")
    Connection.objects.create(name="old", is_enabled=False)
    other = Connection.objects.create(name="Partners")
    page = open_page(browser(agent), NEW)

    assert "staff-directory" not in page.html
    assert ">old<" not in page.html
    page.press(
        "Create user",
        email="p@example.com",
        connection=other.connection_id,
        access="password",
        password=PASSWORD,
    )
    assert User.objects.get(email="p@example.com").connection == other


@pytest.mark.parametrize(
    ("who", "status"), [("supporter", 403), ("agent", 200), ("administrator", 200), ("jane", 302)]
)
def test_who_may_create_users(browser, request, who, status):
    member = browser(request.getfixturevalue(who))

    assert member.get(NEW).status_code == status
    if status != 200:
        assert member.post(NEW, {"email": "new@example.com"}).status_code == status


def test_documents_that_one_may_not_write_are_not_offered_and_not_written(browser, staff_with):
    member = browser(staff_with("view_user", "create_user", "send_links", "view_app_metadata"))
    page = open_page(member, NEW)

    assert "app_metadata" not in page.form("Create user").fields
    page.press(
        "Create user",
        email="new@example.com",
        access="password",
        password=PASSWORD,
        forged={"app_metadata": '{"plan": "full"}', "app_metadata_version": "0", "app_metadata_opened": ""},
    )
    assert User.objects.get(email="new@example.com").app_metadata is None
