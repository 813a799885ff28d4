"""Links by which people set a password or prove an address: made, used, and worth nothing after."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from functools import partial

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from tests.conftest import PASSWORD, again
from users.actions.account.assign_staff_groups import set_staff_groups
from users.actions.account.block_user import block_user
from users.actions.account.edit_user import Edit, edit_user
from users.actions.account.identities import link
from users.actions.account.tickets import (
    create_ticket,
    get_valid_ticket,
    set_password_by_ticket,
    verify_email_by_ticket,
)
from users.actions.errors import NotSupported, TicketRefused, UserNotFound, WeakPassword
from users.models import Change, Connection, Ticket, User
from users.models.write_guard import allow_account_writes
from users.rights.actor import Face, command_actor, owner_actor
from users.rights.errors import Denied, Protected

SHELL = command_actor("tests")
NEW = "a quite new password"
PASSWORD_CHANGE, VERIFICATION = Ticket.Purpose.PASSWORD_CHANGE, Ticket.Purpose.EMAIL_VERIFICATION
Why = TicketRefused.Why


@pytest.fixture
def maker(actor_of):
    return actor_of("create:user_tickets")


@pytest.fixture
def make(maker):
    """A ticket as a client has it made, opened by its secret."""

    def with_options(user, purpose=PASSWORD_CHANGE, **options) -> Ticket:
        return get_valid_ticket(create_ticket(user, purpose, actor=maker, **options), purpose)

    return with_options


def at_home(user):
    return owner_actor(user, face=Face.SIGN_IN)


def why(ticket_or_secret, purpose=PASSWORD_CHANGE) -> Why:
    with pytest.raises(TicketRefused) as caught:
        get_valid_ticket(ticket_or_secret, purpose)
    return caught.value.why


def test_the_secret_is_32_letters_or_digits_and_stored_nowhere(jane, maker):
    secret = create_ticket(jane, PASSWORD_CHANGE, actor=maker)

    assert re.fullmatch("[A-Za-z0-9]{32}", secret)
    stored = json.dumps([*Ticket.objects.values(), *Change.objects.values()], default=str)
    assert secret not in stored


def test_no_two_are_alike(jane, maker):
    secrets = {create_ticket(jane, VERIFICATION, actor=maker) for _ in range(5)}

    assert len(secrets) == Ticket.objects.count() == 5


def test_the_making_is_recorded(jane, maker):
    create_ticket(jane, VERIFICATION, actor=maker, reason="Asked by phone")

    change = jane.changes.first()
    assert (change.what, change.keys) == ("ticket", {"ticket": {"after": "email_verification"}})
    assert (change.actor_id, change.reason) == ("client-1", "Asked by phone")
    assert again(jane).version == 1


def test_it_is_good_for_five_days_unless_said(make, jane):
    usual, short = make(jane), make(jane, lifetime=timedelta(seconds=90))

    assert usual.expires_at - usual.created_at == timedelta(days=5)
    assert short.expires_at - short.created_at == timedelta(seconds=90)


def test_the_password_is_set_as_by_the_owner(make, jane):
    set_password_by_ticket(make(jane), NEW, actor=at_home(jane))

    now, change = again(jane), jane.changes.first()
    assert now.check_password(NEW)
    assert now.last_password_reset == change.at
    assert now.get_session_auth_hash() != jane.get_session_auth_hash()
    assert not now.email_verified
    assert (change.what, change.keys) == ("password", {})
    assert (change.actor_kind, change.face, change.actor_id) == ("user", "sign_in", jane.user_id)


def test_the_address_is_taken_as_verified_with_it_where_that_was_asked_for(make, jane):
    set_password_by_ticket(make(jane, marks_email_as_verified=True), NEW, actor=at_home(jane))

    now = again(jane)
    assert now.check_password(NEW)
    assert now.email_verified
    assert {change.what for change in jane.changes.all()[:2]} == {"password", "profile"}
    assert now.version == 2


def test_an_address_is_proven(make, jane):
    verify_email_by_ticket(make(jane, VERIFICATION), actor=at_home(jane))

    now, change = again(jane), jane.changes.first()
    assert now.email_verified
    assert now.check_password(PASSWORD)
    assert change.keys == {"email_verified": {"before": False, "after": True}}
    assert (change.actor_kind, change.face) == ("user", "sign_in")


def test_proving_it_once_more_changes_nothing(make, jane):
    first, second = make(jane, VERIFICATION), make(jane, VERIFICATION)
    verify_email_by_ticket(first, actor=at_home(jane))
    recorded = Change.objects.count()

    verify_email_by_ticket(second, actor=at_home(jane))

    assert (again(jane).version, Change.objects.count()) == (2, recorded)


def test_each_is_used_once(jane, maker):
    secret = create_ticket(jane, PASSWORD_CHANGE, actor=maker)
    ticket = get_valid_ticket(secret, PASSWORD_CHANGE)
    set_password_by_ticket(ticket, NEW, actor=at_home(jane))

    assert why(secret) == Why.USED
    with pytest.raises(TicketRefused):
        set_password_by_ticket(ticket, "and another one", actor=at_home(jane))
    assert again(jane).check_password(NEW)


def test_each_is_for_its_purpose_only(jane, maker):
    secret = create_ticket(jane, VERIFICATION, actor=maker)

    assert why(secret, PASSWORD_CHANGE) == Why.UNKNOWN


@pytest.mark.parametrize("secret", ["", "x" * 32, "x" * 5000, "ä\0"])
def test_a_made_up_one_is_none(db, secret):
    assert why(secret) == Why.UNKNOWN


def test_a_refused_password_does_not_use_it_up(make, jane):
    ticket = make(jane)
    with pytest.raises(WeakPassword):
        set_password_by_ticket(ticket, "short", actor=at_home(jane))

    set_password_by_ticket(ticket, NEW, actor=at_home(jane))

    assert again(jane).check_password(NEW)


def expired(user, ticket):
    Ticket.objects.update(expires_at=timezone.now())


def new_address(user, ticket):
    edit_user(user, Edit(profile={"email": "moved@example.com"}), actor=SHELL)


def new_password(user, ticket):
    edit_user(user, Edit(password="set at the desk"), actor=SHELL)


def staff_rights(user, ticket):
    set_staff_groups(user, Group.objects.filter(name="Support"), actor=SHELL)


def linked(user, ticket):
    link(User.objects.exclude(pk=user.pk).get(), user, actor=SHELL)


@pytest.mark.parametrize(
    ("happens", "purpose", "expected"),
    [
        (expired, PASSWORD_CHANGE, Why.EXPIRED),
        (expired, VERIFICATION, Why.EXPIRED),
        (new_address, PASSWORD_CHANGE, Why.OVERTAKEN),
        (new_address, VERIFICATION, Why.OVERTAKEN),
        (new_password, PASSWORD_CHANGE, Why.OVERTAKEN),
        (staff_rights, PASSWORD_CHANGE, Why.OVERTAKEN),
        (linked, PASSWORD_CHANGE, Why.UNKNOWN),
        (linked, VERIFICATION, Why.UNKNOWN),
    ],
)
def test_it_is_void_once_that_has_happened(jane, stranger, maker, happens, purpose, expected):
    secret = create_ticket(jane, purpose, actor=maker)
    ticket = get_valid_ticket(secret, purpose)

    happens(jane, ticket)

    assert why(secret, purpose) == expected
    # Also for who had the page open when it happened.
    use = (
        partial(set_password_by_ticket, password=NEW)
        if purpose == PASSWORD_CHANGE
        else verify_email_by_ticket
    )
    with pytest.raises((TicketRefused, UserNotFound)):
        use(ticket, actor=at_home(jane))
    now = User.accounts.get(pk=jane.pk)
    assert not now.email_verified
    assert not now.check_password(NEW)


@pytest.mark.parametrize("happens", [new_password, staff_rights])
def test_a_verification_is_not_void_by_that(jane, maker, happens):
    secret = create_ticket(jane, VERIFICATION, actor=maker)

    happens(jane, None)

    verify_email_by_ticket(get_valid_ticket(secret, VERIFICATION), actor=at_home(jane))
    assert again(jane).email_verified


def test_a_blocked_person_gets_no_way_in_by_it(make, jane):
    ticket = make(jane)
    block_user(jane, actor=SHELL)

    set_password_by_ticket(ticket, NEW, actor=at_home(jane))

    assert again(jane).blocked


def test_it_goes_with_its_user(jane, maker):
    secret = create_ticket(jane, PASSWORD_CHANGE, actor=maker)
    with allow_account_writes():
        jane.delete()

    assert why(secret) == Why.UNKNOWN


@pytest.mark.parametrize("scope", ["update:users", "create:users", "read:users"])
def test_another_scope_makes_none(jane, actor_of, scope):
    with pytest.raises(Denied):
        create_ticket(jane, PASSWORD_CHANGE, actor=actor_of(scope))

    assert not Ticket.objects.exists()


@pytest.mark.parametrize("purpose", Ticket.Purpose)
@pytest.mark.parametrize("who", ["supporter", "administrator"])
def test_none_is_made_for_staff_by_a_client(request, maker, purpose, who):
    with pytest.raises(Protected):
        create_ticket(request.getfixturevalue(who), purpose, actor=maker)

    assert not Ticket.objects.exists()


def test_who_has_no_address_gets_none(make_user, maker):
    user = make_user(email=None, phone_number="+491")

    with pytest.raises(NotSupported, match=r"The user does not have an email address\."):
        create_ticket(user, PASSWORD_CHANGE, actor=maker)


@pytest.mark.parametrize("kept", [{"strategy": "samlp"}, {"is_enabled": False}])
def test_nor_who_has_no_password_here(jane, maker, kept):
    Connection.objects.update(**kept)
    user = User.objects.with_connection().get()

    with pytest.raises(NotSupported, match="main connection does not support this operation"):
        create_ticket(user, PASSWORD_CHANGE, actor=maker)


def test_those_just_expired_stay_for_whoever_comes_late(jane, maker):
    secret = create_ticket(jane, VERIFICATION, actor=maker, lifetime=timedelta(seconds=-1))

    create_ticket(jane, VERIFICATION, actor=maker)

    assert why(secret, VERIFICATION) == Why.EXPIRED
