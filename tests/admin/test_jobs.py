"""The pages of jobs: one's own, or all of them for administrators; progress, log, cancel."""

from __future__ import annotations

import gzip
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.web.pages import Page, open_page
from users.actions.account.assign_staff_groups import set_staff_groups
from users.admin.jobs import MAX_FAILED_RECORDS, PAGE_SIZE
from users.jobs.enqueue import enqueue
from users.jobs.worker import Worker
from users.models import FailedRecord, Job
from users.rights.actor import Actor, Face, Kind, command_actor, staff_actor

JOBS = "/admin/jobs/"


def path(job: Job) -> str:
    return f"{JOBS}{job}/"


def listed(page: Page) -> list[str]:
    return re.findall(r"<code class=\"id\">(job_\w+)</code>", page.html)


def make(member, **columns) -> Job:
    """A job that this staff member asked for, brought to where these columns say."""
    job = enqueue("housekeeping", actor=staff_actor(member))
    Job.objects.filter(pk=job.pk).update(**columns)
    return Job.objects.get(pk=job.pk)


@pytest.fixture
def desk(browser):
    return lambda member, address=JOBS: open_page(browser(member), address)


def test_staff_see_what_they_asked_for_and_administrators_everything(desk, agent, supporter, administrator):
    agents, supporters = make(agent), make(supporter)
    of_nobody = enqueue("housekeeping", actor=command_actor("Profiledesk"))

    assert listed(desk(agent)) == [agents.job_id]
    assert listed(desk(supporter)) == [supporters.job_id]
    assert set(listed(desk(administrator))) == {str(job) for job in (agents, supporters, of_nobody)}


@pytest.mark.parametrize(
    ("who", "status"), [("agent", 200), ("administrator", 200), ("supporter", 404), ("jane", 403)]
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_job_is_there_for_its_owner_and_administrators_only(browser, agent, request, who, status, method):
    job = make(agent)

    answer = getattr(browser(request.getfixturevalue(who)), method)(path(job), follow=True)

    assert answer.status_code == status
    is_cancelled = method == "post" and status == 200
    assert Job.objects.get().status == ("cancelled" if is_cancelled else "pending")


@pytest.mark.parametrize("address", [JOBS, f"{JOBS}job_0000000000000000/"])
def test_a_visitor_is_led_to_the_sign_in(browser, db, address):
    answer = browser().get(address, follow=True)

    assert answer.redirect_chain[-1] == (f"/login/?next={address}", 302)


def test_what_a_client_asked_for_is_an_administrators_to_see(desk, agent, administrator):
    shop = Actor(kind=Kind.CLIENT, face=Face.API, id="client-1", name="Shop")
    job = enqueue("housekeeping", actor=shop)

    assert listed(desk(agent)) == []
    assert listed(desk(administrator)) == [job.job_id]
    assert "Shop" in desk(administrator).text


@pytest.mark.parametrize("job_id", ["job_0000000000000000", "0", "%00", "..%2fx"])
def test_an_unknown_job_is_not_found(browser, administrator, job_id):
    assert browser(administrator).get(f"{JOBS}{job_id}/").status_code == 404


def test_the_list_says_how_far_each_is(desk, agent):
    make(agent, status="processing", done=6100, total=10_000)
    make(agent, status="processing", done=7)
    make(agent, status="failed")

    page = desk(agent)

    assert "61 %, 6,100 of 10,000" in page.text
    assert '<progress value="6100" max="10000"' in page.html
    assert "7 done" in page.text
    assert "Failed" in page.text


def test_the_list_goes_on_from_a_job_whatever_came_meanwhile(desk, agent):
    at = timezone.now()
    # Three of one moment, over the end of a page.
    ages = [*range(PAGE_SIZE - 2), PAGE_SIZE, PAGE_SIZE, PAGE_SIZE, PAGE_SIZE + 1]
    jobs = [make(agent, created_at=at - timedelta(minutes=age)) for age in ages]

    first = desk(agent)
    make(agent)
    [older] = re.findall(r'href="(\?before=[^"]+)"', first.html)
    second = desk(agent, f"{JOBS}{older}")

    assert len(listed(first)) == PAGE_SIZE
    assert sorted(listed(first) + listed(second)) == sorted(job.job_id for job in jobs)
    assert "?before" not in second.html


def running(page: Page) -> str:
    """What the sidebar says beside *Jobs*."""
    link = re.search(r'<a class="side-link" href="/admin/jobs/".*?</a>', page.html, re.DOTALL)
    assert link
    words = re.sub(r"<[^>]+>", " ", link[0].replace("Jobs", ""))
    return " ".join(words.split())


def test_the_sidebar_says_how_many_of_their_jobs_run(desk, agent, supporter, administrator):
    lease = timezone.now() + timedelta(minutes=1)
    make(agent)  # waits
    make(agent, status="completed", due_at=None)
    make(agent, status="processing", due_at=lease)
    make(supporter, status="processing", due_at=lease)
    # Its worker is gone.
    make(supporter, status="processing", due_at=timezone.now() - timedelta(minutes=1))

    seen = {member.email: running(desk(member, "/admin/segments/")) for member in (agent, administrator)}

    assert seen == {agent.email: "1 running", administrator.email: "2 running"}
    Job.objects.all().delete()
    assert running(desk(agent)) == ""


def test_running_jobs_are_counted_by_one_query_and_only_for_pages(browser, agent):
    visitor = browser(agent)

    def queries(path: str) -> int:
        with CaptureQueriesContext(database) as captured:
            assert visitor.get(path).status_code == 200
        return sum("users_job" in query["sql"] and "COUNT(" in query["sql"] for query in captured)

    assert (queries("/admin/segments/"), queries("/admin/palette/")) == (1, 0)


@pytest.mark.parametrize("before", ["nonsense", "%00", ""])
def test_what_is_no_cursor_is_the_beginning(desk, agent, before):
    job = make(agent)

    assert listed(desk(agent, f"{JOBS}?before={before}")) == [job.job_id]


def test_another_persons_cursor_shows_none_of_their_jobs(desk, agent, supporter):
    now = timezone.now()
    own = make(agent, created_at=now - timedelta(days=1))
    for number in range(PAGE_SIZE + 1):
        make(supporter, created_at=now - timedelta(minutes=number))
    [older] = re.findall(r'href="(\?before=[^"]+)"', desk(supporter).html)

    assert listed(desk(agent, f"{JOBS}{older}")) == [own.job_id]


def test_without_jobs_it_says_so(desk, agent):
    assert "No jobs of yours yet" in desk(agent).text


def test_more_jobs_and_longer_ones_cost_no_more_queries(browser, agent):
    at_work = browser(agent)

    def count() -> int:
        with CaptureQueriesContext(database) as captured:
            assert at_work.get(JOBS).status_code == 200
        return len(captured)

    make(agent)
    few = count()
    for _ in range(PAGE_SIZE + 5):
        make(agent, state={"long": "x" * 1000})

    assert count() == few


def test_its_page_tells_all_there_is_to_tell(desk, agent, administrator, jane):
    began = timezone.now() - timedelta(seconds=30)
    job = make(
        agent,
        status="processing",
        user=jane,
        done=25,
        total=100,
        started_at=began,
        attempts=2,
        log=[["2026-03-04T10:00:00+00:00", "It broke <b>"], ["2026-03-04T10:00:05+00:00", "Later"]],
        result={"inserted": 4},
    )

    page = desk(administrator, path(job))

    assert "25 %, 25 of 100" in page.text
    assert re.search(r"about (89|90|91) s left", page.text)
    assert str(agent) in page.text
    assert jane.email in page.text
    assert "This is attempt 2" in page.text
    assert "Inserted 4" in page.text
    assert "It broke &lt;b&gt;" in page.html
    assert page.text.index("Later") < page.text.index("It broke")


def test_the_summary_of_an_import_is_listed_line_by_line(desk, administrator):
    summary = {"failed": 1, "updated": 0, "ignored": {"created_at": 3, "<b>": 2}}
    page = desk(administrator, path(make(administrator, status="completed", result={"summary": summary})))

    assert "Failed 1" in page.text
    assert "Updated 0" in page.text
    assert "Ignored: created_at 3" in page.text
    assert "Ignored: &lt;b&gt;" in page.html
    assert "{" not in page.text


def refuse(job, *records):
    FailedRecord.objects.bulk_create(
        FailedRecord(job=job, number=number, user=user, errors=[{"code": "NOT_PASSED", **error}])
        for number, user, error in records
    )


def test_records_that_failed_are_listed_with_their_errors(desk, administrator):
    job = make(administrator, kind="users_import", status="completed")
    refuse(
        job,
        (2, {"email": "jane@example.com"}, {"message": "the NUL character is refused", "path": "name"}),
        (7, {}, {"message": "a record must be an object, not <b>"}),
        (9, {"email": {"no": "text"}}, {"message": "must be text", "path": "email"}),
    )

    text = desk(administrator, path(job)).text

    assert "Record 2 jane@example.com name : the NUL character is refused" in text
    assert "Record 7 a record must be an object, not <b>" in text
    assert "Record 9 email : must be text" in text
    assert f'href="{path(job)}refused.jsonl"' in desk(administrator, path(job)).html
    assert "More records failed" not in text


def test_of_many_failed_records_the_first_are_listed(desk, administrator):
    job = make(administrator, kind="users_import", status="completed")
    refuse(job, *((number, {}, {"message": "no"}) for number in range(1, MAX_FAILED_RECORDS + 2)))

    text = desk(administrator, path(job)).text

    assert f"Record {MAX_FAILED_RECORDS} no" in text
    assert f"Record {MAX_FAILED_RECORDS + 1}" not in text
    assert "More records were refused than are listed here." in text


def test_failed_records_are_hidden_from_who_may_not_see_app_metadata(desk, staff_with):
    clerk = staff_with("view_user")
    job = make(clerk, kind="users_import", status="completed")
    refuse(job, (2, {"email": "jane@example.com"}, {"message": "no", "path": "app_metadata.plan"}))

    text = desk(clerk, path(job)).text

    assert "Records that failed" not in text
    assert "jane@example.com" not in text


def test_whom_it_is_about_is_told_only_to_whoever_may_see_users(desk, staff_with, jane):
    member = staff_with("block_user")
    job = make(member, user=jane)

    page = desk(member, path(job))

    assert page.status == 200
    assert jane.email not in page.html


def test_a_failed_one_says_why(desk, agent):
    job = make(agent, status="failed", details="There is no such file.", due_at=None)

    page = desk(agent, path(job))

    assert "There is no such file." in page.text
    assert "Cancel this job" not in page.buttons


def test_cancelling_one_that_waits_ends_it(desk, agent):
    page = desk(agent, path(make(agent))).press("Cancel this job")

    assert "Cancelled. Completed steps are not undone." in page.text
    assert f"Cancelled by {agent}." in page.text
    assert page.buttons.isdisjoint({"Cancel this job"})
    assert Job.objects.get().status == "cancelled"


def test_cancelling_one_under_way_asks_its_worker_to_end(desk, agent):
    page = desk(agent, path(make(agent, status="processing"))).press("Cancel this job")

    assert "Being cancelled" in page.text
    assert "It ends before its next step." in page.text
    assert page.buttons.isdisjoint({"Cancel this job"})
    assert Job.objects.get().status == "processing"


def test_cancelling_one_that_ended_meanwhile_says_so(desk, agent):
    page = desk(agent, path(make(agent)))
    Job.objects.update(status="completed")

    assert "Nothing to cancel" in page.press("Cancel this job").text
    assert Job.objects.get().status == "completed"


def test_a_forged_cancel_is_refused(agent):
    from django.test import Client

    browser = Client(enforce_csrf_checks=True)
    browser.force_login(agent)

    assert browser.post(path(make(agent))).status_code == 403
    assert Job.objects.get().status == "pending"


@pytest.mark.parametrize("status", ["pending", "processing"])
def test_what_is_not_finished_is_kept_up_to_date(desk, agent, status):
    job = make(agent, status=status, done=68, total=100)

    for page in (desk(agent), desk(agent, path(job))):
        assert "users/js/live.js" in page.html
        assert 'data-live="on"' in page.html
        assert page.inline == []
    assert "68 %" in page.text
    assert "60 % done" in page.html


def test_what_is_finished_is_not(desk, agent):
    job = make(agent, status="completed")

    for page in (desk(agent), desk(agent, path(job))):
        assert "live.js" not in page.html
        assert 'data-live="on"' not in page.html


class TestDownload:
    """The file of an export."""

    @pytest.fixture
    def export(self, agent, jane):
        job = enqueue("users_export", actor=staff_actor(agent), parameters={"format": "json"})
        while Worker().work():
            pass
        return Job.objects.get(pk=job.pk)

    def test_its_owner_downloads_it_by_a_signed_link(self, desk, browser, agent, export):
        assert f'href="{path(export)}download/"' in desk(agent).html
        assert "exported" in desk(agent).text

        answer = browser(agent).get(f"{path(export)}download/")
        assert answer.status_code == 302
        # The link needs no session, and lasts a minute.
        file = browser().get(answer["Location"])
        assert "jane.doe@example.com" in gzip.decompress(b"".join(file.streaming_content)).decode()

    def test_an_administrator_who_may_see_all_downloads_it(self, browser, administrator, export):
        assert browser(administrator).get(f"{path(export)}download/").status_code == 302

    def test_who_may_not_see_all_that_it_contains_does_not(self, desk, browser, staff_with, export):
        for rights in (
            ("administer", "view_user", "export_users"),
            ("administer", "view_user", "view_app_metadata"),
        ):
            member = staff_with(*rights)
            assert "/download/" not in desk(member).html
            assert "/download/" not in desk(member, path(export)).html
            assert "Download" in desk(member, path(export)).disabled
            assert browser(member).get(f"{path(export)}download/").status_code == 403

    def test_for_others_it_does_not_exist(self, browser, supporter, export):
        assert browser(supporter).get(f"{path(export)}download/").status_code == 404

    def test_its_owner_without_the_right_to_export_does_not(self, browser, agent, export):
        set_staff_groups(agent, Group.objects.filter(name="Support"), actor=command_actor("tests"))

        assert browser(agent).get(f"{path(export)}download/").status_code == 403

    def test_when_the_file_is_deleted_there_is_none(self, desk, browser, agent, export):
        Job.objects.update(finished_at=timezone.now() - timedelta(hours=25))

        assert "/download/" not in desk(agent).html
        assert browser(agent).get(f"{path(export)}download/").status_code == 404

    def test_other_jobs_have_none(self, browser, agent):
        job = make(agent, status="completed", finished_at=timezone.now())

        assert browser(agent).get(f"{path(job)}download/").status_code == 404
