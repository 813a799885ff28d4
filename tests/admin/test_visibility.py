"""What staff may not see is nowhere in the page; what they may not change is refused."""

from __future__ import annotations

import pytest

from tests.admin.conftest import LIST, user_path
from tests.conftest import again
from tests.second_factor import enrol
from tests.web.pages import Page
from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.rights.actor import command_actor
from users.sign_in import lockout

SAVE = "Save changes"
USER_MARK, APP_MARK = "mark-in-the-users-own", "mark-that-only-some-may-see"


@pytest.fixture
def marked(make_user):
    """A user whose documents can be recognised anywhere, keys and values."""
    return make_user(
        "marked",
        user_metadata={USER_MARK: {USER_MARK: [USER_MARK]}},
        app_metadata={APP_MARK: {APP_MARK: [APP_MARK]}},
    )


def forge(page: Page, user, **fields) -> Page:
    """Send what no form of the page holds."""
    answer = page.browser.post(user_path(user), fields, follow=True)
    return Page(page.browser, answer, user_path(user))


def test_support_sees_both_and_may_edit_one(visit, supporter, marked):
    page = visit(supporter, marked)

    form = page.form(SAVE)
    assert USER_MARK in form.fields["user_metadata"][0]
    assert "app_metadata" not in form.fields
    assert "app_metadata_version" not in form.hidden
    read_only = page.html_everywhere.partition("<pre tabindex")[2].partition("</pre>")[0]
    assert APP_MARK in read_only
    assert "You may not change app_metadata." in page.text_everywhere


def test_support_saves_user_metadata(visit, supporter, marked):
    visit(supporter, marked).press(SAVE, user_metadata='{"a": 1}')

    assert again(marked).user_metadata == {"a": 1}


def test_app_metadata_sent_all_the_same_is_not_written_for_support(visit, row, supporter, marked):
    before = row(marked)
    forged = {
        "app_metadata": '{"plan": "free for me"}',
        "app_metadata_version": "1",
        "app_metadata_opened": "",
    }

    visit(supporter, marked).press(SAVE, forged=forged)

    assert row(marked) == before


def test_who_may_change_neither_document_is_refused(visit, row, staff_with, marked):
    viewer = staff_with("view_user", "view_app_metadata")
    before = row(marked)
    page = visit(viewer, marked)

    answer = forge(page, marked, do="documents", user_metadata="{}", user_metadata_version="1")

    assert SAVE not in page.buttons
    assert (answer.status, row(marked)) == (403, before)


def test_a_viewer_without_the_right_sees_not_one_character_of_app_metadata(visit, staff_with, marked):
    viewer = staff_with("view_user")

    page = visit(viewer, marked)

    assert USER_MARK in page.html_everywhere
    assert APP_MARK not in page.html_everywhere
    assert "app_metadata" not in page.html_everywhere
    assert "App metadata" not in page.html_everywhere


@pytest.mark.parametrize(
    "rights",
    [
        pytest.param(("view_user",), id="sees users"),
        pytest.param(("view_user", "change_user_metadata"), id="edits the other document"),
        pytest.param(("view_user", "change_user_metadata", "change_app_metadata"), id="may change it unseen"),
        pytest.param(
            ("view_user", "change_profile", "block_user", "delete_user", "change_user_metadata"),
            id="the rest",
        ),
    ],
)
def test_no_answer_of_the_desk_tells_app_metadata(visit, browser, staff_with, marked, rights):
    """Not when it is sent, not with an error, not with a conflict, nor in the list."""
    viewer = staff_with(*rights)
    page = visit(viewer, marked).all_opened()
    version = str(marked.app_metadata_version)
    sent = {"do": "documents", "app_metadata_version": version}
    answers = [
        page,
        forge(page, marked, **sent, app_metadata="{"),
        forge(page, marked, **sent, app_metadata='{"a": 1}'),
        forge(page, marked, **{**sent, "app_metadata_version": "99"}, app_metadata='{"a": 1}'),
        forge(page, marked, do="profile", name="x"),
        Page(page.browser, page.browser.get(LIST, {"q": "marked"}), LIST),
    ]
    if SAVE in page.buttons:
        edit_user(
            marked, Edit(documents={"user_metadata": Patch({"b": 2})}), actor=command_actor("another agent")
        )
        answers.append(page.press(SAVE, user_metadata='{"mine": 1}'))
        assert answers[-1].status == 422

    assert not [answer.html for answer in answers if APP_MARK in answer.html]
    assert not [answer.html for answer in answers if "App metadata" in answer.html]
    assert again(marked).app_metadata == marked.app_metadata


def test_searching_for_what_may_not_be_seen_finds_nobody(browser, staff_with, marked):
    member = browser(staff_with("view_user"))

    hit = member.get(LIST, {"q": APP_MARK}).content.decode().replace(APP_MARK, "x")
    miss = member.get(LIST, {"q": "x"}).content.decode()

    assert "marked" not in hit + miss
    assert len(hit) == len(miss)


def test_who_may_change_but_not_see_app_metadata_cannot_write_it_blindly(visit, row, staff_with, marked):
    blind = staff_with("view_user", "change_app_metadata")
    before = row(marked)
    page = visit(blind, marked)

    answer = forge(page, marked, do="documents", app_metadata="{}", app_metadata_version="1")

    assert (answer.status, row(marked)) == (403, before)


def test_what_may_be_seen_of_the_profile_is_text_for_who_may_not_change_it(visit, supporter, jane):
    page = visit(supporter, jane)

    assert "Save profile" not in page.buttons
    assert {"Jane Doe", jane.email} <= {
        fact for fact in ("Jane Doe", jane.email) if fact in page.text_everywhere
    }


def test_no_secret_is_in_the_page(visit, administrator, jane):
    page = visit(administrator, jane)

    assert jane.password not in page.html_everywhere
    assert "md5$" not in page.html_everywhere


@pytest.mark.parametrize(
    ("rights", "buttons"),
    [
        ((), set()),
        (("change_user_metadata",), {SAVE}),
        (("change_app_metadata", "view_app_metadata"), {SAVE}),
        (
            ("change_profile",),
            {"Save profile", "Mark email as verified"},
        ),
        (("send_links",), {"Send password reset", "Send verification email"}),
        (("block_user",), {"Block"}),
        (("administer",), {"Save staff rights"}),
    ],
)
def test_the_page_offers_the_buttons_that_would_work_and_no_other(visit, staff_with, jane, rights, buttons):
    page = visit(staff_with("view_user", *rights), jane)

    # Those of the frame, too: the account's menu, and the list of shortcuts.
    assert page.buttons - {"Sign out", "Show", "Close"} == buttons
    assert 'delete/"' not in page.html_everywhere


@pytest.mark.parametrize(
    ("button", "reason"),
    [
        ("Block", "You may not block users."),
        ("Mark email as verified", "You may not change how an account signs in."),
        ("Send password reset", "You may not send password resets."),
        ("Send verification email", "You may not send verification emails."),
        ("Delete this user…", "You may not delete users."),
        ("Save profile", "You may not change profiles."),
        ("Save changes", "You may not change user_metadata."),
        ("Save changes", "You may not change app_metadata."),
        ("Remove second factor", "You may not remove second factors."),
        ("Clear lockout", "You may not clear lockouts after failed sign-ins."),
    ],
)
def test_a_button_one_may_not_use_is_disabled_and_says_why(visit, staff_with, jane, button, reason):
    enrol(jane)
    for number in range(5):
        lockout.start_attempt(lockout.lockout_keys(jane.email, [jane]), ip=f"192.0.2.{number}")

    pages = visit(staff_with("view_user", "view_app_metadata"), jane).tabs

    refused = next(page for page in pages if reason in page.text)
    assert button in refused.disabled
    assert button not in refused.buttons


def test_a_card_with_nothing_but_a_refused_button_is_a_sentence(visit, staff_with, jane):
    page = visit(staff_with("view_user"), jane)

    assert "You may not grant staff rights." in page.text_everywhere
    assert "You may not change roles and permissions." in page.text_everywhere
    assert not {"Save staff rights", "Assign role"} & {name for tab in page.tabs for name in tab.disabled}


def test_the_reason_names_the_protection_of_staff_accounts(visit, agent, administrator):
    page = visit(agent, administrator)

    assert {"Block", "Send password reset"} <= set(page.disabled)
    assert "This account has staff rights; only an administrator may do this." in page.text


def test_support_can_do_support(visit, supporter, jane):
    page = visit(supporter, jane)

    assert {"Save changes", "Send password reset", "Send verification email"} <= page.buttons
    assert {"Block", "Mark email as verified", "Delete this user…"} <= set(page.disabled)


def test_a_document_that_is_read_only_is_beside_the_other_and_says_why(visit, supporter, jane):
    page = visit(supporter, jane)

    form = page.html.partition('class="documents"')[2].partition("</form>")[0]
    assert "Read only" in form
    assert "You may not change app_metadata." in form
    assert "Save changes" not in page.disabled


def test_a_lead_can_do_all_but_what_administrators_do(visit, agent, jane):
    enrol(jane)
    page = visit(agent, jane)

    assert {
        *("Save changes", "Save profile", "Block", "Mark email as verified", "Remove second factor"),
        *("Send password reset", "Send verification email"),
    } <= page.buttons
    assert page.disabled == ["Delete this user…"]


def test_the_way_to_delete_is_offered_with_its_right(visit, staff_with, jane):
    assert "Delete this user…" in visit(staff_with("view_user", "delete_user"), jane).text
