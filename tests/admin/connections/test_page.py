"""The pages of connections: for administrators; created, changed, enabled for applications, deleted there."""

from __future__ import annotations

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from tests.conftest import again
from tests.web.pages import Page, open_page
from users.actions.access.connections import create_connection, delete_connection, edit_connection
from users.actions.access.optimistic_lock import version_of
from users.actions.account.create_user import create_user
from users.admin.connections.form import POLICIES, DatabaseForm
from users.admin.connections.page import PAGE_SIZE
from users.models import Client, ConfigurationChange, Connection, User
from users.passwords.policy import POLICIES as PASSWORD_POLICIES
from users.rights.actor import command_actor

SHELL = command_actor("tests")
LIST = "/admin/connections/"
HARMLESS = {
    "passwordPolicy": "good",
    "password_history": {"enable": False},
    "brute_force_protection": True,
}


@pytest.fixture
def partners(connection) -> Connection:
    return create_connection(actor=SHELL, name="Partners", options=dict(HARMLESS))


@pytest.fixture
def desk(browser, administrator):
    return lambda address=LIST: open_page(browser(administrator), address)


def path(connection: Connection, query: str = "") -> str:
    return f"{LIST}{connection.connection_id}/{query}"


def unticked(page: Page, button: str, *names: str) -> Page:
    """Press with these checkboxes off."""
    data = {name: value for name, value in page.data(button).items() if name not in names}
    return open_answer(page, data)


def open_answer(page: Page, data: dict) -> Page:
    answer = page.browser.post(page.path, data, follow=True)
    return Page(page.browser, answer, page.path)


@pytest.mark.parametrize("who", ["agent", "supporter", "jane"])
@pytest.mark.parametrize("do", ["save", "clients", "delete"])
def test_they_are_for_administrators(browser, partners, make_client, request, who, do):
    member = browser(request.getfixturevalue(who))
    made = make_client()
    before = list(Connection.objects.values())
    data = {
        "do": do,
        "version": version_of(partners, DatabaseForm.columns),
        "name": "Own",
        "client": made.client_id,
    }

    for address in (LIST, f"{LIST}new/", path(partners), f"{LIST}con_none/"):
        for answer in (member.get(address, follow=True), member.post(address, data, follow=True)):
            assert answer.status_code == 403, address
            assert "Partners" not in answer.content.decode()
    assert list(Connection.objects.values()) == before
    assert not partners.clients.exists()


def test_the_sidebar_leads_administrators_there_and_no_other_staff(browser, agent, desk):
    assert f'href="{LIST}"' in desk("/admin/users/user/").html
    assert f'href="{LIST}"' not in open_page(browser(agent), "/admin/users/user/").html


def test_the_list_shows_sign_up_applications_and_users(desk, partners, make_client, administrator):
    create_user(partners, actor=SHELL, profile={"email": "ann@example.com"})
    edit_connection(partners, {"options": {"disable_signup": True}, "is_enabled": False}, actor=SHELL)
    for name in ("Shop", "Old"):
        partners.clients.add(make_client(name=name))
    Client.objects.filter(name="Old").update(is_revoked=True)

    page = desk()

    assert "Partners Disabled auth0 Off 1 1" in page.text
    assert "Username-Password-Authentication Enabled auth0 On 0 1" in page.text


def test_users_are_counted_up_to_a_hundred(desk, partners, crowd):
    crowd(101)

    assert "100+" in desk().text
    assert "100+" in desk(path(User.objects.first().connection)).text


def test_neither_more_users_nor_more_connections_cost_more_queries(
    browser, administrator, partners, crowd, make_client
):
    partners.clients.add(make_client(name="Shop"))

    def count(address: str) -> int:
        visitor = browser(administrator)
        with CaptureQueriesContext(database) as captured:
            assert visitor.get(address).status_code == 200
        return len(captured)

    # Session, user, rights (2), jobs that run, and the page.
    assert count(LIST) == 6
    assert count(path(partners)) == 7
    assert count(path(partners, "?tab=clients")) == 9
    crowd(150)
    for number in range(5):
        create_connection(actor=SHELL, name=f"More-{number}")
    assert count(LIST) == 6
    assert count(path(partners)) == 7


def test_a_long_list_has_pages(desk, partners):
    Connection.objects.bulk_create(Connection(name=f"A-{number:02}") for number in range(PAGE_SIZE))
    page = desk()
    assert "A-49" in page.text
    assert "Partners" not in page.text

    [further] = [part for part in page.html.split('"') if part.startswith("?after=")]
    assert "Partners" in desk(LIST + further).text
    assert desk(f"{LIST}?after=made-up").status == 200


def test_a_new_connection_is_enabled_for_all_applications_unless_unticked(desk, make_client, administrator):
    shop = make_client(name="Shop")
    page = desk(f"{LIST}new/").press("Create connection", name="Partners", display_name="Our partners")

    made = Connection.objects.get(name="Partners")
    assert "The connection Partners is created." in page.text
    assert page.path == path(made)
    assert (made.strategy, made.display_name, made.options) == ("auth0", "Our partners", {})
    assert list(made.clients.all()) == [shop]
    entry = ConfigurationChange.objects.filter(object_id=made.connection_id).get()
    assert (entry.action, entry.actor_id) == ("created", administrator.user_id)

    unticked(desk(f"{LIST}new/").press("Create connection", name="a b"), "Create connection", "for_all")
    page = desk(f"{LIST}new/")
    data = {**page.data("Create connection", name="Quiet")}
    del data["for_all"]
    open_answer(page, data)
    assert not Connection.objects.get(name="Quiet").clients.exists()


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"name": "two words"}, "String does not match pattern"),
        ({"name": "-x"}, "String does not match pattern"),
        ({"name": ""}, "This field is required."),
        ({"name": "x" * 129}, "at most 128 characters"),
        ({"name": "partners"}, "Another connection has this name."),
        ({"name": "Good", "display_name": "a\x0bb"}, "String does not match pattern"),
    ],
)
def test_a_new_connection_is_validated_as_by_the_api(desk, partners, typed, message):
    page = desk(f"{LIST}new/").press("Create connection", **typed)

    assert page.status == 422
    assert message in page.text
    assert Connection.objects.count() == 2


def test_settings_are_saved_and_other_options_stay(desk, partners, administrator):
    page = desk(path(partners)).press(
        "Save",
        display_name="Our partners",
        policy="excellent",
        min_length=14,
        refuses_common="on",
        dictionary="acme\n\n acme \nAcme Ltd",
        no_personal_info="on",
        enumeration_protection="on",
        requires_username="on",
        username_min=3,
        username_max=20,
    )

    assert "Saved." in page.text
    saved = again(partners)
    assert (saved.display_name, saved.is_enabled) == ("Our partners", True)
    assert saved.options == {
        **HARMLESS,
        "passwordPolicy": "excellent",
        "password_complexity_options": {"min_length": 14},
        "password_dictionary": {"enable": True, "dictionary": ["acme", "Acme Ltd"]},
        "password_no_personal_info": {"enable": True},
        "enumeration_protection": True,
        "requires_username": True,
        "validation": {"username": {"min": 3, "max": 20}},
    }
    page = desk(path(partners, "?tab=history"))
    assert "admin@example.com changed Partners" in page.text
    assert page.inline == []


def test_saving_without_a_change_writes_and_records_nothing(desk, partners):
    written = ConfigurationChange.objects.count()

    assert "Saved." in desk(path(partners)).press("Save").text

    assert again(partners).options == HARMLESS
    assert ConfigurationChange.objects.count() == written


def test_sign_up_and_the_connection_are_turned_off(desk, partners):
    unticked(desk(path(partners)), "Save", "sign_up", "is_enabled")

    saved = again(partners)
    assert saved.options == {**HARMLESS, "disable_signup": True}
    assert not saved.is_enabled


def test_the_policy_is_removed(desk, partners):
    desk(path(partners)).press("Save", policy="")

    assert "passwordPolicy" not in again(partners).options


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"username_min": 9, "username_max": 2}, "Value 9 is greater than maximum 2"),
        ({"username_max": 129}, "less than or equal to 128"),
        ({"username_max": "9" * 5000}, "Enter a whole number."),
        ({"min_length": 0}, "greater than or equal to 1"),
        ({"min_length": 12, "policy": ""}, "Choose a strength, whose minimum length this overrides."),
        ({"policy": "strong"}, "strong is not one of the available choices"),
        ({"dictionary": "x" * 51}, "String is too long (51 chars), maximum 50"),
        ({"dictionary": "\n".join(map(str, range(201)))}, "Array is too long (201), maximum 200"),
        ({"display_name": "<script>alert(1)\x0b</script>"}, "String does not match pattern"),
    ],
)
def test_settings_are_validated_as_by_the_api(desk, partners, typed, message):
    before = Connection.objects.filter(pk=partners.pk).values().get()

    page = desk(path(partners)).press("Save", **typed)

    assert page.status == 422
    assert message in page.text
    assert "<script>alert" not in page.html
    assert Connection.objects.filter(pk=partners.pk).values().get() == before


def test_usernames_stay_while_a_user_has_nothing_else_to_sign_in_with(desk, partners):
    edit_connection(partners, {"options": {"requires_username": True}}, actor=SHELL)
    create_user(again(partners), actor=SHELL, profile={"username": "ann"})

    page = unticked(desk(path(partners)), "Save", "requires_username")

    assert page.status == 422
    assert "Some users of the connection have no email" in page.text
    assert again(partners).options["requires_username"]


def test_administrators_do_not_disable_the_connection_that_they_sign_in_by(desk, connection):
    page = unticked(desk(path(connection)), "Save", "is_enabled")

    assert page.status == 422
    assert "You sign in through this connection yourself; you may not disable it." in page.text
    assert again(connection).is_enabled


def test_the_second_of_two_edits_is_refused_and_shows_what_is_stored(desk, partners):
    page = desk(path(partners))
    desk(path(partners)).press("Save", display_name="First", no_personal_info="on")

    refused = page.press("Save", display_name="Second")

    assert refused.status == 422
    assert "Not saved: another user was first" in refused.text
    assert "<title>Error: Partners" in refused.html
    assert "Display name (optional) Saved now: First" in refused.text
    assert "Refuse personal information Saved now: On" in refused.text
    assert "Strength Saved now" not in refused.text
    assert again(partners).display_name == "First"
    # The second attempt is made against what is stored now.
    assert "Saved." in refused.press("Save").text
    assert again(partners).display_name == "Second"


def test_two_administrators_who_save_the_same_do_not_conflict(desk, partners):
    page = desk(path(partners))
    desk(path(partners)).press("Save", display_name="Ours", dictionary="acme")

    assert "Saved." in page.press("Save", display_name="Ours", dictionary="acme").text


def test_a_form_without_a_version_is_refused(desk, partners):
    refused = desk(path(partners)).press("Save", forged={"version": ""}, display_name="Second")

    assert refused.status == 422
    assert again(partners).display_name == ""


def test_applications_that_are_enabled_meanwhile_are_no_conflict(desk, partners, make_client):
    page = desk(path(partners))
    partners.clients.add(make_client())

    assert "Saved." in page.press("Save", display_name="Second").text
    assert partners.clients.count() == 1


def test_only_what_was_ticked_or_unticked_is_written(desk, partners, make_client):
    shop, blog, wiki = (make_client(name=name) for name in ("Shop", "Blog", "Wiki"))
    partners.clients.add(shop)
    page = desk(path(partners, "?tab=clients"))
    # Another administrator then enables one that this one leaves unchanged.
    partners.clients.add(wiki)

    page = page.press("Save", client=[blog.client_id])

    assert "Saved." in page.text
    assert f'href="/admin/applications/{blog.client_id}/"' in page.html
    assert set(partners.clients.all()) == {blog, wiki}
    assert "admin@example.com changed Partners" in desk(path(partners, "?tab=history")).text


@pytest.mark.parametrize("made_up", ["\0", "no-such", "<b>", "x" * 500])
def test_an_application_that_was_made_up_is_refused(desk, partners, make_client, made_up):
    make_client()

    page = desk(path(partners, "?tab=clients")).press("Save", forged={"client": made_up})

    assert page.status == 200
    assert "Not saved: There is no client" in page.text
    assert "<b>." not in page.html


def test_an_application_that_is_gone_is_named(desk, partners, make_client):
    shop, blog = make_client(name="Shop"), make_client(name="Blog")
    page = desk(path(partners, "?tab=clients"))
    shop.delete()

    page = page.press("Save", client=[shop.client_id, blog.client_id])

    assert f"Not saved: There is no client {shop.client_id}." in page.text
    assert not partners.clients.exists()


def test_an_empty_connection_is_deleted(desk, partners):
    page = desk(path(partners)).press("Delete connection")

    assert "The connection Partners is deleted." in page.text
    assert page.path == LIST
    assert not Connection.objects.filter(name="Partners").exists()
    assert "admin@example.com deleted Partners" in desk(f"{LIST}?tab=history").text


def test_a_connection_with_users_is_not_deleted(desk, partners):
    page = desk(path(partners))
    create_user(partners, actor=SHELL, profile={"email": "ann@example.com"})

    assert "The connection still has 1 user." in page.press("Delete connection").text
    assert Connection.objects.filter(pk=partners.pk).exists()
    page = desk(path(partners))
    assert "Delete connection" not in page.buttons
    assert "This connection cannot be deleted. The connection still has 1 user." in page.text


def test_the_connection_of_the_installation_is_not_deleted(desk, connection):
    page = desk(path(connection))
    assert "Delete connection" not in page.buttons

    assert "it cannot be deleted." in page.press("Save", forged={"do": "delete"}).text
    assert Connection.objects.filter(pk=connection.pk).exists()


def test_one_that_was_deleted_meanwhile_is_said_to_be(desk, partners):
    page = desk(path(partners))
    delete_connection(partners, actor=SHELL)

    assert page.press("Save").status == 404
    assert desk(path(partners)).status == 404


def test_a_connection_of_another_strategy_has_no_password_policy(desk, connection):
    google = Connection.objects.create(name="google", strategy="google-oauth2", options={"scope": ["email"]})
    page = desk(path(google))
    assert "Password policy" not in page.text

    page.press("Save", display_name="Google")

    assert (again(google).display_name, again(google).options) == ("Google", {"scope": ["email"]})


def test_each_strength_is_described_and_says_its_length():
    labels = {name: str(label) for name, label in POLICIES if name}

    assert labels.keys() == PASSWORD_POLICIES.keys()
    for name, policy in PASSWORD_POLICIES.items():
        assert policy.min_length == 1 or f"at least {policy.min_length} characters" in labels[name]
