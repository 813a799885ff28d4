"""What the two pages tell the browser's editor, and what they do without a browser's script."""

from __future__ import annotations

import html
import json
import re

import pytest

from users.metadata.text import dump_pretty
from users.models import User

SCHEMA = {
    "properties": {
        "hobby": {"type": "string"},
        "age": {"type": "integer"},
        "address": {"type": "object", "properties": {"city": {"type": "string"}}},
    }
}


@pytest.fixture
def schema(settings, tmp_path):
    path = tmp_path / "schema.json"
    path.write_text(json.dumps(SCHEMA))
    settings.USER_METADATA_SCHEMA = str(path)


def attribute(page, name):
    found = re.search(rf' data-{name}="([^"]*)"', page.content.decode())
    return html.unescape(found[1]) if found else None


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page.content.decode())[1]


def post(visitor, text):
    page = visitor.get("/profile/")
    names = ("user_metadata_version", "user_metadata_opened")
    return visitor.post("/profile/", {"user_metadata": text, **{name: hidden(page, name) for name in names}})


def test_without_a_schema_there_is_json_only(browser, jane):
    page = browser(jane).get("/profile/")

    assert attribute(page, "schema") is None
    assert "react" not in page.content.decode()


def test_the_form_is_described_to_the_browser(schema, browser, jane):
    page = browser(jane).get("/profile/")

    assert json.loads(attribute(page, "schema"))["properties"]["hobby"] == {
        "type": "string",
        "title": "Hobby",
    }
    assert "data-form-only" in page.content.decode()


def test_people_may_be_given_json_mode(schema, settings, browser, jane):
    settings.PROFILE_JSON_MODE = True

    assert "data-form-only" not in browser(jane).get("/profile/").content.decode()


def test_a_page_with_an_editor_has_a_nonce_and_others_have_none(browser, jane):
    visitor = browser(jane)

    first, second = (visitor.get("/profile/") for _ in range(2))
    other = visitor.get("/accounts/password/change/")

    nonces = [
        re.search(r"style-src 'self' 'nonce-([^']+)'", page["Content-Security-Policy"])[1]
        for page in (first, second)
    ]
    assert nonces[0] != nonces[1]
    assert f'nonce="{nonces[0]}"' in html.unescape(first.content.decode())
    assert "nonce" not in other["Content-Security-Policy"]
    assert all(
        "nonce" not in page["Content-Security-Policy"].partition("script-src")[2].split(";")[0]
        for page in (first, second)
    )


def test_keys_no_schema_names_are_shown_and_refused(schema, browser, make_user):
    jane = make_user("jane", user_metadata={"hobby": "surfing", "crm": {"stage": "lead"}})
    visitor = browser(jane)

    page = visitor.get("/profile/").content.decode()
    refused = post(visitor, '{"hobby": "surfing", "crm": null}')

    assert "Other data we store" in page
    assert "lead" in page
    assert refused.status_code == 422
    assert "Crm: can be changed only by our staff" in html.unescape(refused.content.decode())
    assert User.objects.get(pk=jane.pk).user_metadata == {"hobby": "surfing", "crm": {"stage": "lead"}}


def test_a_refused_value_is_named_at_its_field_and_typed_text_stays(schema, browser, jane):
    typed = '{"hobby":  "surfing", "age": "x", "address": {"city": 4}}'

    page = post(browser(jane), typed)

    text = html.unescape(page.content.decode())
    assert page.status_code == 422
    assert typed in text
    assert "Age must be a whole number, not text." in text
    assert "Address › City must be text, not a whole number." in text
    assert json.loads(attribute(page, "problems")) == [
        {"path": ["age"], "reason": "must be a whole number, not text"},
        {"path": ["address", "city"], "reason": "must be text, not a whole number"},
    ]
    assert attribute(page, "stored") == dump_pretty({"hobby": "surfing"})


def test_the_untouched_text_writes_nothing(schema, browser, make_user):
    jane = make_user("jane", user_metadata={"hobby": "surfing"})
    User.objects.get(pk=jane.pk)

    page = post(browser(jane), dump_pretty({"hobby": "surfing"}).replace("\n", "\r\n"))

    assert page.status_code == 302
    assert User.objects.get(pk=jane.pk).user_metadata_version == 1
