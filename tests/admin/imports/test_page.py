"""Import users in the dashboard: a file is checked, the report is read, and then it is imported."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.api.test_jobs import work
from tests.web.pages import Page, open_page
from users.conf import conf
from users.models import Job, User
from users.web.body_limit import IMPORT_PAGE, body_limit

LIST = "/admin/users/user/"


@pytest.fixture
def send(browser, agent, connection):
    """Send a file by the form, let a worker check it, and open the page of the job."""

    def upload(records=None, *, by=None, name="users.json", text=b"", **fields) -> Page:
        content = text or json.dumps(records).encode()
        member = browser(by or agent)
        given = {
            "connection": connection.connection_id,
            "existing": "refuse",
            "file": SimpleUploadedFile(name, content),
            **fields,
        }
        data = {field: value for field, value in given.items() if value is not None}
        answer = member.post(IMPORT_PAGE, data)
        if answer.status_code != 302:
            return Page(member, answer, IMPORT_PAGE)
        work()
        return open_page(member, answer["Location"])

    return upload


def test_a_file_is_checked_and_then_imported(send):
    report = send([{"email": "new@example.com", "user_metadata": {"theme": "dark"}}, {"email": "wrong"}])

    assert "New 1 Changed 0 Unchanged 0 Refused 1" in report.text
    assert "new@example.com · record 1" in report.text
    assert not User.objects.filter(email="new@example.com").exists()

    page = report.press("Import 1 user")
    work()

    assert User.objects.get(email="new@example.com").user_metadata == {"theme": "dark"}
    assert page.path != report.path
    again = open_page(report.browser, report.path)
    assert "This file has been imported." in again.text
    assert "Import 1 user" not in again.text


def test_an_administrator_undoes_an_import_and_a_lead_reads_why_not(send, browser, administrator):
    page = send([{"email": "new@example.com"}]).press("Import 1 user")
    work()
    assert "Undo" in open_page(page.browser, page.path).disabled

    open_page(browser(administrator), page.path).press("Undo")
    work()

    assert not User.objects.filter(email="new@example.com").exists()
    assert "Undone by a later job" in open_page(page.browser, page.path).text


def test_the_report_counts_the_keys_that_would_be_lost(send, make_user):
    make_user("jane", user_metadata={"theme": "dark", "tea": "green"})
    records = [{"email": "jane@example.com", "user_metadata": {"theme": "light"}}]

    replaced, merged = send(records, existing="replace"), send(records, existing="merge")

    assert "1 key will be lost" in replaced.text
    assert 'theme "dark" → "light"' in replaced.text
    assert "will be lost" not in merged.text


def test_a_file_that_would_change_nothing_has_no_button(send, jane):
    report = send([{"email": jane.email}])

    assert "An import of this file would change nothing." in report.text
    assert "Import" not in " ".join(button for form in report.forms for button in form.buttons)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"file": None}, "Choose a file."),
        ({"file": SimpleUploadedFile("users.json", b"")}, "The file is empty."),
        ({"existing": None}, "Choose what happens to users who exist already."),
        ({"existing": "perhaps"}, "perhaps"),
        ({"connection": "con_0000000000000000"}, "Select a valid choice"),
    ],
)
def test_what_is_missing_is_said(send, fields, message):
    page = send([], **fields)

    assert (page.status, Job.objects.count()) == (422, 0)
    assert message in page.text


def test_a_file_that_is_no_json_fails_in_words(send):
    report = send(text=b'[{"email": "new@example.com"')

    assert "The file cannot be read" in report.text
    assert "Nothing was imported" in report.text
    assert not report.text.count("Import 1 user")


@pytest.mark.parametrize("name", ["supporter", "jane"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_who_may_not_create_users_cannot_import(browser, request, name, method):
    answer = getattr(browser(request.getfixturevalue(name)), method)(IMPORT_PAGE, follow=True)

    assert answer.status_code == 403
    assert not Job.objects.exists()


def test_the_list_shows_support_a_disabled_button(browser, supporter, agent):
    assert "Import" in open_page(browser(supporter), LIST).disabled
    assert f'href="{IMPORT_PAGE}"' in open_page(browser(agent), LIST).html


def test_a_checked_file_is_imported_by_its_owner_or_an_administrator_only(send, browser, make_user):
    report = send([{"email": "new@example.com"}])
    other = make_user("other", "Support lead")

    assert browser(other).post(report.path, {"do": "import"}).status_code == 404
    assert not Job.objects.filter(kind=Job.Kind.USERS_IMPORT).exists()


def test_credentials_and_flags_are_for_administrators(send, administrator):
    records = [{"email": "new@example.com", "email_verified": True, "app_metadata": {"plan": "full"}}]

    by_lead, by_administrator = send(records), send(records, by=administrator)

    assert "Refused 1" in by_lead.text
    assert "New 1" in by_administrator.text


def test_refused_records_are_a_file_that_can_be_fixed_and_imported(send, browser, agent):
    report = send([{"email": "wrong", "user_metadata": {"theme": "dark", "pin": 7, "n": 2**70}}])

    answer = browser(agent).get(f"{report.path}refused.jsonl")

    [line] = b"".join(answer.streaming_content).splitlines()
    record = json.loads(line)
    assert record.pop("import_errors") == [
        {"path": "email", "message": "Object didn't pass validation for format email: wrong"}
    ]
    assert record == {"email": "wrong", "user_metadata": {"theme": "dark", "pin": "*****", "n": 2**70}}
    hidden = send([{**record, "email": "new@example.com", "import_errors": []}])
    assert "user_metadata.pin" in hidden.text
    assert "enter it again" in hidden.text
    record["user_metadata"]["pin"] = 7
    assert "New 1" in send([{**record, "email": "new@example.com", "import_errors": []}]).text


def test_refused_records_are_for_those_who_see_both_documents(
    send, browser, administrator, make_user, staff_with
):
    report = send([{"email": "wrong"}])
    job = Job.objects.get()

    assert browser(administrator).get(f"{report.path}refused.jsonl").status_code == 200
    assert browser(make_user("other", "Support lead")).get(f"{report.path}refused.jsonl").status_code == 404
    clerk = staff_with("view_user", "create_user")
    Job.objects.filter(pk=job.pk).update(owner=clerk)
    assert browser(clerk).get(f"{report.path}refused.jsonl").status_code == 404


def test_the_report_shows_no_document_that_may_not_be_seen(send, browser, staff_with):
    report = send([{"email": "new@example.com", "app_metadata": {"plan": "zebra"}}])
    clerk = staff_with("view_user", "create_user")
    Job.objects.update(owner=clerk)

    assert "zebra" in report.text
    assert "zebra" not in open_page(browser(clerk), report.path).html


def test_only_this_page_takes_large_bodies():
    assert reverse("admin:import") == IMPORT_PAGE
    assert body_limit(IMPORT_PAGE) == conf.import_max_bytes
    assert body_limit(LIST) < conf.import_max_bytes


def test_a_file_name_is_shown_as_text(send):
    report = send([{"email": "new@example.com"}], name="<b>users</b>.json")

    assert "<b>users" not in report.html
