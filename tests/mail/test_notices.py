"""A changed email and a removed factor are reported to the email that the account had before."""

from __future__ import annotations

import pytest
from django.core import mail

from tests.api.answers import at
from tests.conftest import again
from tests.mailbox import deliver
from tests.second_factor import enrol
from users.actions.account.delete_user import delete_user
from users.actions.account.edit_user import Edit, edit_user
from users.actions.account.multifactor import note_multifactor, remove_multifactor
from users.actions.account.undo import undo
from users.models import Change, Connection, Job
from users.rights.actor import command_actor, owner_actor

SHELL = command_actor("tests")
OLD = "jane.doe@example.com"
CHANGED = "email of your account"
REMOVED = "two-step sign-in was turned off"


def notices() -> list[tuple[str, str]]:
    """To whom, about what."""
    deliver()
    about = {CHANGED: "email", REMOVED: "factor"}
    return [
        (letter.to[0], what)
        for letter in mail.outbox
        for words, what in about.items()
        if words in letter.body
    ]


def test_a_changed_email_is_reported_to_the_old_one(jane):
    edit_user(jane, Edit(profile={"email": "moved@example.com"}), actor=SHELL)

    assert notices() == [(OLD, "email")]
    (letter,) = mail.outbox
    assert "moved@example.com" not in letter.body + letter.subject
    assert letter.subject == "Your email at 127.0.0.1:8000 was changed"


def test_a_removed_email_is_too(make_user, connection):
    Connection.objects.update(options={"requires_username": True})
    connection.refresh_from_db()
    user = make_user("both", username="both")
    edit_user(user, Edit(profile={"email": None}), actor=SHELL)

    assert notices() == [("both@example.com", "email")]


def test_by_the_api(shop, jane):
    assert shop.patch(at(jane), {"email": "moved@example.com"}).status_code == 200

    assert notices() == [(OLD, "email")]


def test_undoing_the_change_is_reported_to_the_other(jane):
    edit_user(jane, Edit(profile={"email": "moved@example.com"}), actor=SHELL)
    change = Change.objects.filter(subject=jane.user_id, what="profile").first()
    undo(again(jane), change.pk, actor=SHELL)

    assert notices() == [(OLD, "email"), ("moved@example.com", "email")]


@pytest.mark.parametrize(
    "profile", [{"email": "JANE.doe@example.com"}, {"email_verified": True}, {"name": "Jane D."}]
)
def test_what_leaves_the_email_as_it_is_is_not_reported(jane, profile):
    edit_user(jane, Edit(profile=profile), actor=SHELL)

    assert not Job.objects.exists()


def test_a_new_account_and_one_without_an_email_report_nothing(make_user):
    user = make_user(email=None, phone_number="+491")
    edit_user(user, Edit(profile={"email": "first@example.com"}), actor=SHELL)

    assert not Job.objects.exists()


def test_a_removed_factor_is_reported(jane):
    enrol(jane)
    assert not Job.objects.exists()

    remove_multifactor(jane, actor=SHELL)

    assert notices() == [(OLD, "factor")]


def test_also_when_the_owner_removes_it(jane):
    enrol(jane)
    jane.authenticator_set.all().delete()
    note_multifactor(jane, actor=owner_actor(again(jane)))

    assert notices() == [(OLD, "factor")]


def test_where_there_was_none_nothing_is_reported(jane):
    remove_multifactor(jane, actor=SHELL)

    assert not Job.objects.exists()


def test_it_is_sent_though_the_account_is_deleted_since(jane):
    edit_user(jane, Edit(profile={"email": "moved@example.com"}), actor=SHELL)
    delete_user(again(jane), actor=SHELL)

    assert notices() == [(OLD, "email")]


def test_a_refused_change_reports_nothing(jane, make_user):
    make_user("taken")
    with pytest.raises(Exception, match="email"):
        edit_user(jane, Edit(profile={"email": "taken@example.com"}), actor=SHELL)

    assert not Job.objects.exists()


def test_without_mail_nothing_is_enqueued(jane, settings):
    settings.IS_EMAIL_CONFIGURED = False
    edit_user(jane, Edit(profile={"email": "moved@example.com"}), actor=SHELL)

    assert not Job.objects.exists()
