"""Going back to a moment: an edit like any other."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission

from tests.rewritten import rewrite
from users.actions.account.block_user import block_user
from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.actions.account.restore import restore
from users.actions.errors import StaleVersion
from users.history.errors import BeforeRetention, NotCreatedYet
from users.metadata.errors import MetadataError
from users.models import Change, User
from users.models.write_guard import allow_account_writes, allow_history_deletion
from users.representation.validation import FieldError
from users.rights.actor import command_actor, owner_actor, staff_actor
from users.rights.errors import Denied

SHELL = command_actor("tests")


def edit(user, actor=SHELL, **wanted):
    return edit_user(user, Edit(**wanted), actor=actor)


def patch(user, document="app_metadata", /, **patch):
    return edit(user, documents={document: Patch(patch)})


@pytest.fixture
def changed(jane):
    """Jane, who began with a plan and a hobby, after many changes; and the moment before them."""
    at = jane.updated_at
    for plan in ("free", "gold", None):
        patch(jane, plan=plan, seats=3)
    patch(jane, "user_metadata", hobby="chess", colour="red")
    edit(jane, profile={"name": "J", "email": "new@example.com"})
    return block_user(jane, actor=SHELL), at


def test_both_documents_go_back_whole_and_the_profile_stays(changed, agent):
    jane, at = changed

    fresh = restore(jane, at, actor=staff_actor(agent), reason="ticket 4711")

    assert (fresh.user_metadata, fresh.app_metadata) == ({"hobby": "surfing"}, {"plan": "full"})
    assert (fresh.name, fresh.blocked) == ("J", True)
    lines = {line.what: line for line in jane.changes.filter(restores=at)}
    assert lines["app_metadata"].keys == {"plan": {"after": "full"}, "seats": {"before": 3}}
    assert lines["user_metadata"].keys.keys() == {"hobby", "colour"}
    assert {(line.reason, line.actor_id) for line in lines.values()} == {("ticket 4711", agent.user_id)}


def test_one_document_only(changed):
    jane, at = changed

    fresh = restore(jane, at, document="app_metadata", actor=SHELL)

    assert (fresh.user_metadata["hobby"], fresh.app_metadata) == ("chess", {"plan": "full"})


def test_one_key_only(changed):
    jane, at = changed

    fresh = restore(jane, at, document="user_metadata", key="colour", actor=SHELL)

    assert (fresh.user_metadata, fresh.app_metadata) == ({"hobby": "chess"}, {"seats": 3})


def test_the_profile_where_it_is_named(changed):
    jane, at = changed

    one = restore(jane, at, document="profile", key="name", actor=SHELL)
    assert (one.name, one.email, one.blocked) == ("Jane Doe", "new@example.com", True)

    whole = restore(jane, at, document="profile", actor=SHELL)
    assert (whole.email, whole.blocked) == ("jane.doe@example.com", False)
    assert whole.app_metadata == {"seats": 3}


def test_a_document_that_was_missing_is_missing_again(make_user):
    ada = make_user("ada")
    for name in ("user_metadata", "app_metadata"):
        patch(ada, name, a=1)

    fresh = restore(ada, ada.updated_at, actor=SHELL)

    assert (fresh.user_metadata, fresh.app_metadata) == (None, None)


def test_what_it_took_back_comes_back(changed):
    jane, at = changed
    restored = restore(jane, at, actor=SHELL)

    again = restore(jane, restored.updated_at - timedelta(microseconds=1), actor=SHELL)

    assert again.app_metadata == {"seats": 3}


def test_where_all_is_as_it_was_nothing_is_written(jane):
    count = Change.objects.count()

    assert restore(jane, jane.updated_at, actor=SHELL).version == jane.version
    assert Change.objects.count() == count


def test_not_over_a_version_that_the_caller_has_not_seen(changed):
    jane, at = changed

    with pytest.raises(StaleVersion):
        restore(jane, at, actor=SHELL, expected_versions=frozenset({jane.version - 1}))


def test_not_to_before_there_was_an_account(jane):
    with pytest.raises(NotCreatedYet):
        restore(jane, jane.created_at - timedelta(microseconds=1), actor=SHELL)


def test_not_to_what_the_record_has_forgotten(changed):
    jane, at = changed
    rewrite(jane.changes.all()[:3], at=at + timedelta(days=2))
    with allow_history_deletion():
        Change.objects.filter(at__lt=at + timedelta(days=1)).delete()

    with pytest.raises(BeforeRetention, match="does not reach back"):
        restore(jane, at + timedelta(days=1), actor=SHELL)


@pytest.mark.parametrize("key", ["password", "user_id", "is_superuser", "user_metadata", "shoe_size"])
def test_not_of_what_is_no_field_of_the_profile(key, jane):
    with pytest.raises(FieldError):
        restore(jane, jane.updated_at, document="profile", key=key, actor=SHELL)


class TestRights:
    def refused(self, user, at, actor, error=Denied, **options):
        before = User.objects.filter(pk=user.pk).values().get(), Change.objects.count()
        with pytest.raises(error):
            restore(user, at, actor=actor, **options)
        assert (User.objects.filter(pk=user.pk).values().get(), Change.objects.count()) == before

    def test_each_path_that_differs_asks_for_its_own(self, changed, make_user, actor_of):
        jane, at = changed
        clerk = make_user()
        with allow_account_writes():
            clerk.user_permissions.set(
                Permission.objects.filter(codename__in=["view_user", "change_user_metadata"])
            )
        clerk, narrow = staff_actor(User.objects.get(pk=clerk.pk)), actor_of("update:users_app_metadata")

        for actor in (clerk, narrow):
            self.refused(jane, at, actor)
            self.refused(jane, at, actor, document="profile")
            self.refused(jane, at, actor, document="profile", key="blocked")
        self.refused(jane, at, clerk, document="app_metadata", key="plan")
        self.refused(jane, at, narrow, document="user_metadata")
        self.refused(jane, at, owner_actor(jane))
        assert restore(jane, at, actor=narrow, document="app_metadata").app_metadata == {"plan": "full"}
        assert restore(jane, at, actor=clerk).user_metadata == {"hobby": "surfing"}

    def test_and_for_the_rules_of_the_moment(self, changed, settings, tmp_path):
        jane, at = changed
        path = tmp_path / "app.json"
        path.write_text('{"properties": {"plan": {"enum": ["free", "gold"]}}}')
        settings.APP_METADATA_SCHEMA = str(path)

        self.refused(jane, at, SHELL, MetadataError)
        assert restore(jane, at, actor=SHELL, document="app_metadata", key="seats").app_metadata == {}
