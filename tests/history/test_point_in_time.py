"""What an account was, rebuilt backwards from what it is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.metadata.values import small_documents, with_database
from tests.rewritten import rewrite
from users.actions.account.block_user import block_user
from users.actions.account.documents import Patch, Replace, version_of
from users.actions.account.edit_user import Edit, edit_user
from users.actions.account.identities import link, unlink
from users.actions.account.record_sign_in import record_sign_in
from users.actions.account.restore import restore
from users.actions.account.undo import undo
from users.actions.errors import ChangedSince, NotUndoable
from users.history.errors import BeforeRetention, NotCreatedYet
from users.history.point_in_time import document_at, user_at
from users.metadata.documents import DOCUMENTS
from users.metadata.equal import is_strictly_equal
from users.models import Change, User
from users.models.write_guard import allow_history_deletion
from users.representation.profile import serialize_profile
from users.rights.actor import command_actor

SHELL = command_actor("tests")
TICK = timedelta(microseconds=1)
PATCHES = ({"plan": "free"}, {"seats": 3}, {"plan": None}, {"seats": 3.0, "x": [1]}, {})


def patched(user, patch, document="app_metadata"):
    return edit_user(user, Edit(documents={document: Patch(patch)}), actor=SHELL)


def shown(user):
    """All that anybody can see of it."""
    return serialize_profile(user, SHELL)


def test_each_version_comes_back_as_it_was(jane):
    states = [(jane.app_metadata_version, dict(jane.app_metadata))]
    for patch in PATCHES:
        jane = patched(jane, patch)
        states.append((jane.app_metadata_version, dict(jane.app_metadata or {})))

    assert all(
        is_strictly_equal(document_at(jane, "app_metadata", version), state) for version, state in states
    )


def test_beyond_the_record_and_beyond_the_present_no_version_is_known(jane):
    patched(jane, {"seats": 1})
    jane.refresh_from_db()
    with allow_history_deletion():
        Change.objects.filter(what="app_metadata").delete()

    assert document_at(jane, "app_metadata", 1) is None
    assert document_at(jane, "app_metadata", 9) is None


names = st.sampled_from(["Jane", "J", None])
mailboxes = st.sampled_from(["a", "b", "A"])
fields = {"name": names, "nickname": names, "email": mailboxes, "email_verified": st.booleans()}
steps = st.lists(
    st.one_of(
        st.tuples(st.just("patch"), st.sampled_from(DOCUMENTS), small_documents),
        st.tuples(st.just("replace"), st.sampled_from(DOCUMENTS), small_documents),
        st.tuples(st.just("profile"), st.fixed_dictionaries({}, optional=fields)),
        st.tuples(st.just("block"), st.booleans()),
        st.tuples(st.just("undo"), st.integers(0, 9)),
        st.tuples(st.just("restore"), st.integers(0, 9)),
        st.tuples(st.just("sign in")),
    ),
    max_size=12,
)


def take(user, moments, kind, *given):
    """One step of somebody's life with us; the fresh account."""
    if kind == "patch":
        return patched(user, given[1], given[0])
    if kind == "replace":
        write = Replace(given[1], version_of(user, given[0]))
        return edit_user(user, Edit(documents={given[0]: write}), actor=SHELL)
    if kind == "profile":
        wanted = dict(given[0])
        if "email" in wanted:
            wanted["email"] += f"{user.pk}@example.com"
        return edit_user(user, Edit(profile=wanted), actor=SHELL)
    if kind == "block":
        return edit_user(user, Edit(profile={"blocked": given[0]}), actor=SHELL)
    if kind == "restore":
        return restore(user, moments[given[0] % len(moments)], actor=SHELL)
    if kind == "sign in":
        record_sign_in(user, ip="192.0.2.7")
        return User.objects.get(pk=user.pk)
    changes = list(user.changes.all())
    try:
        return undo(user, changes[given[0] % len(changes)].pk, actor=SHELL)
    except (ChangedSince, NotUndoable):
        return user


@with_database
@given(small_documents | st.none(), steps)
def test_whatever_happens_the_account_comes_back_as_it_was_at_every_moment(make_user, begins_with, taken):
    user = make_user(app_metadata=begins_with, name="Jane")
    states = [(user.created_at, shown(user))]
    for step in taken:
        before, user = user.version, take(user, [at for at, _ in states], *step)
        if user.version != before:
            states.append((user.updated_at, shown(user)))
    user = User.objects.get(pk=user.pk)

    for (at, state), (then, _) in zip(states, [*states[1:], (user.updated_at + TICK, None)], strict=True):
        # From its own moment until right before the next.
        for moment in (at, then - TICK):
            assert is_strictly_equal(without_sign_ins(shown(user_at(user, moment))), without_sign_ins(state))


def without_sign_ins(state):
    unrecorded = {"last_login", "last_ip", "logins_count", "updated_at"}
    return {name: value for name, value in state.items() if name not in unrecorded}


def test_logins_of_other_accounts_come_and_go(jane, make_user):
    jay = make_user("jay")
    alone = shown(jane)
    linked = link(jane, jay, actor=SHELL)
    changed = edit_user(linked, Edit(profile={"email": "j2@example.com"}, identity=jay.user_id), actor=SHELL)
    parted = unlink(changed, "auth0", jay.bare_id, actor=SHELL)

    for user, state in ((jane, alone), (linked, shown(linked)), (changed, shown(changed))):
        assert is_strictly_equal(shown(user_at(parted, user.updated_at)), state)
    # Meanwhile the other was no user.
    with pytest.raises(NotCreatedYet):
        user_at(User.objects.get(pk=jay.pk), changed.updated_at)


def test_what_is_not_recorded_is_not_told_of_another_moment(jane):
    at = jane.updated_at
    record_sign_in(jane, ip="192.0.2.7")
    edit_user(jane, Edit(password="quite a new one"), actor=SHELL)
    jane.refresh_from_db()

    then = shown(user_at(jane, at))

    assert shown(jane).keys() - then.keys() == {
        *("last_login", "last_ip", "logins_count", "last_password_reset")
    }
    assert user_at(jane, jane.updated_at).last_password_reset == jane.last_password_reset


def test_there_was_nobody_before_the_account(jane):
    assert user_at(jane, jane.created_at).app_metadata == {"plan": "full"}
    with pytest.raises(NotCreatedYet):
        user_at(jane, jane.created_at - TICK)


class TestForgotten:
    """A record of which the oldest lines are gone."""

    @pytest.fixture
    def begins(self, jane, stranger):
        """Where the record begins: at a line of a stranger, long after Jane's last change."""
        begins = jane.updated_at + timedelta(days=9)
        patched(jane, {"plan": "free"})
        patched(stranger, {"plan": "free"})
        rewrite(stranger.changes.all()[:1], at=begins)
        with allow_history_deletion():
            Change.objects.filter(at__lt=begins).delete()
        return begins

    def test_says_where_it_begins(self, jane, begins):
        with pytest.raises(BeforeRetention, match=f"begins at {begins.year}") as error:
            user_at(jane, begins - TICK)

        assert error.value.since == begins

    def test_still_tells_that_nothing_has_changed_since(self, jane, begins):
        jane.refresh_from_db()

        assert user_at(jane, begins).app_metadata == {"plan": "free"}

    def test_may_be_empty(self, jane):
        with allow_history_deletion():
            Change.objects.all().delete()

        with pytest.raises(BeforeRetention, match="it is empty"):
            user_at(jane, jane.created_at)


def test_a_long_record_costs_three_questions(jane, django_assert_num_queries):
    at = jane.updated_at
    for number in range(5):
        patched(jane, {"plan": number})
    block_user(jane, actor=SHELL)
    jane = User.objects.with_connection().get(pk=jane.pk)

    with django_assert_num_queries(2):
        shown(user_at(jane, at))
