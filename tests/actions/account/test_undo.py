"""Taking a change back: an edit like any other, with what it takes back in the record."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission

from tests.rewritten import rewrite
from users.actions.account.block_user import block_user
from users.actions.account.delete_user import delete_user
from users.actions.account.documents import Patch, Replace
from users.actions.account.edit_user import Edit, edit_user
from users.actions.account.revert_parts import PARTS
from users.actions.account.undo import UNDO_REFUSALS, undo
from users.actions.errors import (
    ChangedSince,
    ChangeNotFound,
    DuplicateField,
    NotSupported,
    NotUndoable,
    StaleVersion,
)
from users.metadata.equal import is_strictly_equal
from users.metadata.errors import MetadataError
from users.metadata.three_way import ABSENT
from users.models import Change, User
from users.models.write_guard import allow_account_writes
from users.rights.actor import bearer_actor, command_actor, owner_actor, staff_actor
from users.rights.errors import Denied, Protected

SHELL = command_actor("tests")


def edited(user, actor=SHELL, **edit) -> Change:
    """What came of the edit in the record."""
    edit_user(user, Edit(**edit), actor=actor)
    return Change.objects.filter(subject=user.user_id).first()


def patched(user, document="app_metadata", /, **patch) -> Change:
    return edited(user, documents={document: Patch(patch)})


def test_each_key_gets_back_what_it_was(jane, agent):
    change = patched(jane, plan="free", seats=3)
    patched(jane, colour="red")

    fresh = undo(jane, change.pk, actor=staff_actor(agent), reason="ticket 4711")

    assert fresh.app_metadata == {"plan": "full", "colour": "red"}
    assert User.objects.get(pk=jane.pk).app_metadata == fresh.app_metadata
    line = jane.changes.first()
    assert line.keys == {"plan": {"before": "free", "after": "full"}, "seats": {"before": 3}}
    assert (line.what, line.reason, line.undoes) == ("app_metadata", "ticket 4711", change.pk)
    assert (line.actor_id, line.face) == (agent.user_id, "dashboard")


def test_an_undo_can_be_undone(jane):
    change = patched(jane, plan=None)
    undo(jane, change.pk, actor=SHELL)

    again = undo(jane, jane.changes.first().pk, actor=SHELL)

    assert again.app_metadata == {}


def test_what_was_not_there_at_all_is_missing_again(make_user):
    ada = make_user("ada")
    changes = [patched(ada, name, a=1) for name in ("user_metadata", "app_metadata")]

    for change in changes:
        ada = undo(ada, change.pk, actor=SHELL)

    assert (ada.user_metadata, ada.app_metadata) == (None, None)


def test_null_is_a_value_that_comes_back(jane):
    replaced = Replace({"plan": None, "deep": {"a": [1, 1.0, True]}}, 1)
    edited(jane, documents={"app_metadata": replaced})
    wiped = patched(jane)

    fresh = undo(jane, wiped.pk, actor=SHELL)

    assert is_strictly_equal(fresh.app_metadata, replaced.value)


def test_fields_of_the_profile_come_back_with_what_followed_from_them(make_user):
    ada = make_user("ada", email_verified=True, name="Ada")
    change = edited(ada, profile={"email": "new@example.com", "name": None})

    fresh = undo(ada, change.pk, actor=SHELL)

    assert (fresh.email, fresh.email_verified, fresh.name) == ("ada@example.com", True, "Ada")


def test_a_block_is_undone_also_where_nobody_had_decided_before(jane):
    block_user(jane, actor=SHELL)

    fresh = undo(jane, jane.changes.first().pk, actor=SHELL)

    assert fresh.blocked is False


class TestChangedSince:
    def test_shows_both_and_writes_nothing(self, jane):
        change = patched(jane, plan="free", seats=3)
        patched(jane, plan="gold", seats=None)
        count = jane.changes.count()

        with pytest.raises(ChangedSince) as error:
            undo(jane, change.pk, actor=SHELL)

        assert error.value.part == "app_metadata"
        # Of the seats somebody has already made what they were.
        assert error.value.keys == {"plan": {"now": "gold", "then": "full"}}
        assert jane.changes.count() == count

    def test_tells_what_is_not_there_from_null(self, jane):
        added = edited(jane, documents={"app_metadata": Replace({"plan": "full", "x": None}, 1)})
        patched(jane, x=1)

        with pytest.raises(ChangedSince) as error:
            undo(jane, added.pk, actor=SHELL)

        assert error.value.keys == {"x": {"now": 1, "then": ABSENT}}

    def test_of_fields_too(self, jane):
        change = edited(jane, profile={"name": "J"})
        edited(jane, profile={"name": "Jay"})

        with pytest.raises(ChangedSince) as error:
            undo(jane, change.pk, actor=SHELL)

        assert error.value.keys == {"name": {"now": "Jay", "then": "Jane Doe"}}

    def test_does_not_stop_who_says_so(self, jane):
        change = patched(jane, plan="free")
        patched(jane, plan="gold")

        assert undo(jane, change.pk, actor=SHELL, force=True).app_metadata == {"plan": "full"}

    def test_is_no_quarrel_where_all_is_as_it_was_already(self, jane):
        change = patched(jane, plan="free")
        undo(jane, change.pk, actor=SHELL)
        count = jane.changes.count()

        undo(jane, change.pk, actor=SHELL)

        assert jane.changes.count() == count

    def test_is_something_else_than_another_version(self, jane):
        change = patched(jane, plan="free")

        with pytest.raises(StaleVersion):
            undo(jane, change.pk, actor=SHELL, expected_versions=frozenset({1}))


@pytest.mark.parametrize("what", UNDO_REFUSALS)
def test_what_cannot_be_undone_says_so(what, jane):
    line = jane.changes.get()
    rewrite([line], what=what)

    with pytest.raises(NotUndoable, match=UNDO_REFUSALS[what]):
        undo(jane, line.pk, actor=SHELL)


def test_every_kind_of_change_can_be_undone_or_says_why_not():
    assert {*PARTS, *UNDO_REFUSALS} == set(Change.What.values)


class TestOnlyOnesOwnChanges:
    def test_not_those_of_another(self, jane, stranger):
        with pytest.raises(ChangeNotFound):
            undo(jane, patched(stranger, plan="free").pk, actor=SHELL)

    def test_not_those_of_an_account_that_had_the_id_before(self, make_user):
        first = make_user("ada", bare_id="ada", app_metadata={"plan": "full"})
        change = patched(first, plan="free")
        delete_user(first, actor=SHELL)
        second = make_user("ada", bare_id="ada")

        with pytest.raises(ChangeNotFound):
            undo(second, change.pk, actor=SHELL)


class TestEscalation:
    """Undoing asks for the rights of the moment, as an edit does."""

    @pytest.fixture
    def with_permissions(self, make_user):
        def make(*names):
            clerk = make_user()
            with allow_account_writes():
                clerk.user_permissions.set(Permission.objects.filter(codename__in=names))
            return staff_actor(User.objects.get(pk=clerk.pk))

        return make

    def refused(self, user, change, actor, error=Denied, **options):
        before = User.objects.filter(pk=user.pk).values().get(), Change.objects.count()
        with pytest.raises(error):
            undo(user, change.pk, actor=actor, **options)
        assert (User.objects.filter(pk=user.pk).values().get(), Change.objects.count()) == before

    def test_by_staff_without_the_right_to_the_document(self, jane, with_permissions):
        theirs = patched(jane, plan="free")
        hers = patched(jane, "user_metadata", hobby="chess")
        sees_all = with_permissions("view_user", "view_app_metadata", "change_user_metadata")
        sees_hers = with_permissions("view_user", "change_profile", "change_app_metadata")

        self.refused(jane, theirs, sees_all)
        self.refused(jane, theirs, sees_all, force=True)
        self.refused(jane, hers, sees_hers)
        # Who may not see a change does not learn that there is one.
        self.refused(jane, theirs, sees_hers, ChangeNotFound)

    def test_by_staff_without_the_right_to_each_field(self, jane, with_permissions):
        edit = {"name": "J", "blocked": True}
        self.refused(jane, edited(jane, profile=edit), with_permissions("view_user", "change_profile"))

    def test_by_a_client_within_its_scopes(self, jane, actor_of):
        hers, theirs = patched(jane, "user_metadata", hobby="chess"), patched(jane, plan="free")
        name = edited(jane, profile={"name": "J"})
        narrow = actor_of("update:users_app_metadata", "read:users_history", "update:users_history")

        self.refused(jane, hers, narrow)
        self.refused(jane, name, narrow)
        for change in (hers, theirs, name):
            self.refused(jane, change, actor_of("update:users_history", "read:users"))
            self.refused(jane, change, actor_of("update:users_history"), ChangeNotFound)
        assert undo(jane, theirs.pk, actor=narrow).app_metadata == {"plan": "full"}

    def test_of_an_account_with_staff_rights(self, administrator, with_permissions, actor_of):
        email = edited(administrator, profile={"email": "taken@example.com"})
        block_user(administrator, actor=SHELL)
        block = administrator.changes.first()

        manager = with_permissions("view_user", "change_profile", "block_user")
        for actor in (manager, actor_of("update:users", "update:users_history")):
            self.refused(administrator, email, actor, Protected)
            self.refused(administrator, block, actor, Protected)

    def test_by_staff_of_what_made_somebody_an_administrator(self, administrator, agent):
        """Neither the rights, nor the roles, nor the password that they had once come back."""
        for what in ("staff_rights", "roles", "permissions", "password", "multifactor"):
            line = administrator.changes.last()
            rewrite([line], what=what, keys={"groups": {"before": ["Administrator"], "after": []}})
            for actor in (staff_actor(agent), staff_actor(administrator)):
                self.refused(administrator, line, actor, NotUndoable, force=True)

    def test_by_who_lost_the_right_meanwhile(self, jane, with_permissions):
        """The right of the moment counts, not that of when they made the change."""
        clerk = with_permissions("view_user", "view_app_metadata", "change_app_metadata")
        own = edited(jane, clerk, documents={"app_metadata": Patch({"plan": "gold"})})
        with allow_account_writes():
            clerk.user.user_permissions.remove(Permission.objects.get(codename="change_app_metadata"))

        self.refused(jane, own, staff_actor(User.objects.get(pk=clerk.user.pk)))

    def test_of_one_key_of_a_change_of_which_the_rest_is_hidden(self, jane, settings):
        """She sees that her plan changed, and could neither put it nor the rest back."""
        settings.PROFILE_APP_METADATA_KEYS = ["plan"]
        change = patched(jane, plan="free", credit=-5)
        hidden = patched(jane, credit=7)

        self.refused(jane, change, owner_actor(jane), force=True)
        self.refused(jane, hidden, owner_actor(jane), ChangeNotFound, force=True)

    def test_of_an_undo_that_others_made(self, jane, with_permissions):
        change = patched(jane, plan="free")
        undo(jane, change.pk, actor=SHELL)

        self.refused(jane, jane.changes.first(), with_permissions("view_user", "view_app_metadata"))

    def test_of_ones_own_block(self, agent):
        block_user(agent, actor=SHELL)
        agent.refresh_from_db()

        self.refused(agent, agent.changes.first(), owner_actor(agent))

    def test_by_people_of_what_is_not_theirs(self, jane, stranger, settings):
        settings.PROFILE_APP_METADATA_KEYS = ["plan"]
        theirs, name = patched(jane, plan="free"), edited(jane, profile={"name": "J"})
        hers = patched(jane, "user_metadata", hobby="chess")
        token = bearer_actor(jane, frozenset({"read:current_user", "create:current_user_metadata"}))

        for actor in (owner_actor(jane), token):
            self.refused(jane, theirs, actor)
            self.refused(jane, name, actor)
        self.refused(jane, hers, token)  # which may add, and not change
        self.refused(jane, hers, owner_actor(stranger), ChangeNotFound)
        assert undo(jane, hers.pk, actor=owner_actor(jane)).user_metadata == {"hobby": "surfing"}

    def test_past_a_schema_that_came_meanwhile(self, jane, settings, tmp_path):
        change = patched(jane, plan="free")
        schema = tmp_path / "app.json"
        schema.write_text('{"type": "object", "properties": {"plan": {"enum": ["free", "gold"]}}}')
        settings.APP_METADATA_SCHEMA = str(schema)

        self.refused(jane, change, SHELL, MetadataError)

    def test_past_limits_that_came_meanwhile(self, jane, settings):
        patched(jane, text="x" * 2000)
        change = patched(jane, text=None)
        settings.METADATA_MAX_BYTES = 1024

        self.refused(jane, change, SHELL, MetadataError)

    def test_past_whoever_has_the_address_by_now(self, jane, make_user):
        change = edited(jane, profile={"email": "new@example.com"})
        make_user("jane.doe")

        self.refused(jane, change, SHELL, DuplicateField)

    def test_past_what_the_connection_allows(self, jane):
        change = edited(jane, profile={"email": "new@example.com"})
        type(jane.connection).objects.update(is_enabled=False)

        self.refused(jane, change, SHELL, NotSupported)
