"""Who changed what: on the page of a user, of all users, and one change by itself."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.admin.conftest import user_path
from tests.web.pages import Page, open_page
from users.actions.account.block_user import block_user
from users.actions.account.delete_user import delete_user
from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.log.record import log_event
from users.models import Change
from users.rights import visible as visible_rights
from users.rights.actor import command_actor, staff_actor
from users.rights.may import may
from users.web import differences
from users.web.differences import MAX_PAGE_LINES, change_lines

CHANGES = "/admin/changes/"
SHELL = command_actor("tests")


def write(user, document, *, actor=SHELL, reason="", **keys):
    edit_user(user, Edit(documents={document: Patch(keys)}), actor=actor, reason=reason)


def latest(**columns) -> Change:
    return Change.objects.filter(**columns).first()


@pytest.fixture
def activity(browser):
    def open_as(member, user, **parameters: str) -> Page:
        answer = browser(member).get(user_path(user), {"tab": "activity", **parameters})
        return Page(answer.client, answer, user_path(user))

    return open_as


@pytest.fixture
def everything(browser):
    def open_as(member, **parameters: str) -> Page:
        answer = browser(member).get(CHANGES, parameters)
        return Page(answer.client, answer, CHANGES)

    return open_as


def sentences_of(page: Page) -> list[str]:
    """The sentence of each line, without tags."""
    found = re.findall(r'<div class="event-text">\s*<p>(.*?)</p>', page.html, re.DOTALL)
    return [html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", one))).strip() for one in found]


def test_a_line_tells_who_what_when_why_and_how(activity, jane, agent):
    kim = replace(staff_actor(agent), request_id="req-4711")
    write(jane, "app_metadata", actor=kim, reason="Ticket 4711", plan="free")

    page = activity(agent, jane)

    line = page.html.partition('<ol class="timeline"')[2].partition("</li>")[0]
    assert sentences_of(page)[0] == f"{agent} changed plan of {jane}"
    assert "app_metadata.plan full → free Ticket 4711 Dashboard request req-4711" in page.text
    assert f'href="{user_path(agent)}"' in line
    assert f'href="{CHANGES}{latest().pk}/"' in line
    assert '<time datetime="' in line


def test_values_are_readable_and_whole(activity, browser, jane, agent):
    long, huge = "word " * 50, "x" * 20_000
    keys = {"text": "12", "empty": "", "long": long, "huge": huge, "<b>": "<script>alert(1)</script>"}
    write(jane, "app_metadata", deep={"a": {"b": 1, "c": 2}}, **keys)
    write(jane, "app_metadata", deep={"a": {"b": 3, "c": 2}}, plan=None)

    page = activity(agent, jane)

    assert "deep.a.b 1 → 3" in page.text
    assert "plan full removed" in page.text
    assert 'text "12" added' in page.text
    assert 'empty "" added' in page.text
    assert long in page.html
    assert "<script>alert(1)</script>" in page.text
    assert "<script>alert(1)" not in page.html
    # On its own page, that is.
    assert huge not in page.html
    assert huge in open_page(browser(agent), f"{CHANGES}{Change.objects.all()[1].pk}/").html
    assert page.inline == []


def test_nobody_breaks_the_pages_by_what_they_write(everything, activity, browser, jane, agent):
    write(jane, "user_metadata", deep="[" * 3000)

    pages = everything(agent), activity(agent, jane), open_page(browser(jane), "/profile/")

    assert [page.status for page in pages] == [200, 200, 200]


def test_of_a_change_with_thousands_of_lines_only_those_shown_are_made(monkeypatch):
    made = []
    monkeypatch.setattr(differences, "Line", lambda *given: made.append(given))

    change_lines(Change(what="user_metadata", keys={"many": {"before": [0] * 3000, "after": [1] * 3000}}))

    assert len(made) < 200


def test_it_is_narrowed_by_key_actor_face_and_day(activity, jane, agent, supporter, make_client):
    make_client(name="Shop")
    write(jane, "app_metadata", actor=staff_actor(agent), plan="free", seats=1)
    write(jane, "user_metadata", actor=staff_actor(supporter), hobby="go")
    day = f"{latest().at:%Y-%m-%d}"

    of_agent, of_supporter = f"{agent} changed 2 keys of {jane}", f"{supporter} changed hobby of {jane}"
    created = f"tests created {jane}"
    assert sentences_of(activity(agent, jane)) == [of_supporter, of_agent, created]
    by_key = activity(agent, jane, key="plan")
    assert sentences_of(by_key) == [of_agent, created]
    assert "seats" not in by_key.text
    assert sentences_of(activity(agent, jane, key="app_metadata.seats")) == [of_agent]
    assert sentences_of(activity(agent, jane, key="user_metadata")) == [of_supporter, created]
    assert sentences_of(activity(agent, jane, part="app_metadata", key="hobby")) == []
    assert sentences_of(activity(agent, jane, actor=agent.email)) == [of_agent]
    assert sentences_of(activity(agent, jane, actor=supporter.user_id)) == [of_supporter]
    assert sentences_of(activity(agent, jane, actor="Shop")) == []
    assert sentences_of(activity(agent, jane, actor="tests")) == [created]
    assert sentences_of(activity(agent, jane, face="command")) == [created]
    assert sentences_of(activity(agent, jane, kind="staff")) == [of_supporter, of_agent]
    assert sentences_of(activity(agent, jane, q="SEATS")) == [of_agent]
    assert sentences_of(activity(agent, jane, q="supporter@")) == [of_supporter]
    assert len(sentences_of(activity(agent, jane, since=day, until=day))) == 3
    assert sentences_of(activity(agent, jane, until="2020-01-01")) == []
    assert len(sentences_of(activity(agent, jane, since=day, until="9999-12-31"))) == 3
    assert "No activity matches this search." in activity(agent, jane, key="never").text


def test_each_filter_in_use_is_a_chip_that_removes_it(everything, agent):
    page = everything(agent, part="failures", q="x", since="2026-03-04")

    assert "what Failures" in page.text
    assert 'href="?q=x&amp;since=2026-03-04" aria-label="Remove the filter what Failures"' in page.html
    assert 'value="x"' in page.html


def test_sign_ins_and_failures_stand_among_the_changes(everything, activity, jane, agent):
    log_event("s", user=jane, ip="192.0.2.7")
    write(jane, "app_metadata", plan="free")
    log_event("fu", user_name="ghost@example.com")
    sentences = ["Failed sign-in as ghost@example.com: no such user", f"tests changed plan of {jane}"]

    assert sentences_of(everything(agent))[:2] == sentences
    assert sentences_of(everything(agent, part="failures")) == sentences[:1]
    assert sentences_of(everything(agent, part="sign_ins"))[-1] == "Jane Doe signed in"
    assert sentences_of(everything(agent, q="ghost@example.com")) == sentences[:1]
    assert sentences_of(activity(agent, jane))[:2] == [sentences[1], "Jane Doe signed in"]
    assert sentences_of(everything(agent, key="plan"))[0] == sentences[1]


def test_what_was_typed_as_a_name_is_shown_only_if_it_is_an_email(everything, staff_with):
    # It may be a password in the wrong field.
    log_event("fu", user_name="hunter2!")
    log_event("limit_wc", user_name="p@ssword")

    page = everything(staff_with("view_user", "view_changes"), part="failures")

    assert sentences_of(page) == [
        "an unknown user was locked out after too many wrong passwords",
        "Failed sign-in as an unknown user: no such user",
    ]
    assert "hunter2" not in page.html
    assert "p@ssword" not in page.html


def test_a_deleted_user_is_found_and_named_by_email(everything, agent, administrator, stranger):
    delete_user(stranger, actor=staff_actor(administrator), reason="Asked by phone")

    for asked in ({"q": "Stranger@example.com"}, {"user": "stranger@example.com"}, {"q": stranger.user_id}):
        page = everything(agent, **asked)
        assert sentences_of(page) == [
            "admin@example.com deleted stranger@example.com Deleted user",
            "tests created stranger@example.com Deleted user",
        ]


def test_who_may_not_see_users_finds_none_by_email(everything, staff_with, jane, stranger):
    auditor = staff_with("view_changes")
    delete_user(stranger, actor=SHELL)

    assert (
        sentences_of(everything(auditor, q=jane.email))
        == sentences_of(everything(auditor, user=stranger.email))
        == []
    )
    page = everything(auditor, q=stranger.user_id)
    assert len(sentences_of(page)) == 2
    assert "stranger@example.com" not in page.html.partition('<ol class="timeline"')[2]


def test_days_are_headings(everything, jane, agent):
    log_event("s", user=jane, at=timezone.now() - timedelta(days=1))
    log_event("s", user=jane, at=datetime(2019, 3, 4, tzinfo=UTC))

    headings = re.findall(r'<h2 class="day"[^>]*>([^<]+)', everything(agent).html)
    assert headings == ["Today", "Yesterday", "4 March 2019"]


def test_facets_narrow_the_list_and_lead_back(everything, jane, agent):
    write(jane, "app_metadata", actor=staff_actor(agent), plan="free", seats=1)
    log_event("fp", user=jane)

    rail = everything(agent).html.partition('<aside class="facets-rail"')[2]
    for link in (
        f"?actor={agent.user_id.replace('|', '%7C')}",
        "?kind=user",
        "?part=failures",
        "?face=dashboard",
        "?key=app_metadata.plan",
    ):
        assert f'href="{link}"' in rail
    rail = everything(agent, part="failures").html.partition('<aside class="facets-rail"')[2]
    assert re.search(r'href="\?" aria-current="true">\s*<span class="clip"><bdi>Failures', rail)


def test_undo_is_offered_for_what_may_be_undone(everything, jane, supporter, agent, staff_with):
    write(jane, "app_metadata", plan="free")
    change = latest()
    block_user(supporter, actor=SHELL)
    of_staff = latest()

    page = everything(agent)
    assert f'href="{CHANGES}{change.pk}/undo/"' in page.html
    # Only administrators change how an account with staff rights signs in.
    assert f"{of_staff.pk}/undo/" not in page.html
    assert "/undo/" not in everything(staff_with("view_user", "view_changes", "view_app_metadata")).html


@pytest.mark.parametrize(
    "wrong", [{"since": "soon"}, {"since": "2026-02-02", "until": "2026-02-01"}, {"part": "x"}, {"face": "x"}]
)
def test_a_filter_that_makes_no_sense_lists_nothing_and_says_so(activity, everything, jane, agent, wrong):
    for page in (activity(agent, jane, **wrong), everything(agent, **wrong)):
        assert page.status == 200
        assert sentences_of(page) == []
        assert "Fix the filter to see results." in page.text


@pytest.mark.parametrize("odd", [{"key": "\0"}, {"actor": "\0"}, {"before": "\0"}, {"user": "x|\0"}])
def test_odd_characters_break_nothing(everything, agent, odd):
    assert everything(agent, **odd).status == 200


def test_older_keeps_the_filter_and_misses_none(activity, browser, jane, agent):
    for number in range(55):
        write(jane, "app_metadata", plan=number)
        write(jane, "app_metadata", other=number)

    first = activity(agent, jane, key="app_metadata.plan")
    [older] = re.findall(r'href="(\?[^"]*before=[^"]*)"', first.html)
    second = open_page(browser(agent), user_path(jane) + older.replace("&amp;", "&"))

    assert len(sentences_of(first)) == 50
    assert sentences_of(second) == [f"tests changed plan of {jane}"] * 5 + [f"tests created {jane}"]
    assert "Newest" in second.text


def test_an_auditor_finds_every_change_of_a_key_across_all_users(everything, jane, agent, stranger):
    write(jane, "app_metadata", plan="free")
    write(stranger, "app_metadata", plan="gold", reason="gift")
    delete_user(stranger, actor=SHELL)

    page = everything(agent, key="app_metadata.plan")

    assert sentences_of(page) == [
        "tests added plan to stranger@example.com Deleted user",
        f"tests changed plan of {jane}",
        f"tests created {jane}",
    ]
    assert sentences_of(everything(agent, user=jane.email, key="plan")) == [
        f"tests changed plan of {jane}",
        f"tests created {jane}",
    ]
    assert sentences_of(everything(agent, user=stranger.user_id))[0].startswith(
        "tests deleted stranger@example.com"
    )
    assert sentences_of(everything(agent, user="nobody@example.com")) == []


def test_only_whoever_may_looks_through_the_record_of_all(everything, staff_with, supporter, agent, jane):
    assert everything(supporter).status == 403
    assert everything(staff_with("view_user")).status == 403
    assert everything(jane).status == 302
    assert everything(agent).status == 200
    assert f'href="{CHANGES}"' in everything(agent).html


def test_what_may_not_be_seen_is_on_no_page(activity, everything, browser, jane, staff_with):
    clerk = staff_with("view_user", "view_changes")
    write(jane, "app_metadata", mark="secret-value")
    hidden = latest()

    narrowed = everything(clerk, key="mark"), everything(clerk, part="app_metadata")
    pages = [activity(clerk, jane), everything(clerk), *narrowed]
    assert not [page for page in pages if "secret-value" in page.html]
    assert not [page for page in pages[:2] if "app_metadata" in page.html or "App metadata" in page.html]
    assert [sentences_of(page) for page in pages[2:]] == [[], []]
    for path in ("", "undo/", "restore/app_metadata/"):
        assert browser(clerk).get(f"{CHANGES}{hidden.pk}/{path}").status_code == 404


def test_one_change_has_a_page_of_its_own(browser, jane, agent, supporter, stranger):
    block_user(jane, actor=replace(staff_actor(agent), ip="192.0.2.7"), reason="spam")
    change = latest()

    page = open_page(browser(supporter), f"{CHANGES}{change.pk}/")

    assert f"{agent} blocked {jane}" in page.text
    assert "blocked true added" in page.text
    for fact in (str(jane), jane.user_id, str(agent), agent.user_id, "spam", "192.0.2.7", "UTC"):
        assert fact in page.text
    delete_user(jane, actor=SHELL)
    assert browser(supporter).get(f"{CHANGES}{change.pk}/").status_code == 404
    assert "Deleted user" in open_page(browser(agent), f"{CHANGES}{change.pk}/").text
    assert browser(stranger).get(f"{CHANGES}{change.pk}/", follow=True).status_code == 403
    assert browser(agent).get(f"{CHANGES}{10**30}/").status_code == 404


def test_a_long_record_costs_no_more_queries(activity, everything, jane, agent, stranger):
    def count(*ask) -> list[int]:
        counts = []
        for one in ask:
            with CaptureQueriesContext(database) as captured:
                assert one().status == 200
            counts.append(len(captured))
        return counts

    pages = (
        lambda: activity(agent, jane),
        lambda: activity(agent, jane, key="plan"),
        lambda: everything(agent),
        lambda: everything(agent, key="plan", actor=agent.email),
    )
    write(jane, "app_metadata", actor=staff_actor(agent), plan=0)
    block_user(jane, actor=SHELL)
    count(*pages)  # as the first sign-in of a day costs a little more
    few = count(*pages)
    for number in range(30):
        write(jane, "app_metadata", actor=staff_actor(agent), plan=number + 1)
        write(stranger, "app_metadata", plan=number)
        edit_user(jane, Edit(profile={"blocked": bool(number % 2)}), actor=SHELL)

    assert count(*pages) == few


@pytest.fixture
def rights_asked(monkeypatch):
    """The number of permission checks."""
    asked = []

    def count(*given):
        asked.append(given)
        return may(*given)

    monkeypatch.setattr(visible_rights, "may", count)
    return asked


def test_rights_are_asked_once_per_document_however_many_keys_changed(
    everything, activity, jane, agent, rights_asked
):
    write(jane, "user_metadata", key="few")
    everything(agent)
    few = len(rights_asked)
    rights_asked.clear()
    write(jane, "user_metadata", **{f"key{number}": number for number in range(500)})
    everything(agent)

    assert len(rights_asked) <= few + 3


def test_a_change_of_many_keys_shows_its_first_lines(browser, jane, agent):
    write(jane, "user_metadata", **{f"key{number:04}": number for number in range(600)})
    write(jane, "user_metadata", **{f"key{number:04}": -1 for number in range(600)})
    number = latest(what="user_metadata").pk

    page = browser(agent).get(f"{CHANGES}{number}/").content.decode()
    undo = browser(agent).get(f"{CHANGES}{number}/undo/").content.decode()

    assert page.count("<dt><code>user_metadata.key") == MAX_PAGE_LINES
    assert f"Only the first {MAX_PAGE_LINES} lines are shown." in page
    assert undo.count("<dt><code>key") == MAX_PAGE_LINES
    assert f"Only the first {MAX_PAGE_LINES} changed lines are listed." in undo
