"""POST /tickets/..."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.api.answers import invalid_body, problem, shown
from users.actions.account.identities import link
from users.models import Change, Client, Connection, Ticket, User
from users.rights.actor import command_actor

PASSWORD_CHANGE, VERIFICATION = "/api/v2/tickets/password-change", "/api/v2/tickets/email-verification"
GONE = (404, "The user does not exist.", "inexistent_user")
WHO = invalid_body("'Either user_id, or connection_id and email together, say whose ticket it is'.")

both = pytest.mark.parametrize("path", [PASSWORD_CHANGE, VERIFICATION], ids=["password", "verification"])


@pytest.fixture
def maker(api):
    return api("create:user_tickets")


def refused(answer):
    """What was answered, where nothing was made either."""
    assert not Ticket.objects.exists()
    assert not Change.objects.filter(what="ticket").exists()
    return problem(answer)


@pytest.mark.parametrize(
    ("path", "page"), [(PASSWORD_CHANGE, "reset-password"), (VERIFICATION, "email-verification")]
)
def test_the_answer_is_a_link_to_our_page(maker, jane, settings, path, page):
    answer = maker.post(path, {"user_id": jane.user_id})

    assert answer.status_code == 201
    form = rf"{re.escape(settings.PUBLIC_URL)}/u/{page}\?ticket=[A-Za-z0-9]{{32}}#"
    assert shown(answer).keys() == {"ticket"}
    assert re.fullmatch(form, shown(answer)["ticket"])


def test_what_was_asked_for_is_kept(maker, jane):
    maker.post(
        PASSWORD_CHANGE,
        {
            "user_id": jane.user_id,
            "result_url": "https://shop.example/in?a=1#top",
            "ttl_sec": 3600,
            "mark_email_as_verified": True,
            "includeEmailInRedirect": True,
        },
    )

    ticket = Ticket.objects.get()
    assert (ticket.user, ticket.email, ticket.purpose) == (jane, jane.email, "password_change")
    assert ticket.result_url == "https://shop.example/in?a=1#top"
    assert ticket.expires_at - ticket.created_at == timedelta(hours=1)
    assert ticket.marks_email_as_verified
    assert ticket.names_email_in_redirect
    assert ticket.made_by == Client.objects.get().client_id


@both
@pytest.mark.parametrize("given", [{}, {"ttl_sec": 0}])
def test_it_is_good_for_five_days_unless_said(maker, jane, path, given):
    maker.post(path, {"user_id": jane.user_id, **given})

    ticket = Ticket.objects.get()
    assert ticket.expires_at - ticket.created_at == timedelta(seconds=432_000)
    assert (ticket.result_url, ticket.names_email_in_redirect, ticket.marks_email_as_verified) == (
        "",
        False,
        False,
    )


@both
def test_nothing_changes_for_the_user_until_it_is_used(maker, jane, path, unchanged):
    maker.post(path, {"user_id": jane.user_id})

    assert unchanged()


def test_a_user_may_be_named_by_address_and_connection(maker, jane, elsewhere, connection):
    body = {"connection_id": connection.connection_id, "email": "Jane.Doe@example.com"}

    assert maker.post(PASSWORD_CHANGE, body).status_code == 201
    assert Ticket.objects.get().user == jane
    there = {**body, "connection_id": elsewhere.connection_id}
    assert problem(maker.post(PASSWORD_CHANGE, there)) == GONE


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"email": "jane.doe@example.com"},
        {"connection_id": "{connection}"},
        {"user_id": "{user}", "email": "jane.doe@example.com"},
        {"user_id": "{user}", "connection_id": "{connection}"},
        {"user_id": "{user}", "connection_id": "{connection}", "email": "jane.doe@example.com"},
    ],
)
def test_whose_it_is_must_be_said_in_one_of_two_ways(maker, jane, connection, given):
    names = {"user": jane.user_id, "connection": connection.connection_id}

    answer = maker.post(PASSWORD_CHANGE, {name: text.format(**names) for name, text in given.items()})

    assert refused(answer) == WHO


def test_an_unknown_connection_is_named(maker, jane):
    answer = maker.post(PASSWORD_CHANGE, {"connection_id": "con_" + "0" * 16, "email": jane.email})

    text = "The connection with id con_0000000000000000 does not exist."
    assert refused(answer) == (400, text, "inexistent_connection")


@both
def test_nobody_gets_none(maker, jane, path):
    assert refused(maker.post(path, {"user_id": "auth0|nobody"})) == GONE


@both
def test_what_is_no_id_is_refused(maker, jane, path):
    rule = (
        "'Object didn't pass validation for format user-id: jane' on property user_id (The id of the user)."
    )

    assert refused(maker.post(path, {"user_id": "jane"})) == invalid_body(rule)


@both
@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "/in", "ftp://x.example/", "https://a b.example/", ""]
)
def test_a_result_url_is_an_http_address(maker, jane, path, url):
    status, message, code = refused(maker.post(path, {"user_id": jane.user_id, "result_url": url}))

    assert (status, code) == (400, "invalid_body")
    assert "on property result_url" in message


@both
@pytest.mark.parametrize(
    ("given", "property_"),
    [
        ({"ttl_sec": -1}, "ttl_sec"),
        ({"ttl_sec": 10**12}, "ttl_sec"),
        ({"ttl_sec": "3600"}, "ttl_sec"),
        ({"includeEmailInRedirect": "yes"}, "includeEmailInRedirect"),
        ({"result_url": "https://x.example/" + "x" * 2048}, "result_url"),
        ({"client_id": ""}, "client_id"),
        ({"identity": {"provider": "auth0"}}, "identity"),
        ({"identity": {"provider": "auth0", "user_id": "x", "a": 1}}, "identity"),
    ],
)
def test_a_value_that_cannot_be_is_refused(maker, jane, path, given, property_):
    status, message, code = refused(maker.post(path, {"user_id": jane.user_id, **given}))

    assert (status, code) == (400, "invalid_body")
    assert f"on property {property_}" in message


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (PASSWORD_CHANGE, "new_password"),
        (VERIFICATION, "mark_email_as_verified"),
        (VERIFICATION, "email"),
        (VERIFICATION, "connection_id"),
    ],
)
def test_the_bodies_are_closed(maker, jane, path, name):
    answer = maker.post(path, {"user_id": jane.user_id, name: "x"})

    assert refused(answer) == invalid_body(f"'Additional properties not allowed: {name}'.")


def test_a_verification_needs_an_id(maker, db):
    assert refused(maker.post(VERIFICATION, {})) == invalid_body("'Missing required property: user_id'.")


@both
def test_who_has_no_address_gets_none(maker, make_user, path):
    user = make_user(email=None, phone_number="+491")

    text = "The user does not have an email address."
    assert refused(maker.post(path, {"user_id": user.user_id})) == (400, text, "operation_not_supported")


@both
@pytest.mark.parametrize("kept", [{"strategy": "samlp"}, {"is_enabled": False}])
def test_nor_who_has_no_password_here(maker, jane, path, kept):
    Connection.objects.update(**kept)

    text = "The user's main connection does not support this operation."
    assert refused(maker.post(path, {"user_id": jane.user_id})) == (400, text, "operation_not_supported")


@both
def test_a_staff_account_is_out_of_reach(maker, agent, path):
    status, _, code = refused(maker.post(path, {"user_id": agent.user_id}))

    assert (status, code) == (403, "protected_account")


def test_nor_is_it_reached_by_its_address(maker, administrator, connection):
    body = {"connection_id": connection.connection_id, "email": administrator.email}

    assert refused(maker.post(PASSWORD_CHANGE, body))[::2] == (403, "protected_account")


@both
def test_the_main_identity_may_be_named(maker, jane, path):
    identity = {"provider": "auth0", "user_id": jane.bare_id}

    assert maker.post(path, {"user_id": jane.user_id, "identity": identity}).status_code == 201


@both
@pytest.mark.parametrize("bare_id", ["somebody-else", ""])
def test_an_identity_that_is_not_the_users_is_refused(maker, jane, path, bare_id):
    identity = {"provider": "auth0", "user_id": bare_id}

    status, message, _ = refused(maker.post(path, {"user_id": jane.user_id, "identity": identity}))

    expected = "The user exists, but does not contain the given identity."
    assert (status, message == expected) == (400, bool(bare_id))


@both
def test_a_linked_identity_is_not_supported_and_its_account_is_no_user(maker, jane, stranger, path):
    link(jane, stranger, actor=command_actor("tests"))
    identity = {"provider": "auth0", "user_id": stranger.bare_id}

    answer = maker.post(path, {"user_id": jane.user_id, "identity": identity})

    text = "Only the user's main identity is supported here; this one is linked to it."
    assert refused(answer) == (400, text, "operation_not_supported")
    assert refused(maker.post(path, {"user_id": stranger.user_id})) == GONE


def test_a_password_is_one_of_our_database(maker, jane):
    identity = {"provider": "google-oauth2", "user_id": "1"}

    answer = maker.post(PASSWORD_CHANGE, {"user_id": jane.user_id, "identity": identity})

    assert "'No enum match for: google-oauth2' on property identity.provider" in refused(answer)[1]


@both
def test_a_client_may_be_named_if_there_is_one(maker, jane, path):
    known, unknown = Client.objects.get().client_id, "nobody"

    text = "The client does not exist"
    assert refused(maker.post(path, {"user_id": jane.user_id, "client_id": unknown}))[:2] == (400, text)
    assert maker.post(path, {"user_id": jane.user_id, "client_id": known}).status_code == 201


@both
def test_there_are_no_organizations(maker, jane, path):
    answer = maker.post(path, {"user_id": jane.user_id, "organization_id": "org_1"})

    assert refused(answer)[:2] == (400, "The organization does not exist")


def test_a_form_does_as_well(maker, jane):
    answer = maker.browser.post(
        PASSWORD_CHANGE,
        f"user_id={jane.user_id.replace('|', '%7C')}&ttl_sec=60&mark_email_as_verified=true",
        content_type="application/x-www-form-urlencoded",
        HTTP_AUTHORIZATION=f"Bearer {maker.token}",
    )

    ticket = Ticket.objects.get()
    assert answer.status_code == 201
    assert (ticket.expires_at - ticket.created_at).seconds == 60
    assert ticket.marks_email_as_verified


def test_a_nul_in_a_form_is_no_user_and_no_client(maker, jane):
    for body in ("user_id=auth0%7C%00", f"user_id={jane.user_id}&client_id=%00"):
        answer = maker.browser.post(
            VERIFICATION,
            body,
            content_type="application/x-www-form-urlencoded",
            HTTP_AUTHORIZATION=f"Bearer {maker.token}",
        )
        assert refused(answer)[0] == 400


def test_the_making_is_recorded_without_the_secret(maker, jane):
    link = shown(maker.post(PASSWORD_CHANGE, {"user_id": jane.user_id}))["ticket"]

    change = jane.changes.first()
    assert (change.what, change.actor_kind, change.face) == ("ticket", "client", "api")
    secret = link.partition("=")[2].rstrip("#")
    assert secret not in str([*Change.objects.values(), *Ticket.objects.values()])
    assert User.objects.get().version == 1
