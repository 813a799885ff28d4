"""Which clients use which connections, through the Management API."""

from __future__ import annotations

import pytest

from tests.api.answers import problem, shown
from users.models import Client, ConfigurationChange, Connection

CLIENTS = "/api/v2/clients"
CONNECTIONS = "/api/v2/connections"


@pytest.fixture
def partners(db):
    return Connection.objects.create(name="Partners")


@pytest.fixture
def url(partners):
    return f"{CONNECTIONS}/{partners.connection_id}"


@pytest.fixture
def app(db):
    return Client.objects.create(name="App", client_id="app")


def enabled(connection):
    return sorted(connection.clients.values_list("client_id", flat=True))


def test_a_new_connection_is_for_the_clients_named(shop, app):
    answer = shop.post(
        CONNECTIONS, {"name": "Store", "strategy": "auth0", "enabled_clients": [app.client_id]}
    )

    assert shown(answer)["enabled_clients"] == [app.client_id]
    assert shown(shop.post(CONNECTIONS, {"name": "Other", "strategy": "auth0"}))["enabled_clients"] == []


def test_a_new_client_is_enabled_on_every_connection(shop, connection, partners):
    client_id = shown(shop.post(CLIENTS, {"name": "Web", "app_type": "spa"}))["client_id"]

    assert client_id in enabled(partners)
    assert client_id in enabled(connection)
    change = ConfigurationChange.objects.get(object_id=partners.connection_id)
    assert (change.after, change.reason) == ({"enabled_clients": [client_id]}, "The client Web was created")


def test_the_list_of_connections_carries_them(shop, partners, app):
    partners.clients.add(app)

    [shown_] = shown(shop.get(f"{CONNECTIONS}?name=Partners"))

    assert shown_["enabled_clients"] == ["app"]


def test_a_patch_replaces_them_and_leaves_them_alone_when_left_out(shop, partners, app, url):
    assert shown(shop.patch(url, {"enabled_clients": ["app"]}))["enabled_clients"] == ["app"]
    assert shown(shop.patch(url, {"options": {"disable_signup": True}}))["enabled_clients"] == ["app"]
    assert shown(shop.patch(url, {"enabled_clients": []}))["enabled_clients"] == []

    first, _, last = ConfigurationChange.objects.filter(object_id=partners.connection_id).order_by("pk")
    assert (first.before, first.after) == ({"enabled_clients": []}, {"enabled_clients": ["app"]})
    assert last.after == {"enabled_clients": []}


@pytest.mark.parametrize("clients", [["app", "nobody"], ["revoked"]])
def test_an_unknown_client_changes_nothing(shop, partners, app, url, clients):
    Client.objects.create(name="Old", client_id="revoked", is_revoked=True)

    status, message, code = problem(shop.patch(url, {"enabled_clients": clients, "is_enabled": False}))

    assert (status, code) == (400, "invalid_body")
    assert "There is no client" in message
    partners.refresh_from_db()
    assert (enabled(partners), partners.is_enabled) == ([], True)


def test_the_clients_of_a_connection_by_checkpoint(shop, partners, url):
    for number in range(3):
        partners.clients.add(Client.objects.create(name="App", client_id=f"app{number}"))
    partners.clients.add(Client.objects.create(name="Old", client_id="old", is_revoked=True))

    page = shown(shop.get(f"{url}/clients?take=2"))
    rest = shown(shop.get(f"{url}/clients?take=2&from={page['next']}"))

    assert page["clients"] == [{"client_id": "app0"}, {"client_id": "app1"}]
    assert rest == {"clients": [{"client_id": "app2"}]}


def test_single_clients_are_enabled_and_disabled(shop, partners, app, url):
    partners.clients.add(Client.objects.create(name="Kept", client_id="kept"))

    assert shop.patch(f"{url}/clients", [{"client_id": "app", "status": True}]).status_code == 204
    assert enabled(partners) == ["app", "kept"]
    assert shop.patch(f"{url}/clients", [{"client_id": "app", "status": False}]).status_code == 204
    assert enabled(partners) == ["kept"]
    assert ConfigurationChange.objects.filter(object_id=partners.connection_id).count() == 2


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        [{"client_id": "app"}],
        [{"client_id": "app", "status": "yes"}],
        [{"client_id": "app", "status": True, "x": 1}],
        [{"client_id": f"app{number}", "status": True} for number in range(51)],
        [{"client_id": "nobody", "status": True}],
    ],
    ids=lambda body: str(body)[:40],
)
def test_a_bad_list_changes_nothing(shop, partners, app, url, body):
    assert problem(shop.patch(f"{url}/clients", body))[::2] == (400, "invalid_body")
    assert enabled(partners) == []


def test_the_connections_of_a_client(shop, partners, app):
    partners.clients.add(app)

    page = shown(shop.get(f"{CLIENTS}/app/connections"))

    assert [found["name"] for found in page["connections"]] == ["Partners"]
    assert problem(shop.get(f"{CLIENTS}/nobody/connections"))[0] == 404
    assert problem(shop.get(f"{CONNECTIONS}/con_nothing/clients"))[0] == 404


def test_each_needs_its_scope(api, partners, app, url):
    reader = api("read:connections")

    assert reader.get(f"{url}/clients").status_code == 200
    assert reader.patch(f"{url}/clients", [{"client_id": "app", "status": True}]).status_code == 403
    assert reader.get(f"{CLIENTS}/app/connections").status_code == 403
    assert api("read:connections", "read:clients").get(f"{CLIENTS}/app/connections").status_code == 200
    assert enabled(partners) == []
