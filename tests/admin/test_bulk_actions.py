"""Bulk actions from the list of users: select, preview, confirm, and the report of the job."""

from __future__ import annotations

import re
from contextlib import nullcontext
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from tests.admin.conftest import LIST
from tests.conftest import again
from tests.jobs.conftest import AT_ONCE
from tests.web.pages import Page, open_page
from users.actions.account.assign_staff_groups import set_staff_groups
from users.actions.account.block_user import block_user
from users.actions.account.edit_user import Edit, edit_user
from users.actions.search_setup.segments import SegmentData, create_segment, edit_segment
from users.jobs.worker import Worker
from users.models import Job, Segment, User
from users.models.write_guard import allow_account_writes
from users.querying.errors import SearchTimeout
from users.rights.actor import command_actor, staff_actor

SHELL = command_actor("tests")
BULK = "/admin/users/user/bulk/"


def work() -> None:
    while Worker(AT_ONCE).work():
        pass


def blocked() -> set[str]:
    return {user.email.partition("@")[0] for user in User.objects.filter(blocked=True)}


@pytest.fixture
def preview(browser):
    """`preview(agent, "block", all="1", q="trial")`: the page that asks."""

    def open_as(member, action: str, **parameters) -> Page:
        answer = browser(member).get(f"{BULK}{action}/", parameters, follow=True)
        path = answer.request["PATH_INFO"] + (f"?{answer.request['QUERY_STRING']}")
        return Page(answer.client, answer, path)

    return open_as


@pytest.fixture
def trial_users(make_user):
    return [make_user(f"trial-{number}", name=f"Trial Number{number}") for number in range(3)]


def test_the_list_offers_ticks_and_the_number_of_all_that_match(listing, agent, trial_users, monkeypatch):
    monkeypatch.setattr("users.admin.user_list.page.PAGE_SIZE", 2)

    page = listing(agent, q="trial", status="active")

    assert len(re.findall(r'form="bulk" name="user"', page.html)) == 2
    assert "All 3 that match" in page.text
    form = page.form("Block")
    assert (form.hidden["q"], form.hidden["status"]) == (["trial"], ["active"])


def test_block_all_that_match_with_a_reason_and_undo(preview, agent, trial_users, jane):
    page = preview(agent, "block", all="1", q="trial")
    assert "Block 3 users?" in page.text
    assert "Trial Number0" in page.text
    assert "Jane Doe" not in page.text
    assert blocked() == set()

    page.press("Block 3 users", reason="Fraud wave")
    work()
    report = open_page(page.browser, f"/admin/jobs/{Job.objects.get(kind='bulk_action')}/")

    assert blocked() == {"trial-0", "trial-1", "trial-2"}
    assert "Blocked 3" in report.text
    assert "Fraud wave" in report.text

    report.press("Undo")
    work()

    assert blocked() == set()
    later = open_page(page.browser, report.path)
    assert "Undone by a later job" in later.text
    assert "Undo" not in later.buttons


def test_ticked_users_only(preview, agent, trial_users, jane):
    page = preview(agent, "block", user=[trial_users[0].pk, trial_users[1].pk, "junk", "9" * 30])

    page.press("Block 2 users")
    work()

    assert blocked() == {"trial-0", "trial-1"}


def test_what_is_done_is_what_was_previewed(preview, agent, trial_users, make_user):
    lead = staff_actor(agent)
    segment = create_segment(SegmentData("Trials", "email:trial*"), actor=lead)
    page = preview(agent, "block", all="1", segment=segment.segment_id)
    assert "Block 3 users?" in page.text

    make_user("trial-late")
    edit_segment(Segment.objects.get(), SegmentData("Trials", "*:*"), actor=lead)
    page.press("Block 3 users")
    work()

    assert blocked() == {"trial-0", "trial-1", "trial-2"}


def test_the_preview_says_who_is_skipped_and_who_is_blocked_already(
    preview, administrator, agent, jane, stranger
):
    block_user(jane, actor=SHELL)

    page = preview(administrator, "block", user=[jane.pk, agent.pk, stranger.pk])

    assert "Block 1 user?" in page.text
    assert "1 is blocked already" in page.text
    assert "1 has staff rights and is skipped" in page.text


def test_skipped_users_are_listed_with_the_reason_and_downloaded(preview, administrator, agent, make_user):
    formula = make_user("staff", "Support", email="=cmd@example.com")
    page = preview(administrator, "block", user=[formula.pk])
    page.press("Block 1 user")
    work()
    job = Job.objects.get(kind="bulk_action")

    report = open_page(page.browser, f"/admin/jobs/{job}/")
    file = page.browser.get(f"/admin/jobs/{job}/skipped.csv")

    assert "staff rights" in report.text
    lines = b"".join(file.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0] == "user_id,email,reason"
    assert lines[1].startswith(f"{formula.user_id},'=cmd@example.com,")


def test_the_file_is_for_who_may_see_the_job(browser, preview, agent, supporter, trial_users):
    preview(agent, "block", user=[trial_users[0].pk]).press("Block 1 user")
    job = Job.objects.get(kind="bulk_action")

    assert browser(supporter).get(f"/admin/jobs/{job}/skipped.csv").status_code == 404
    assert browser(supporter).get(f"/admin/jobs/{job}/").status_code == 404


RIGHTS = [
    ("block", {"agent", "administrator"}),
    ("unblock", {"agent", "administrator"}),
    ("export", {"agent", "administrator"}),
    ("delete", {"administrator"}),
]


@pytest.mark.parametrize(("action", "allowed"), RIGHTS)
@pytest.mark.parametrize("who", ["supporter", "agent", "administrator"])
def test_each_preview_needs_the_right_of_its_action(browser, request, jane, who, action, allowed):
    member = browser(request.getfixturevalue(who))

    answers = [
        member.get(f"{BULK}{action}/", {"user": jane.pk}),
        member.post(f"{BULK}{action}/?user={jane.pk}", {"selection": "x"}),
    ]

    assert [answer.status_code for answer in answers] == ([200, 302] if who in allowed else [403, 403])
    assert not Job.objects.filter(kind__in=["bulk_action", "users_export"]).exists()


@pytest.mark.parametrize("who", ["supporter", "agent"])
def test_buttons_that_are_not_permitted_are_disabled_with_the_reason(listing, request, jane, who):
    page = listing(request.getfixturevalue(who))

    refused = {"supporter": {"Block", "Unblock", "Export", "Delete…"}, "agent": {"Delete…"}}[who]
    assert refused <= set(page.disabled)
    assert 'title="You may not delete users."' in page.html


def test_delete_asks_for_the_number(preview, administrator, trial_users):
    page = preview(administrator, "delete", all="1", q="trial")

    refused = page.press("Delete 3 users", confirmation="2")
    assert refused.status == 422
    assert User.objects.filter(email__startswith="trial").count() == 3

    refused.press("Delete 3 users", confirmation="3")
    work()
    assert not User.objects.filter(email__startswith="trial").exists()


def test_export_of_a_search(preview, agent, trial_users):
    page = preview(agent, "export", all="1", q="trial")

    page.press("Export 3 users", format="json", reason="Audit")
    work()

    job = Job.objects.get(kind="users_export")
    assert (job.result, job.parameters["reason"]) == ({"exported": 3}, "Audit")


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({}, "Tick the users first."),
        ({"user": ["x"]}, "Tick the users first."),
        ({"user": [str(number) for number in range(501)]}, "Tick at most 500 users"),
        ({"all": "1", "q": "email:("}, "The search cannot be read"),
        ({"all": "1", "q": "secret:1"}, "The search cannot be read"),
    ],
)
def test_what_names_no_users_leads_back_to_the_list_with_the_reason(preview, agent, parameters, says):
    page = preview(agent, "block", **parameters)

    assert page.path.startswith(f"{LIST}?")
    assert says in page.text


def test_a_tampered_selection_does_nothing(browser, agent, jane, stranger):
    member = browser(agent)
    html = member.get(f"{BULK}block/", {"user": jane.pk}).content.decode()
    signed = re.search(r'name="selection" value="([^"]+)"', html)[1]

    for forged in ("", signed[:-2], signed.replace(":", "x", 1)):
        member.post(f"{BULK}block/?user={jane.pk}", {"selection": forged, "reason": ""})
    # Signed for another action.
    member.post(f"{BULK}unblock/?user={jane.pk}", {"selection": signed})

    assert not Job.objects.exists()


def test_an_old_preview_is_not_confirmed(preview, agent, trial_users, monkeypatch):
    page = preview(agent, "block", all="1", q="trial")
    monkeypatch.setattr("users.admin.bulk_preview.PREVIEW_LIFETIME", timedelta(seconds=-1))

    refused = page.press("Block 3 users")

    assert "The preview has expired." in refused.text
    assert not Job.objects.exists()


def test_a_search_that_cannot_be_counted_in_time_is_refused(preview, agent, trial_users, monkeypatch):
    def give_up(users):
        raise SearchTimeout

    monkeypatch.setattr("users.admin.bulk_preview._count_selected", give_up)

    assert "This search takes too long." in preview(agent, "block", all="1", q="trial").text


@pytest.fixture
def uncountable(monkeypatch):
    """The exact count takes too long; up to 2 users are counted."""
    monkeypatch.setattr("users.admin.bulk_preview.SMALL_RESULT", 2)
    limits = iter([SearchTimeout()])

    def limit(seconds):
        if error := next(limits, None):
            raise error
        return nullcontext()

    monkeypatch.setattr("users.admin.bulk_preview.time_limit", limit)


def test_users_too_many_to_count_are_not_deleted(preview, administrator, trial_users, uncountable):
    page = preview(administrator, "delete", all="1", q="trial")

    assert page.path.startswith(f"{LIST}?")
    assert "more than 2 users" in page.text
    assert "Narrow the search first." in page.text


def test_users_too_many_to_count_are_blocked_with_the_number_that_is_known(
    preview, agent, trial_users, uncountable
):
    page = preview(agent, "block", all="1", q="trial")
    page.press("Block more than 2 users")
    work()

    assert blocked() == {"trial-0", "trial-1", "trial-2"}


def test_users_who_match_only_after_the_preview_are_not_deleted_unseen(
    preview, administrator, trial_users, jane
):
    page = preview(administrator, "delete", all="1", q="name:Trial*")
    edit_user(jane, Edit(profile={"name": "Trial Jane"}), actor=SHELL)

    page.press("Delete 3 users", confirmation="3")
    work()

    job = Job.objects.get(kind="bulk_action")
    report = open_page(page.browser, f"/admin/jobs/{job}/").text
    assert "Deleted 3" in report
    assert "The user was changed or signed in after the preview." in report
    assert User.objects.filter(pk=jane.pk).exists()
    assert not User.objects.filter(email__startswith="trial").exists()


def test_a_preview_is_confirmed_only_by_who_saw_it(browser, agent, administrator, jane):
    html = browser(agent).get(f"{BULK}block/", {"user": jane.pk}).content.decode()
    signed = re.search(r'name="selection" value="([^"]+)"', html)[1]

    browser(administrator).post(f"{BULK}block/?user={jane.pk}", {"selection": signed, "reason": ""})

    assert not Job.objects.exists()


def test_who_no_longer_sees_users_reads_no_names_in_the_report(preview, browser, agent, supporter):
    preview(agent, "block", user=[supporter.pk]).press("Block 1 user")
    work()
    set_staff_groups(agent, Group.objects.none(), actor=SHELL)
    with allow_account_writes():
        agent.user_permissions.set(Permission.objects.filter(codename="unlock_user"))
    job = Job.objects.get(kind="bulk_action")

    report = open_page(browser(again(agent)), f"/admin/jobs/{job}/")

    assert report.status == 200
    assert supporter.email not in report.text
    assert browser(again(agent)).get(f"/admin/jobs/{job}/skipped.csv").status_code == 403


def test_one_may_not_select_by_what_one_may_not_see(browser, staff_with, jane):
    member = browser(staff_with("view_user", "block_user"))

    answer = member.get(f"{BULK}block/", {"all": "1", "q": "app_metadata.plan:full"}, follow=True)

    assert "You may not search by app_metadata.plan" in answer.content.decode()


def test_the_preview_takes_as_many_queries_for_many_users(browser, agent, make_user):
    member = browser(agent)

    def count() -> int:
        with CaptureQueriesContext(database) as captured:
            assert member.get(f"{BULK}block/", {"all": "1", "q": "person"}).status_code == 200
        return len(captured)

    make_user("person-one")
    few = count()
    for number in range(3):
        make_user(f"person-{number}")

    assert count() == few
