"""Adding a second factor while signing in, where a hook demands one of a user who has none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.bench.server import serving
from tests.browser.test_hosted_sign_in import application, arrive, authorize, callback, kim, type_password
from tests.browser.test_looks import look
from tests.browser.test_weight import weigh_hosted
from tests.management.demo_server import free_port, own_environment
from tests.second_factor import code, wrong

__all__ = ["application", "authorize", "callback", "kim"]
pytestmark = [pytest.mark.browser, pytest.mark.one_database]


@pytest.fixture
def hooked_url(server) -> Iterator[str]:
    """The URL of a second server, on the same data, where the hook runs."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = own_environment(
        DATA_DIR=str(server.data_dir),
        DATABASE_URL=server.database_url,
        PORT=str(port),
        PUBLIC_URL=url,
        WEB_CONCURRENCY="1",
        DJANGO_SETTINGS_MODULE="tests.browser.hooked_settings",
    )
    with serving(environment):
        yield url


def test_a_user_adds_an_app_where_a_hook_demands_it(desk, hooked_url, authorize, application, kim):
    page = desk.visitor(base_url=hooked_url)
    desk.look_away()  # the application is of another host
    authorize(page, application())
    type_password(page, kim)

    expect(page.get_by_role("heading", name="Set up an authenticator app")).to_be_visible()
    assert look(page) == []
    assert weigh_hosted(page) == []
    page.reload()  # to weigh it was to ask for another secret
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    secret = page.locator(".secret").inner_text().replace(" ", "")
    page.get_by_label("Code").fill(wrong(secret))
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Wrong code.")).to_be_visible()
    assert look(page) == []

    page.get_by_label("Code").fill(code(secret))
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    assert look(page) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.get_by_role("link", name="Continue to Corner Shop").click()
    assert arrive(page).keys() == {"code", "state"}
