"""What changes and events are called in the activity: a sentence for each, in words and never raw values."""

from __future__ import annotations

import re

import pytest

from users.admin.changes.sentences import (
    Names,
    bold,
    change_sentence,
    change_title,
    event_sentence,
    is_spelled_out,
)
from users.log.activity import EVENT_TYPES
from users.models import Change, LogEvent

ADA, JANE = bold("Ada"), bold("Jane")


def words(html: str) -> str:
    return re.sub(r"<[^>]*>", "", html)


def say(what: str, keys: dict | None = None, *, own: bool = False, **columns) -> str:
    change = Change(what=what, keys=keys or {}, **columns)
    return words(change_sentence(change, Names(JANE if own else ADA, JANE, own)))


def to(after: object, before: object = None) -> dict:
    return {"before": before, "after": after}


def link_for(purpose: str) -> dict:
    return {"ticket": {"after": purpose}}


FACTOR, NONE = ["google-authenticator"], []


@pytest.mark.parametrize(
    ("what", "keys", "sentence"),
    [
        ("created", {"email": {"after": "j@example.com"}}, "Ada created Jane"),
        ("deleted", {}, "Ada deleted Jane"),
        ("user_metadata", {"hobby": to("chess", "go")}, "Ada changed hobby of Jane"),
        ("app_metadata", {"plan": {"after": "free"}}, "Ada added plan to Jane"),
        ("app_metadata", {"plan": {"before": "free"}}, "Ada removed plan from Jane"),
        ("app_metadata", {"a": to(1), "b": to(2)}, "Ada changed 2 keys of Jane"),
        ("profile", {"blocked": to(True, False)}, "Ada blocked Jane"),
        ("profile", {"blocked": to(False, True)}, "Ada unblocked Jane"),
        ("profile", {"email": to("a@b.c")}, "Ada changed the email of Jane"),
        ("profile", {"email": to("a@b.c"), "email_verified": to(False)}, "Ada changed the email of Jane"),
        ("profile", {"email_verified": to(True)}, "Ada marked the email of Jane as verified"),
        ("profile", {"email_verified": to(False)}, "Ada marked the email of Jane as not verified"),
        ("profile", {"picture": to("x")}, "Ada changed the picture URL of Jane"),
        ("profile", {"name": to("x"), "nickname": to("y")}, "Ada changed 2 profile fields of Jane"),
        ("password", {}, "Ada set a new password for Jane"),
        ("reset_sent", {}, "Ada sent a password reset to Jane"),
        ("staff_rights", {"groups": to(["Support"], [])}, "Ada gave Jane the staff rights Support"),
        ("staff_rights", {"groups": to([], ["Support"])}, "Ada took the staff rights Support from Jane"),
        (
            "staff_rights",
            {"groups": to(["Administrator"], ["Support"])},
            "Ada gave Jane the staff rights Administrator instead of Support",
        ),
        (
            "ticket",
            {"ticket": {"after": "email_verification"}},
            "Ada made a link to confirm the email of Jane",
        ),
        (
            "ticket",
            {"ticket": {"after": "password_change"}},
            "Ada made a link to change the password of Jane",
        ),
        ("multifactor", {"multifactor": to(NONE, FACTOR)}, "Ada removed the two-step sign-in of Jane"),
        ("multifactor", {"multifactor": to(FACTOR)}, "Ada added two-step sign-in for Jane"),
        ("multifactor", {"recovery_codes": {"after": "new"}}, "Ada made new recovery codes for Jane"),
        ("multifactor", {"recovery_codes": {"after": "void"}}, "Ada removed the recovery codes of Jane"),
        ("identities", {"google|1": {"after": {}}}, "Ada linked google|1 to Jane"),
        ("identities", {"google|1": {"before": {}}}, "Ada unlinked google|1 from Jane"),
        ("identities", {"linked_to": {"after": "auth0|2"}}, "Ada linked Jane to auth0|2"),
        ("identities", {"linked_to": {"before": "auth0|2"}}, "Ada unlinked Jane from auth0|2"),
        ("roles", {"Editor": {"after": "rol_1"}}, "Ada gave Jane the role Editor"),
        (
            "roles",
            {"Editor": {"before": "rol_1"}, "Boss": {"before": "x"}},
            "Ada took the roles Editor, Boss from Jane",
        ),
        ("permissions", {"read:songs": {"after": "x"}}, "Ada gave Jane the permission read:songs"),
        ("unblocked", {}, "Ada cleared the lockout of Jane"),
    ],
)
def test_what_staff_did_is_a_sentence(what, keys, sentence):
    assert say(what, keys) == sentence


@pytest.mark.parametrize(
    ("what", "keys", "sentence"),
    [
        ("created", {}, "Jane signed up"),
        ("deleted", {}, "Jane deleted their own account"),
        ("profile", {"name": to("x")}, "Jane changed their own name"),
        ("profile", {"email_verified": to(True)}, "Jane confirmed their email"),
        ("password", {}, "Jane changed their own password"),
        ("reset_sent", {}, "Jane asked for a password reset"),
        ("multifactor", {"multifactor": to(NONE, FACTOR)}, "Jane removed their two-step sign-in"),
        ("multifactor", {"multifactor": to(FACTOR)}, "Jane added two-step sign-in"),
    ],
)
def test_what_users_did_themselves_is_another(what, keys, sentence):
    assert say(what, keys, own=True) == sentence


def test_an_edit_on_the_own_page_says_so():
    assert say("user_metadata", {"hobby": to("go")}, own=True, face="profile") == (
        "Jane changed hobby on their own page"
    )


def test_an_import_says_so():
    assert say("created", face="import") == "Ada imported Jane"


def test_undoing_and_restoring_say_so():
    assert say("app_metadata", {"plan": to("x")}, undoes=7) == "Ada undid a change of Jane"
    assert (
        say("profile", {"blocked": to(True)}, restores="2026-01-01")
        == "Ada restored an earlier state of Jane"
    )


@pytest.mark.parametrize(
    ("keys", "title"),
    [
        ({"multifactor": to(NONE, FACTOR)}, "Two-step sign-in removed"),
        ({"multifactor": to(FACTOR)}, "Two-step sign-in added"),
        ({"recovery_codes": {"after": "new"}}, "New recovery codes"),
    ],
)
def test_the_page_of_a_change_is_titled_in_words(keys, title):
    assert change_title(Change(what="multifactor", keys=keys)) == title


def test_values_are_listed_only_where_the_sentence_does_not_say_them():
    assert is_spelled_out(Change(what="profile", keys={"blocked": to(True)}))
    assert is_spelled_out(Change(what="multifactor", keys={"multifactor": to(FACTOR)}))
    assert not is_spelled_out(Change(what="profile", keys={"email": to("x")}))
    assert not is_spelled_out(Change(what="profile", keys={"blocked": to(True)}, undoes=7))
    assert not is_spelled_out(Change(what="app_metadata", keys={"plan": to("x")}))


def test_every_kind_of_change_has_a_sentence_even_without_keys():
    for what in Change.What:
        assert "Jane" in say(what)


def test_every_event_of_the_activity_has_a_sentence():
    for type_ in EVENT_TYPES:
        sentence = words(event_sentence(LogEvent(type=type_, ip="192.0.2.7"), JANE))
        assert ("Jane" in sentence) != (type_ == "limit_mu"), sentence
        assert not sentence.startswith("Jane:")


def test_names_are_text_whatever_they_contain():
    hostile = "<script>{user}{0}%s</script>"
    change = Change(what="roles", keys={hostile: {"after": "x"}})

    html = change_sentence(change, Names(bold(hostile), bold(hostile)))

    assert "<script>" not in html
    assert html.count("&lt;script&gt;{user}{0}%s&lt;/script&gt;") == 3


def test_many_names_are_counted():
    roles = {f"Role {number}": {"after": "x"} for number in range(6)}

    assert say("roles", roles) == "Ada gave Jane the roles Role 0, Role 1, Role 2, Role 3 and 2 more"
