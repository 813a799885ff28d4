"""One application: created, changed, given a new secret, deleted."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection as database
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from tests.admin.applications.conftest import APPLICATIONS, SHELL, path
from users.actions.access.clients import delete_client, edit_client
from users.models import Client, ConfigurationChange, Connection, LogEvent, Session
from users.representation.logos import encode_logo

SECRET = re.compile(r'<pre class="json"[^>]*>([\w-]{64})</pre>')


def settings(desk, client):
    return desk(path(client, "?tab=settings"))


def secret_on(page) -> str:
    [secret] = SECRET.findall(page.html)
    return secret


@pytest.mark.parametrize(
    ("app_type", "grants", "method"),
    [
        ("spa", ["authorization_code", "refresh_token"], "none"),
        ("native", ["authorization_code", "refresh_token"], "none"),
        (
            "regular_web",
            ["authorization_code", "refresh_token", "client_credentials"],
            "client_secret_post",
        ),
        ("non_interactive", ["client_credentials"], "client_secret_post"),
    ],
)
def test_a_new_one_gets_the_grants_of_its_type_and_all_connections(
    desk, connection, app_type, grants, method
):
    page = desk(f"{APPLICATIONS}new/").press("Create application", name="Shop", app_type=app_type)

    made = Client.objects.get()
    assert (made.name, made.grant_types, made.token_endpoint_auth_method) == ("Shop", grants, method)
    assert made.connections.get() == connection
    # Only one that can keep a secret has one.
    assert bool(SECRET.search(page.html)) == (method != "none")


def test_a_secret_is_shown_once_and_stored_nowhere(desk):
    page = desk(f"{APPLICATIONS}new/").press("Create application", name="Shop", app_type="regular_web")
    secret, made = secret_on(page), Client.objects.get()

    assert made.has_secret(secret)
    assert "no-store" in page.response["Cache-Control"]
    assert not page.response.cookies.get("messages")
    addresses = (
        APPLICATIONS,
        path(made),
        path(made, "?tab=history"),
        path(made, "secret/new/"),
        "/admin/log/",
    )
    for address in addresses:
        assert secret not in desk(address).html
    stored = [*ConfigurationChange.objects.values(), *LogEvent.objects.values(), *Session.objects.values()]
    assert secret not in str(stored)


def test_mistakes_are_shown_at_their_field(desk, connection):
    page = desk(f"{APPLICATIONS}new/").press("Create application", name="<b>Shop</b>")

    assert page.status == 422
    assert "String does not match pattern" in page.text
    assert "Choose one." in page.text
    assert not Client.objects.exists()


def test_the_settings_are_stored(desk, shop):
    page = settings(desk, shop).press(
        "Save changes",
        name="Lamp Shop",
        description="Sells lamps",
        callbacks="https://shop.example/callback\n\n https://shop.example/second \nhttps://shop.example/second",
        web_origins="https://shop.example",
        initiate_login_uri="https://shop.example/login",
        grant_types=["authorization_code"],
        id_token_lifetime="3600",
        is_rotating="on",
        leeway="5",
        token_lifetime="86400",
        idle_token_lifetime="",
        accent_color="#0f7f76",
        client_metadata='{"team": "checkout"}',
        is_first_party="on",
        oidc_conformant=[],
    )

    assert "Saved." in page.text
    stored = Client.objects.get()
    assert (stored.name, stored.description) == ("Lamp Shop", "Sells lamps")
    assert stored.callbacks == ["https://shop.example/callback", "https://shop.example/second"]
    assert stored.web_origins == ["https://shop.example"]
    assert stored.initiate_login_uri == "https://shop.example/login"
    assert (stored.grant_types, stored.id_token_lifetime) == (["authorization_code"], 3600)
    assert stored.refresh_token == {
        "rotation_type": "rotating",
        "expiration_type": "expiring",
        "leeway": 5,
        "token_lifetime": 86400,
        "infinite_token_lifetime": False,
        "infinite_idle_token_lifetime": True,
    }
    assert stored.branding == {"accent_color": "#0f7f76"}
    assert stored.client_metadata == {"team": "checkout"}
    assert (stored.is_first_party, stored.oidc_conformant) == (True, False)
    assert "changed Lamp Shop" in desk(path(shop, "?tab=history")).text


def test_a_logo_is_uploaded_kept_and_removed(desk, shop):
    svg = SimpleUploadedFile("logo.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>')
    logo = encode_logo(b'<svg xmlns="http://www.w3.org/2000/svg"/>')

    page = settings(desk, shop).press("Save changes", forged={"logo": svg}, accent_color="#0f7f76")
    assert Client.objects.get().branding == {"logo": logo, "accent_color": "#0f7f76"}
    assert f'src="{logo}"' in page.html

    page = settings(desk, shop).press("Save changes", accent_color="")
    assert Client.objects.get().branding == {"logo": logo}

    settings(desk, shop).press("Save changes", removes_logo="on")
    assert Client.objects.get().branding == {}


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"GIF89a", "Choose an SVG, PNG, WebP or JPEG file."),
        (b"<svg" + b" " * 24 * 1024, "The file is too large: at most 24 KiB."),
    ],
    ids=["another type", "too large"],
)
def test_another_file_is_no_logo(desk, shop, content, text):
    page = settings(desk, shop).press("Save changes", forged={"logo": SimpleUploadedFile("logo", content)})

    assert page.status == 422
    assert text in page.text
    assert Client.objects.get().branding == {}


def test_saving_without_a_change_writes_nothing(desk, shop):
    before, changes = Client.objects.values().get(), ConfigurationChange.objects.count()

    assert "Saved." in settings(desk, shop).press("Save changes").text

    assert Client.objects.values().get() == before
    assert ConfigurationChange.objects.count() == changes


@pytest.mark.parametrize(
    ("field", "typed", "text"),
    [
        ("callbacks", "https://good.example/\nshop.example", "Line 2:"),
        ("callbacks", "javascript:alert(1)", "Browsers would run javascript:alert(1) as a script"),
        ("callbacks", "com.example.shop:", "Line 1:"),
        ("web_origins", "https://shop.example/path", "Line 1: String does not match pattern"),
        ("initiate_login_uri", "http://shop.example/", "String does not match pattern"),
        ("id_token_lifetime", "0", "Value 0 is less than minimum 1"),
        ("leeway", "90000", "Value 90000 is greater than maximum 86400"),
        ("accent_color", "teal", "String does not match pattern"),
        ("client_metadata", "[1]", "Expected type object but found type array"),
        ("client_metadata", "{", "not valid JSON"),
        ("logo_uri", "data:image/png,x", "String does not match pattern"),
    ],
)
def test_what_the_api_refuses_is_refused_in_its_words(desk, shop, field, typed, text):
    before = Client.objects.values().get()

    page = settings(desk, shop).press("Save changes", **{field: typed})

    assert page.status == 422
    assert text in page.text or text in page.html
    assert Client.objects.values().get() == before


def test_what_an_action_refuses_is_shown_at_its_field(desk, shop, spa):
    page = settings(desk, shop).press("Save changes", grant_types=["password"], is_first_party=[])
    assert "A third-party client may only have" in page.text

    page = settings(desk, spa).press("Save changes", is_rotating=[])
    assert "Refresh tokens of a single-page application rotate and expire" in page.text


def test_the_second_of_two_edits_is_refused_and_shows_what_is_stored(desk, shop):
    second = settings(desk, shop)
    edit_client(shop, {"callbacks": ["https://new.example/"]}, actor=SHELL)

    page = second.press("Save changes", name="Mine")

    assert page.status == 422
    assert "Not saved: another user was first" in page.text
    assert "Saved now: https://new.example/" in page.text
    assert Client.objects.get().name == "Lantern Shop"
    assert Client.objects.get().callbacks == ["https://new.example/"]
    # Having seen it, they may replace it.
    assert "Saved." in page.press("Save changes").text
    stored = Client.objects.get()
    assert (stored.name, stored.grant_types) == ("Mine", shop.grant_types)


def test_the_same_edit_by_two_is_no_conflict(desk, shop):
    second = settings(desk, shop)
    edit_client(shop, {"callbacks": ["https://new.example/"]}, actor=SHELL)

    assert "Saved." in second.press("Save changes", callbacks="https://new.example/").text


def test_a_connection_that_was_enabled_since_the_form_was_opened_is_a_conflict(desk, shop):
    second = settings(desk, shop)
    shop.connections.add(Connection.objects.create(name="Partners"))

    page = second.press("Save changes", name="Mine")

    assert page.status == 422
    assert "Enabled connections" in page.text
    assert shop.connections.filter(name="Partners").exists()


def test_connections_are_enabled_and_disabled(desk, shop, connection):
    other = Connection.objects.create(name="Partners")

    settings(desk, shop).press("Save changes", connections=[other.connection_id])

    assert list(shop.connections.all()) == [other]
    changed = ConfigurationChange.objects.filter(kind="connection").values_list("name", flat=True)
    assert {connection.name, "Partners"} <= set(changed)


def test_a_connection_that_is_not_offered_is_refused(desk, shop):
    page = settings(desk, shop).press("Save changes", connections=["con_0000000000000000"])

    assert page.status == 422
    assert shop.connections.exists()


def test_a_new_secret_is_asked_for_first_and_shown_once(desk, shop):
    before = Client.objects.get().secret_hash
    question = desk(path(shop, "secret/"))
    assert "stops working at once" in question.text
    assert Client.objects.get().secret_hash == before

    page = question.press("Create new secret")

    assert Client.objects.get().has_secret(secret_on(page))
    assert "no-store" in page.response["Cache-Control"]
    assert "made a new secret for Lantern Shop" in desk(path(shop, "?tab=history")).text


def test_loading_the_page_with_a_secret_again_makes_no_other(browser, administrator, shop):
    at_work = browser(administrator)
    shown = at_work.post(path(shop, "secret/"))["Location"]
    # Encrypted: a copy of the database must not open the application.
    stored = str(dict(at_work.session))
    [secret] = SECRET.findall(at_work.get(shown).content.decode())
    assert "shown_once" in stored
    assert secret not in stored

    assert at_work.get(shown)["Location"] == path(shop)
    assert Client.objects.get().has_secret(secret)


def test_the_secret_of_one_application_is_not_shown_for_another(browser, administrator, shop, machine):
    at_work = browser(administrator)
    shown = at_work.post(path(shop, "secret/"))["Location"]

    assert at_work.get(path(machine, "secret/new/"))["Location"] == path(machine)
    assert at_work.get(shown).status_code == 200


def test_a_public_application_has_no_secret_to_replace(browser, administrator, desk, spa):
    assert "secret/" not in desk(path(spa)).html
    assert browser(administrator).post(path(spa, "secret/")).status_code == 404
    assert Client.objects.get().secret_hash == ""


def test_one_that_becomes_confidential_is_said_to_have_no_secret_yet(desk, spa):
    settings(desk, spa).press("Save changes", token_endpoint_auth_method="client_secret_post")

    assert "The application has no secret yet." in settings(desk, spa).text


def test_deleting_says_what_ends_and_asks(desk, shop):
    question = desk(path(shop, "delete/"))
    assert "0 refresh tokens of its users" in question.text
    assert Client.objects.exists()

    page = question.press("Delete application")

    assert "The application “Lantern Shop” is deleted." in page.text
    assert not Client.objects.exists()


def test_one_that_was_deleted_meanwhile_is_not_found(desk, shop):
    page = settings(desk, shop)
    Client.objects.all().delete()

    assert page.press("Save changes").status == 404


def test_the_pages_take_few_queries(browser, administrator, shop):
    at_work = browser(administrator)

    def count(query: str) -> int:
        with CaptureQueriesContext(database) as captured:
            assert at_work.get(path(shop, query)).status_code == 200
        return len(captured)

    count("")
    tabs = ("?tab=quickstart", "?tab=settings", "?tab=apis", "?tab=history", "delete/")
    assert [count(each) for each in tabs] == [8, 9, 9, 7, 8]


@pytest.mark.parametrize("client_id", ["%00", "x" * 300, "%F0%9F%92%A5", "%2e%2e"])
def test_any_other_text_in_place_of_a_client_id_is_not_found(desk, shop, client_id):
    assert desk(f"{APPLICATIONS}{client_id}/").status == 404


def test_forms_need_their_token(administrator, shop):
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(administrator)

    assert browser.post(path(shop, "delete/")).status_code == 403
    assert Client.objects.exists()


def test_the_log_and_the_palette_lead_to_applications(desk, shop, spa):
    delete_client(spa.client_id, actor=SHELL)
    log = desk("/admin/log/?q=type:sapi").html + desk("/admin/log/").html

    assert f'href="{path(shop)}?tab=history"' in log
    # A deleted application is in the history of all.
    assert f'href="{APPLICATIONS}?tab=history"' in log
    palette = desk("/admin/palette/").response.json()
    assert f"{APPLICATIONS}new/" in str(palette)


def test_a_logo_does_not_fill_the_history(desk, shop):
    logo = encode_logo(b"\x89PNG\r\n\x1a\n" + b"x" * 20_000)
    edit_client(shop, {"branding": {"logo": logo}}, actor=SHELL)

    assert len(desk(path(shop, "?tab=history")).html) < 60_000
