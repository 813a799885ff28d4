"""Second factors removed, recovery codes renewed: by whom, and what of it is kept."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator

from tests.conftest import again
from tests.second_factor import enrol
from users.actions.account.delete_user import delete_user
from users.actions.account.multifactor import (
    CODE_ALPHABET,
    DUO,
    note_multifactor,
    remove_multifactor,
    renew_recovery_code,
)
from users.actions.errors import UserNotFound
from users.models import User
from users.rights.actor import command_actor, owner_actor, staff_actor
from users.rights.errors import Denied, Protected

SHELL = command_actor("tests")


def kept(user: User) -> set[str]:
    return set(Authenticator.objects.filter(user=user).values_list("type", flat=True))


@pytest.fixture
def client(actor_of):
    return actor_of("update:users")


class TestRemoving:
    def test_takes_the_app_and_the_recovery_codes(self, jane, stranger, client):
        enrol(jane)
        enrol(stranger)

        removed = remove_multifactor(jane, actor=client, reason="Lost her phone")

        assert (kept(jane), kept(stranger)) == (set(), {"totp", "recovery_codes"})
        assert (removed.multifactor, removed.version) == ([], jane.version + 2)
        change = removed.changes.first()
        assert (change.what, change.actor_id, change.reason) == ("multifactor", client.id, "Lost her phone")
        assert change.keys == {"multifactor": {"before": ["google-authenticator"], "after": []}}
        assert change.at == removed.multifactor_last_modified

    def test_writes_nothing_where_there_is_nothing(self, jane, client):
        remove_multifactor(jane, actor=client)

        now = again(jane)
        assert (now.multifactor, now.version, now.changes.count()) == (None, 1, 1)

    def test_of_duo_which_nobody_has_changes_nothing(self, jane, client):
        enrol(jane)

        remove_multifactor(jane, actor=client, provider=DUO)

        assert kept(jane) == {"totp", "recovery_codes"}
        assert again(jane).changes.count() == 2

    def test_takes_recovery_codes_that_no_app_goes_with(self, jane, client):
        renew_recovery_code(jane, actor=client)

        assert remove_multifactor(jane, actor=client).multifactor == []
        assert kept(jane) == set()

    def test_needs_the_right(self, jane, stranger, supporter, agent, actor_of):
        enrol(jane)

        for actor in (actor_of("read:users"), owner_actor(stranger), staff_actor(supporter)):
            with pytest.raises(Denied):
                remove_multifactor(jane, actor=actor)
        assert kept(jane) == {"totp", "recovery_codes"}
        remove_multifactor(jane, actor=staff_actor(agent))
        assert kept(jane) == set()

    def test_is_not_done_to_oneself_at_the_desk(self, administrator):
        enrol(administrator)

        with pytest.raises(Denied, match="ask a colleague"):
            remove_multifactor(administrator, actor=staff_actor(administrator))
        assert kept(administrator) == {"totp", "recovery_codes"}

    def test_of_somebody_who_is_gone(self, jane, client):
        delete_user(jane, actor=SHELL)

        with pytest.raises(UserNotFound):
            remove_multifactor(jane, actor=client)


class TestRecoveryCode:
    def test_is_one_in_place_of_all_earlier_ones(self, jane, client):
        enrol(jane)

        first, second = (renew_recovery_code(jane, actor=client) for _ in range(2))

        codes = Authenticator.objects.get(user=jane, type="recovery_codes").wrap()
        assert codes.get_unused_codes() == [second]
        assert first != second
        assert len(second) == 24
        assert set(second) <= set(CODE_ALPHABET)

    def test_is_recorded_and_not_written_down(self, jane, client):
        made = renew_recovery_code(jane, actor=client)

        now = again(jane)
        change = now.changes.first()
        assert (change.what, change.keys) == ("multifactor", {"recovery_codes": {"after": "new"}})
        assert made not in str(change.keys)
        assert (now.multifactor, now.version) == (None, jane.version + 1)
        assert now.multifactor_last_modified == change.at

    def test_is_not_for_staff_accounts_nor_made_by_staff_or_owners(self, jane, agent, supporter, client):
        with pytest.raises(Protected):
            renew_recovery_code(supporter, actor=client)
        for actor in (staff_actor(agent), owner_actor(jane)):
            with pytest.raises(Denied):
                renew_recovery_code(jane, actor=actor)
        assert not Authenticator.objects.exists()


def test_noting_what_is_known_already_writes_nothing(jane):
    enrol(jane)

    note_multifactor(jane, actor=owner_actor(jane))

    assert again(jane).changes.count() == 2
