"""The overview: its numbers, where they lead, and who sees what."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.admin.conftest import set_moment
from users.actions.account.block_user import block_user
from users.actions.account.delete_user import delete_user
from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.admin.overview.numbers import Numbers
from users.log.record import log_event
from users.models import DailyCount, Job, LogEvent, User, Webhook
from users.rights.actor import command_actor, staff_actor

OVERVIEW = "/admin/"
SHELL = command_actor("tests")
# A row of the list of users.
PERSON = r'class="person-name"'


def now(**ago: float) -> datetime:
    return timezone.now() - timedelta(**ago)


@pytest.fixture
def desk(administrator, agent, supporter, jane, stranger):
    """Some users, sign-ins and failures. Returns nothing; the numbers are in the tests."""
    for user, days in ((administrator, 3), (agent, 10), (supporter, 40), (stranger, 100)):
        set_moment(user, created_at=now(days=days))
    block_user(stranger, actor=SHELL)
    set_moment(agent, email_verified=True)
    for days in (0, 0, 2, 50):
        log_event("s", user=jane, at=now(days=days))
    log_event("fp", user=jane, at=now(days=1))
    set_moment(jane, last_login=now())
    set_moment(agent, last_login=now(days=50))


@pytest.fixture
def overview(browser):
    def read(member, **parameters):
        answer = browser(member).get(OVERVIEW, parameters)
        assert answer.status_code == 200
        return answer

    return read


def numbers(answer) -> dict[str, str]:
    """The figures of the page by their labels."""
    context = answer.context
    return {figure.label: figure.value for figure in (*context["figures"], *context["details"])}


def urls(answer) -> dict[str, str]:
    context = answer.context
    return {figure.label: figure.url for figure in (*context["figures"], *context["details"])}


def test_it_shows_the_numbers(desk, overview, administrator):
    assert numbers(overview(administrator)) == {
        "Users": "5",
        "New users": "3",
        "Sign-ins": "3",
        "Failed sign-ins": "25.0 %",
        "New today": "1",
        "New in 7 days": "2",
        "New in 30 days": "3",
        "Active in 30 days": "1",
        "Blocked": "1",
        "Email not verified": "4",
    }


@pytest.mark.parametrize(("days", "new", "signed_in"), [("7", "2", "3"), ("90", "4", "4"), ("1e9", "3", "3")])
def test_the_period_is_chosen_by_the_url(desk, overview, administrator, days, new, signed_in):
    found = numbers(overview(administrator, days=days))

    assert (found["New users"], found["Sign-ins"]) == (new, signed_in)


def test_every_number_of_users_leads_to_the_list_of_them(desk, overview, browser, supporter):
    answer = overview(supporter)

    listed = {}
    for label, url in urls(answer).items():
        page = browser(supporter).get(url)
        listed[label] = str(len(re.findall(PERSON, page.content.decode())))

    assert listed == numbers(answer)
    for row in answer.context["chart"].rows:
        page = browser(supporter).get(row.good_url) if row.good else None
        assert row.good == (len(re.findall(PERSON, page.content.decode())) if page else 0)


def test_every_number_of_sign_ins_leads_to_the_log_of_them(desk, overview, browser, administrator):
    answer = overview(administrator)
    chart = answer.context["chart"]

    def count(url):
        return len(browser(administrator).get(url).context["rows"])

    assert count(urls(answer)["Sign-ins"]) == 3
    assert count(urls(answer)["Failed sign-ins"]) == 1
    assert [(row.good, row.bad) for row in chart.rows[:3]] == [(2, 0), (0, 1), (1, 0)]
    assert [(count(row.good_url), count(row.bad_url)) for row in chart.rows[:3]] == [(2, 0), (0, 1), (1, 0)]


def test_who_may_not_see_the_log_is_led_to_the_activity(desk, overview, browser, agent):
    answer = overview(agent)

    def count(url):
        days = browser(agent).get(url).context["days"]
        return sum(len(day["rows"]) for day in days)

    assert numbers(answer)["Sign-ins"] == "3"
    assert count(urls(answer)["Sign-ins"]) == 3
    assert count(urls(answer)["Failed sign-ins"]) == 1
    assert count(answer.context["chart"].rows[0].good_url) == 2
    assert "/admin/log/" not in answer.content.decode()


def test_a_period_is_compared_with_the_one_before(jane, overview, administrator):
    for days, sign_ins in ((1, 3), (31, 2)):
        DailyCount.objects.update_or_create(
            date=now(days=days).astimezone(UTC).date(), defaults={"logins": sign_ins}
        )

    figure = next(one for one in overview(administrator).context["figures"] if one.label == "Sign-ins")

    assert (figure.delta, figure.trend) == ("+50.0 %", "up")


def test_the_chart_has_a_sentence_and_a_table(desk, overview, administrator):
    html = overview(administrator).content.decode()

    assert re.search(r'role="img" aria-label="Sign-ins of the last 30 days: 3, 2 of them on [^"]+"', html)
    assert html.count("<tr>") == 31


def test_who_may_not_see_sign_ins_sees_new_users_instead(desk, overview, supporter):
    answer = overview(supporter)

    assert not {"Sign-ins", "Failed sign-ins"} & numbers(answer).keys()
    assert answer.context["chart"].title == "New users"
    assert "/admin/log/" not in answer.content.decode()


def test_who_may_not_look_through_changes_sees_none(desk, overview, agent, supporter):
    assert "Newest changes" in overview(agent).content.decode()
    assert "Newest changes" not in overview(supporter).content.decode()


def test_the_newest_users_are_listed_by_name_and_then_email(jane, overview, agent):
    html = overview(agent).content.decode().partition('id="newest-users"')[2]

    assert re.search(rf"<bdi>Jane Doe</bdi></a>\s*<bdi[^>]*>{jane.email}</bdi>", html)


def test_the_newest_changes_are_sentences_with_a_value(jane, browser, agent, overview):
    edit_user(jane, Edit(documents={"app_metadata": Patch({"plan": "pro"})}), actor=staff_actor(agent))
    delete_user(jane, actor=SHELL)

    rows = [row for row in overview(agent).context["changes"] if row["change"].subject == jane.user_id]

    assert [re.sub("<[^>]+>", "", row["sentence"]) for row in rows][:2] == [
        "tests deleted jane.doe@example.com",
        "agent@example.com changed plan of jane.doe@example.com",
    ]
    assert [len(row["lines"]) for row in rows[:2]] == [0, 1]


def test_app_metadata_does_not_appear_where_it_may_not_be_seen(jane, overview, staff_with):
    html = overview(staff_with("view_user", "view_changes")).content.decode()

    assert "full" not in html.replace("full_path", "")


def test_who_may_not_see_users_sees_no_number_and_no_name_of_any(desk, overview, staff_with):
    answer = overview(staff_with("send_links"))
    html = answer.content.decode()

    assert numbers(answer) == {}
    assert answer.context["chart"] is None
    assert "jane.doe@example.com" not in html
    assert "Jobs" in html


def test_jobs_of_others_are_for_administrators(overview, agent, administrator):
    Job.objects.create(kind="users_import", status="failed", owner=administrator, finished_at=now())

    assert len(overview(administrator).context["concerns"]) == 1
    assert overview(agent).context["concerns"] == overview(agent).context["jobs"] == []


def test_what_fails_needs_attention(overview, administrator):
    Webhook.objects.create(url="https://billing.example/hook", failures=3, secret_encrypted="", made_by="x")
    Webhook.objects.create(url="https://fine.example/", failures=0, secret_encrypted="", made_by="x")
    Webhook.objects.create(
        url="https://off.example/", failures=9, is_enabled=False, secret_encrypted="", made_by="x"
    )
    for status, failed, days in (
        ("failed", 0, 1),
        ("completed", 2, 1),
        ("completed", 0, 1),
        ("failed", 0, 8),
    ):
        Job.objects.create(
            kind="users_import",
            status=status,
            owner=administrator,
            finished_at=now(days=days),
            result={"summary": {"failed": failed}},
        )

    titles = [concern.title for concern in overview(administrator).context["concerns"]]

    assert titles == [
        "Webhook is failing: billing.example",
        "An import refused 2 records",
        "Failed: Import of users",
    ]


def test_running_jobs_show_their_progress_behind_whatever_came_later(overview, administrator):
    Job.objects.create(
        kind="users_export", status="processing", due_at=now(), done=61, total=100, created_at=now(days=1)
    )
    for _ in range(40):
        Job.objects.create(kind="notice_email", status="completed")

    answer = overview(administrator)

    [row] = answer.context["running"]
    assert row["percentage"] == 61
    assert len(answer.context["jobs"]) == 4


def test_an_empty_installation_shows_an_administrator_what_to_do_first(overview, administrator):
    html = overview(administrator).content.decode()

    titles = re.findall(r"<b>([^<]+)</b><span class=\"quiet\">", html)
    assert titles == ["Create a user", "Import your users", "Connect an application", "Learn the search"]
    assert "Sign-ins" not in html


def test_first_steps_are_those_that_one_may_take(overview, staff_with):
    steps = overview(staff_with("view_user")).context["steps"]

    assert [step.title for step in steps] == ["Learn the search"]


def test_it_takes_ten_queries_at_most_however_many_users_there_are(
    desk, browser, administrator, agent, supporter, crowd
):
    def queries(member):
        visitor = browser(member)
        with CaptureQueriesContext(database) as captured:
            assert visitor.get(OVERVIEW).status_code == 200
        return [query["sql"] for query in captured]

    few = [queries(member) for member in (administrator, agent, supporter)]
    crowd(300)

    many = [queries(member) for member in (administrator, agent, supporter)]
    assert [len(found) for found in many] == [len(found) for found in few]
    assert max(len(found) for found in many) <= 10, "\n".join(many[0])


def test_no_number_is_counted(desk, administrator, django_assert_num_queries):
    User.objects.first()
    viewer = staff_actor(administrator)
    assert viewer.is_administrator  # reads the rights
    with django_assert_num_queries(1) as captured:
        found = Numbers(viewer, 30)
        assert list(found.headline())
        assert list(found.details())
        assert found.chart()

    assert "users_user" not in captured[0]["sql"]
    assert LogEvent.objects.exists()
