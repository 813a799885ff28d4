"""The *APIs* tab: what an application may do for itself."""

from __future__ import annotations

import pytest

from tests.admin.applications.conftest import SHELL, path
from users.actions.access.client_grants import create_grant
from users.models import ClientGrant


def send(browser, client, server, do="save", scope=()):
    data = {"api": server.resource_server_id, "do": do, "scope": list(scope)}
    return browser.post(path(client, "?tab=apis"), data, follow=True)


@pytest.fixture
def at_work(browser, administrator):
    return browser(administrator)


def test_an_application_is_authorized_changed_and_revoked(at_work, desk, machine, songs_api):
    scope = songs_api.scope_values[0]
    assert f"{songs_api.name} Not authorized" in desk(path(machine, "?tab=apis")).text

    send(at_work, machine, songs_api, scope=[scope])
    assert ClientGrant.objects.get(client=machine).scope == [scope]
    page = desk(path(machine, "?tab=apis"))
    assert f'value="{scope}" checked' in page.html

    send(at_work, machine, songs_api, scope=[])
    assert ClientGrant.objects.get(client=machine).scope == []

    send(at_work, machine, songs_api, do="revoke")
    assert not ClientGrant.objects.exists()
    history = desk(path(machine, "?tab=history")).text
    assert "created a grant of crm-sync" in history
    assert "deleted a grant of crm-sync" in history


def test_a_scope_that_the_api_does_not_have_is_refused(at_work, machine, songs_api):
    answer = send(at_work, machine, songs_api, scope=["write:everything"])

    assert "Not saved" in answer.content.decode()
    assert not ClientGrant.objects.exists()


def test_an_unknown_api_is_not_found(at_work, machine, songs_api):
    for value in ("no-such-api", "", "\0"):
        answer = at_work.post(path(machine, "?tab=apis"), {"api": value, "do": "save"})
        assert answer.status_code in (400, 404)


@pytest.mark.parametrize("who", ["agent", "supporter", "jane"])
def test_it_is_for_administrators(browser, request, who, machine, songs_api):
    grant = create_grant(machine, songs_api, [], actor=SHELL)
    member = browser(request.getfixturevalue(who))

    assert send(member, machine, songs_api, do="revoke").status_code == 403
    assert ClientGrant.objects.get() == grant


def test_without_the_client_credentials_grant_the_page_says_what_that_means(desk, spa):
    assert "no client credentials grant" in desk(path(spa, "?tab=apis")).text
