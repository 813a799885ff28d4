"""The sample application: its page, and its client. What it does is tested in tests/browser/test_demo.py."""

from __future__ import annotations

from django.test import Client as Browser

from tests.conftest import again
from users.actions.access.clients import edit_client
from users.management.demo.sample_application import ACTOR, CLIENT_ID, register_sample_application
from users.models import Client, ConfigurationChange, Connection


def test_its_page_knows_no_secret_and_keeps_to_the_policy(demo):
    page = Browser().get("/demo/", HTTP_HOST="127.0.0.1:8000")

    html = page.content.decode()
    assert f'data-client-id="{CLIENT_ID}"' in html
    assert 'data-audience="http://127.0.0.1:8000/api/v2/"' in html
    assert "script-src 'self'" in page["Content-Security-Policy"]
    assert "style=" not in html


def test_under_another_name_of_this_machine_it_leads_to_its_own(demo):
    answer = Browser().get("/demo/?code=x", HTTP_HOST="localhost:8000")

    assert (answer.status_code, answer["Location"]) == (302, "http://127.0.0.1:8000/demo/")


def test_its_client_is_public_and_signs_in_users_of_every_connection(connection):
    register_sample_application()

    client = Client.objects.get(client_id=CLIENT_ID)
    assert client.is_public
    assert client.grant_types == ["authorization_code", "refresh_token"]
    assert client.callbacks == client.allowed_logout_urls == ["http://127.0.0.1:8000/demo/"]
    assert client.web_origins == ["http://127.0.0.1:8000"]
    assert set(client.connections.all()) == set(Connection.objects.all())


def test_a_second_start_changes_nothing(connection):
    register_sample_application()
    before = ConfigurationChange.objects.count()

    register_sample_application()

    assert ConfigurationChange.objects.count() == before


def test_another_port_changes_its_urls_and_nothing_else(connection, settings):
    register_sample_application()
    client = edit_client(Client.objects.get(client_id=CLIENT_ID), {"name": "Mine"}, actor=ACTOR)
    settings.PUBLIC_URL = "http://127.0.0.1:8001"

    register_sample_application()

    client = again(client)
    assert (client.name, client.callbacks) == ("Mine", ["http://127.0.0.1:8001/demo/"])
