"""The pages of APIs (resource servers): for administrators; created, changed, given scopes, deleted there."""

from __future__ import annotations

import re

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from tests.conftest import again
from tests.web.pages import open_page
from users.actions.access.client_grants import create_grant
from users.actions.access.resource_servers import create_server, edit_server
from users.models import ClientGrant, ConfigurationChange, Permission, ResourceServer, Role, UserPermission
from users.rights.actor import command_actor

SHELL = command_actor("tests")
APIS = "/admin/apis/"
READ, WRITE = {"value": "read:songs", "description": "Listen"}, {"value": "write:songs", "description": ""}


@pytest.fixture
def songs(db) -> ResourceServer:
    return create_server(
        actor=SHELL, name="Songs", identifier="https://songs.example/", scopes=[dict(READ), dict(WRITE)]
    )


@pytest.fixture
def management(db) -> ResourceServer:
    return ResourceServer.objects.management()


@pytest.fixture
def desk(browser, administrator):
    return lambda address=APIS: open_page(browser(administrator), address)


def path(server: ResourceServer, query: str = "") -> str:
    return f"{APIS}{server.resource_server_id}/{query}"


@pytest.mark.parametrize("who", ["agent", "supporter", "jane"])
def test_they_are_for_administrators(browser, songs, request, who):
    member = browser(request.getfixturevalue(who))
    before = list(ResourceServer.objects.values())
    data = {"name": "Own", "identifier": "https://own.example/", "token_lifetime": "60", "value": "all"}
    data |= {"do": "remove", "scope": "read:songs"}

    for address in (
        *(APIS, f"{APIS}new/", path(songs), path(songs, "?tab=scopes")),
        *(path(songs, "?tab=history"), path(songs, "delete/"), f"{APIS}none/"),
    ):
        for answer in (member.get(address, follow=True), member.post(address, data, follow=True)):
            assert answer.status_code == 403, address
            assert "Songs" not in answer.content.decode()
    assert list(ResourceServer.objects.values()) == before


def test_the_sidebar_leads_administrators_there_and_no_other_staff(browser, agent, desk):
    assert f'href="{APIS}"' in desk("/admin/users/user/").html
    assert f'href="{APIS}"' not in open_page(browser(agent), "/admin/users/user/").html


def test_the_list_has_the_management_api_and_not_the_mfa_api(desk, songs, management):
    text = desk().text

    assert "Songs https://songs.example/ 2 86,400 Off" in text
    assert f"{management.name} Built in {management.audience}" in text
    assert "/mfa/" not in text


def test_one_is_created_with_a_name_and_an_identifier(desk):
    page = desk(f"{APIS}new/").press("Create API", name="Songs", identifier="https://songs.example/")

    made = ResourceServer.objects.get(name="Songs")
    assert made.identifier == "https://songs.example/"
    assert "The API is created. Add its scopes." in page.text
    assert "No scopes yet" in page.text


@pytest.mark.parametrize(
    ("identifier", "error"),
    [
        ("", "This field is required"),
        ("https://songs.example/", "Another API has this identifier"),
        ("a\nb", "identifier"),
    ],
)
def test_a_mistake_is_shown_and_nothing_is_created(desk, songs, identifier, error):
    page = desk(f"{APIS}new/").press("Create API", name="More", identifier=identifier)

    assert (page.status, error.lower() in page.text.lower()) == (422, True)
    assert not ResourceServer.objects.filter(name="More").exists()


def test_refresh_tokens_and_lifetimes_are_set_without_the_api(desk, songs, administrator):
    page = desk(path(songs)).press(
        "Save changes",
        name="Songs 2",
        token_lifetime="600",
        allow_offline_access=True,
        enforce_policies=True,
        names_permissions=True,
    )

    assert "Saved." in page.text
    stored = again(songs)
    assert (stored.name, stored.token_lifetime) == ("Songs 2", 600)
    assert stored.allow_offline_access
    assert stored.enforce_policies
    assert stored.names_permissions
    assert stored.scopes == songs.scopes
    change = ConfigurationChange.objects.latest("pk")
    assert (change.kind, change.actor_id) == ("resource_server", administrator.user_id)
    assert "changed Songs 2" in desk(path(songs, "?tab=history")).text


def test_of_the_management_api_only_two_settings_can_be_changed(desk, management):
    page = desk(path(management))
    assert 'name="name"' not in page.html
    assert "delete/" not in page.html

    page.press("Save changes", token_lifetime="300", forged={"name": "Mine", "enforce_policies": "on"})

    stored = again(management)
    assert (stored.token_lifetime, stored.name) == (300, management.name)
    assert not stored.enforce_policies
    assert "read:users" in desk(path(management, "?tab=scopes")).text


@pytest.mark.parametrize("query", ["?tab=scopes", "delete/"])
def test_the_management_api_loses_no_scopes_and_is_not_deleted(browser, administrator, management, query):
    data = {"do": "remove", "scope": "read:users", "value": "all"}

    assert browser(administrator).post(path(management, query), data).status_code == 404
    assert again(management).scopes == management.scopes


@pytest.mark.parametrize("value", ["0", "2592001", "soon", ""])
def test_a_wrong_lifetime_is_refused_at_its_field(desk, songs, value):
    page = desk(path(songs)).press("Save changes", token_lifetime=value)

    assert page.status == 422
    assert again(songs).token_lifetime == songs.token_lifetime


def test_of_two_administrators_the_second_is_asked(desk, songs):
    first, second = desk(path(songs)), desk(path(songs))
    first.press("Save changes", token_lifetime="600")

    page = second.press("Save changes", name="Tunes")

    assert (page.status, again(songs).name) == (422, "Songs")
    page.press("Save changes")
    assert (again(songs).name, again(songs).token_lifetime) == ("Tunes", songs.token_lifetime)


def test_a_scope_is_added_and_its_description_changed(desk, songs):
    page = desk(path(songs, "?tab=scopes")).press("Add", value="delete:songs", description="Delete any")
    assert "The scope delete:songs is added." in page.text
    page = page.press("Add", value="read:songs", description="Listen to all")
    assert "The scope read:songs is changed." in page.text

    assert again(songs).scopes == [
        {"value": "read:songs", "description": "Listen to all"},
        WRITE,
        {"value": "delete:songs", "description": "Delete any"},
    ]


@pytest.mark.parametrize("value", ["", "read songs", 'read"songs', "x" * 281])
def test_what_is_no_scope_is_refused(desk, songs, value):
    page = desk(path(songs, "?tab=scopes")).press("Add", value=value)

    assert page.status == 422
    assert again(songs).scopes == songs.scopes


def test_a_removed_scope_is_taken_from_all_that_hold_it_after_a_question(
    desk, browser, administrator, songs, jane, make_client
):
    role = Role.objects.create(name="Fan")
    Permission.objects.create(role=role, resource_server=songs, name="read:songs")
    UserPermission.objects.create(user=jane, resource_server=songs, name="read:songs")
    create_grant(make_client(), songs, ["read:songs", "write:songs"], actor=SHELL)
    page = desk(path(songs, "?tab=scopes"))
    assert "read:songs Listen 1 1" in page.text

    [question] = re.findall(r'href="(\?tab=scopes&amp;remove=read%3Asongs)"', page.html)
    asked = desk(path(songs, question.replace("&amp;", "&")))
    assert "Remove read:songs?" in asked.text
    assert "1 role 1 application users who hold it directly" in asked.text
    assert again(songs).scopes == songs.scopes
    asked.press("Remove scope")

    assert again(songs).scopes == [WRITE]
    assert ClientGrant.objects.get(resource_server=songs).scope == ["write:songs"]
    assert not Permission.objects.exists()
    assert not UserPermission.objects.exists()


def test_one_is_deleted_after_a_question(desk, songs, make_client):
    create_grant(make_client(), songs, ["read:songs"], actor=SHELL)
    page = desk(path(songs, "delete/"))
    assert "the access of 1 application" in page.text

    page = page.press("Delete API")

    assert "The API “Songs” is deleted." in page.text
    assert not ResourceServer.objects.filter(name="Songs").exists()
    assert "deleted Songs" in desk(f"{APIS}?tab=history").text
    assert open_page(page.browser, path(songs)).status == 404


def test_hostile_names_stay_text(desk, songs):
    edit_server(songs, {"scopes": [{"value": "<b>", "description": "<script>x</script>"}]}, actor=SHELL)

    page = desk(path(songs, "?tab=scopes&remove=%3Cb%3E"))
    assert "Remove <b>?" in page.text
    assert page.inline == []


def test_more_apis_and_scopes_take_no_more_queries(browser, administrator, songs):
    at_work = browser(administrator)

    def count(address: str) -> int:
        with CaptureQueriesContext(database) as captured:
            assert at_work.get(address).status_code == 200
        return len(captured)

    before = [count(APIS), count(path(songs)), count(path(songs, "?tab=scopes"))]
    for number in range(5):
        create_server(actor=SHELL, name=f"API {number}", identifier=f"https://api{number}.example/")
    edit_server(songs, {"scopes": [{"value": f"s:{n}", "description": ""} for n in range(9)]}, actor=SHELL)

    assert [count(APIS), count(path(songs)), count(path(songs, "?tab=scopes"))] == before
