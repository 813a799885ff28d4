"""Applications, as the dashboard shows them."""

from __future__ import annotations

import pytest

from tests.web.pages import open_page
from users.actions.access.clients import make_client as create
from users.models import Client
from users.rights.actor import command_actor

SHELL = command_actor("tests")
APPLICATIONS = "/admin/applications/"


def path(client: Client, query: str = "") -> str:
    return f"{APPLICATIONS}{client.client_id}/{query}"


@pytest.fixture
def desk(browser, administrator):
    """A page as an administrator sees it."""
    return lambda address=APPLICATIONS: open_page(browser(administrator), address)


@pytest.fixture
def shop(connection) -> Client:
    """A web application with a secret."""
    made, _ = create(
        actor=SHELL,
        name="Lantern Shop",
        app_type="regular_web",
        callbacks=["https://shop.example/callback"],
        allowed_logout_urls=["https://shop.example/"],
    )
    return made


@pytest.fixture
def spa(connection) -> Client:
    """A page in a browser, without a secret."""
    made, _ = create(actor=SHELL, name="Help centre", app_type="spa", callbacks=["https://help.example/"])
    return made


@pytest.fixture
def machine(connection) -> Client:
    """A service that calls APIs for itself."""
    made, _ = create(actor=SHELL, name="crm-sync")
    return made
