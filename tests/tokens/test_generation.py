"""Users' own tokens end with the access that they stand for, to the microsecond."""

from __future__ import annotations

import random

import pytest

from tests.user_tokens import issue_user_token
from users.actions.account.block_user import block_user, unblock_user
from users.actions.account.create_user import create_user
from users.actions.account.delete_user import delete_user
from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.actions.account.identities import link, unlink
from users.actions.account.record_sign_in import record_sign_in, rehash_password
from users.actions.account.tickets import create_ticket, get_valid_ticket, set_password_by_ticket
from users.conf import conf
from users.models import ResourceServer, Ticket, User
from users.rights.actor import command_actor, owner_actor
from users.tokens.issue import sign
from users.tokens.verify import InvalidClaims, verify_access_token

SHELL = command_actor("tests")
NEW, NEWER = "quite another secret", "third time lucky horse"


@pytest.fixture
def issue(make_client):
    """A token for the user as the database has them now."""
    client, server = make_client(), ResourceServer.objects.management()

    def make(user: User) -> str:
        fresh = User.accounts.get(user_id=user.user_id)
        return issue_user_token(fresh, client, ["read:current_user"], server=server)

    return make


@pytest.fixture
def jay(make_user, jane):
    """Jane's other account, linked to hers."""
    user = make_user("jay")
    link(jane, user, actor=SHELL)
    return user


def is_good(token: str) -> bool:
    try:
        verify_access_token(token)
    except InvalidClaims:
        return False
    return True


def recreate(user: User) -> None:
    delete_user(User.objects.get(user_id=user.user_id), actor=SHELL)
    create_user(user.connection, actor=SHELL, profile={"email": user.email}, bare_id=user.bare_id)


def by_ticket(user: User) -> None:
    secret = create_ticket(user, Ticket.Purpose.PASSWORD_CHANGE, actor=SHELL)
    ticket = get_valid_ticket(secret, Ticket.Purpose.PASSWORD_CHANGE)
    set_password_by_ticket(ticket, NEW, actor=owner_actor(user))


def block_and_unblock(user: User) -> None:
    block_user(user, actor=SHELL)
    unblock_user(user, actor=SHELL)


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(lambda jane: edit_user(jane, Edit(password=NEW), actor=SHELL), id="a new password"),
        pytest.param(
            lambda jane: edit_user(jane, Edit(password=NEW), actor=owner_actor(jane)), id="one's own"
        ),
        pytest.param(by_ticket, id="a new password by a ticket"),
        pytest.param(lambda jane: block_user(jane, actor=SHELL), id="a block"),
        pytest.param(block_and_unblock, id="a block that was lifted"),
        pytest.param(lambda jane: delete_user(jane, actor=SHELL), id="deletion"),
        pytest.param(recreate, id="another account with the same id"),
    ],
)
def test_a_token_is_refused_from_the_next_request_after(end, jane, issue):
    token = issue(jane)
    assert is_good(token)

    end(jane)

    assert not is_good(token)


def test_a_token_is_refused_after_a_new_password_of_a_linked_account(jane, jay, issue):
    token = issue(jane)

    edit_user(jane, Edit(password=NEW, identity=jay.user_id), actor=SHELL)

    assert not is_good(token)


def test_a_token_is_refused_after_a_linked_account_is_parted(jane, jay, issue):
    """It may have been got by that account's password."""
    token = issue(jane)

    unlink(jane, "auth0", jay.bare_id, actor=SHELL)

    assert not is_good(token)


def test_a_linked_accounts_token_from_before_does_not_come_back(jane, make_user, issue):
    jay = make_user("jay")
    token = issue(jay)
    link(jane, jay, actor=SHELL)

    unlink(jane, "auth0", jay.bare_id, actor=SHELL)

    assert not is_good(token)
    assert is_good(issue(jay))


@pytest.mark.parametrize(
    "edit",
    [
        lambda jane: edit_user(jane, Edit(profile={"name": "J", "email": "j@example.com"}), actor=SHELL),
        lambda jane: edit_user(jane, Edit(documents={"app_metadata": Patch({"a": 1})}), actor=SHELL),
        lambda jane: edit_user(jane, Edit(profile={"blocked": False}), actor=SHELL),
        lambda jane: record_sign_in(jane, ip=None),
        lambda jane: rehash_password(jane, "the same password under another hasher"),
    ],
    ids=["a profile", "metadata", "an unblocking", "a sign-in", "a renewed hash"],
)
def test_a_token_outlives(edit, jane, issue):
    token = issue(jane)

    edit(jane)

    assert is_good(token)


def test_a_token_read_before_the_password_changed_and_signed_after_is_refused(jane, make_client):
    """The sign-in began with the old password."""
    edit_user(User.objects.get(pk=jane.pk), Edit(password=NEW), actor=SHELL)

    server = ResourceServer.objects.management()
    assert not is_good(issue_user_token(jane, make_client(), ["read:current_user"], server=server))


@pytest.mark.parametrize("generation", [..., None, "", 0, "now", True, [], 2**53])
def test_a_token_without_the_right_generation_is_refused(jane, make_client, generation):
    claims = {"sub": jane.user_id, "aud": conf.management_audience, "azp": make_client().client_id}
    right = {**claims, "token_generation": jane.token_generation}
    assert is_good(sign(right, lifetime=60))

    given = {} if generation is ... else {"token_generation": generation}
    assert not is_good(sign({**claims, **given}, lifetime=60))


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_in_one_second_tokens_from_after_the_last_end_are_good_and_no_others(
    jane, issue, seed
):
    dice, number = random.Random(seed), iter(range(100))
    good: list[str] = []
    ended: list[str] = []
    ends = [
        lambda: edit_user(jane.user_id, Edit(password=f"{NEWER} {next(number)}"), actor=SHELL),
        lambda: block_and_unblock(User.objects.get(user_id=jane.user_id)),
        lambda: recreate(jane),
    ]
    for _ in range(12):
        if dice.random() < 0.5:
            good.append(issue(jane))
        else:
            dice.choice(ends)()
            ended, good = ended + good, []
        assert all(map(is_good, good))
        assert not any(map(is_good, ended))
    assert ended
