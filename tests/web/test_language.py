"""The language of pages: whose wish counts, and which pages are in English for all."""

from __future__ import annotations

import json

import pytest
from django.utils import translation

from users.metadata.messages import Message, join_messages
from users.metadata.text import parse
from users.web.language import translate

GERMAN = {"Accept-Language": "de-AT,de;q=0.9"}


@pytest.mark.parametrize(
    ("locale", "accepted", "language"),
    [
        (None, "de", "de"),
        (None, "en", "en"),
        ("de-DE", "en", "de"),
        ("en-GB", "de", "en"),
        ("tlh", "de", "de"),
    ],
)
def test_the_own_page_follows_the_user_then_the_browser(browser, make_user, locale, accepted, language):
    page = browser(make_user("kim", locale=locale)).get("/profile/", headers={"Accept-Language": accepted})

    assert f'<html lang="{language}"' in page.content.decode()
    assert page["Content-Language"] == language
    assert "Accept-Language" in page["Vary"]


def test_before_signing_in_the_browser_decides(browser):
    page = browser().get("/login/", headers=GERMAN).content.decode()

    assert "Passwort vergessen?" in page


def test_pages_that_do_not_exist_are_in_the_language_of_the_browser(browser):
    assert "Seite nicht gefunden" in browser().get("/nowhere/", headers=GERMAN).content.decode()


def test_the_dashboard_is_in_english(browser, agent):
    page = browser(agent).get("/admin/users/user/", headers=GERMAN)

    assert '<html lang="en"' in page.content.decode()
    assert "Content-Language" not in page


def test_the_api_and_oauth_are_in_english(browser):
    tokens = browser().post("/oauth/token", b"{", content_type="application/json", headers=GERMAN)
    users = browser().get("/api/v2/users", headers=GERMAN)

    assert "error_description" in tokens.json()
    assert users.json()["message"] == "Missing authentication"


def test_one_request_leaves_the_next_its_own_language(browser):
    window = browser()

    window.get("/login/", headers=GERMAN)

    assert "Forgot password?" in window.get("/login/").content.decode()


def test_errors_of_the_rules_are_translated(browser, jane):
    window = browser(jane)
    page = window.get("/profile/", headers=GERMAN)
    opened = page.context["form"]["user_metadata_version"].value()

    answer = window.post(
        "/profile/", {"user_metadata": '{"a.b": 1}', "user_metadata_version": opened}, headers=GERMAN
    )

    assert answer.status_code == 422
    assert "ein Feldname darf keinen Punkt enthalten" in answer.content.decode()


def test_texts_of_scripts_are_in_the_language_of_the_url(browser, db):
    german = browser().get("/texts/de.js").content.decode()
    unknown = browser().get("/texts/tlh.js").content.decode()

    assert json.dumps("Änderungen speichern") in german
    assert "Save changes" not in unknown


def test_messages_of_rules_are_english_text_until_a_page_translates_them():
    message = Message("must have at least %(limit)s characters", limit=8)
    joined = join_messages("; ", [message, "100 %"])

    assert message == "must have at least 8 characters"
    assert joined == "must have at least 8 characters; 100 %"
    with translation.override("de"):
        assert translate(message) == "muss mindestens 8 Zeichen haben"
        assert translate(joined) == "muss mindestens 8 Zeichen haben; 100 %"
        assert translate("100 % untouched %(name)s") == "100 % untouched %(name)s"


@pytest.mark.parametrize(
    "text", ["{", '{"a": }', "{1: 2}", '{"a" 1}', '{"a": 1 "b": 2}', '{"a', '{"a": "\n"}', r'"\q"', r'"\u12"']
)
def test_every_error_of_the_json_parser_is_translated(text):
    with pytest.raises(ValueError, match="line") as caught:
        parse(text)

    english = caught.value.reason.removeprefix("not valid JSON: ")
    with translation.override("de"):
        german = translate(caught.value.message)
    assert german.startswith("Zeile ")
    assert english not in german


def test_a_language_that_is_written_from_right_to_left_turns_the_page(browser, db, settings):
    settings.LANGUAGES = [*settings.LANGUAGES, ("ar", "العربية")]

    page = browser().get("/login/", headers={"Accept-Language": "ar"}).content.decode()

    assert '<html lang="ar" dir="rtl">' in page
