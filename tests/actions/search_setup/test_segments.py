"""Saving searches: whose they are, what they are called, and what holds others in place."""

from __future__ import annotations

import pytest

from tests.conftest import again
from users.actions.account.delete_user import delete_user
from users.actions.errors import AlreadyExists, SegmentInUse
from users.actions.search_setup.segments import SegmentData, create_segment, delete_segment, edit_segment
from users.lucene.errors import QueryError
from users.models import Segment
from users.rights.actor import command_actor, staff_actor
from users.rights.errors import Denied
from users.search.segment_text import to_readable_query


@pytest.fixture
def lead(agent):
    return staff_actor(agent)


@pytest.fixture
def helper(supporter):
    return staff_actor(supporter)


@pytest.fixture
def save(lead):
    def make(name, query="name:a", *, by=lead, shared=False):
        return create_segment(SegmentData(name, query, is_shared=shared), actor=by)

    return make


def test_names_are_unique_among_what_one_may_use(save, lead, helper):
    save("Trial", by=helper)
    mine = save("trial", by=lead)
    ours = save("Ours", by=lead, shared=True)

    for by, name in ((helper, "TRIAL"), (helper, "ours"), (lead, "OURS")):
        with pytest.raises(AlreadyExists):
            save(name, by=by)
    with pytest.raises(AlreadyExists):
        edit_segment(mine, SegmentData("ours", "name:a"), actor=lead)
    edit_segment(ours, SegmentData("OURS", "name:b", is_shared=True), actor=lead)
    assert again(ours).name == "OURS"


def test_two_of_one_name_are_not_shared(save, lead, administrator):
    save("Trial", shared=True)
    other = Segment.objects.create(name="trial", name_folded="trial", query="name:a", owner=administrator)

    with pytest.raises(AlreadyExists):
        edit_segment(other, SegmentData("trial", "name:a", is_shared=True), actor=staff_actor(administrator))


def test_to_share_takes_a_permission_and_so_does_changing_what_is_shared(save, lead, helper):
    private, shared = save("private"), save("shared", shared=True)
    own = save("own", by=helper)

    for change in (
        lambda: save("x", by=helper, shared=True),
        lambda: edit_segment(own, SegmentData("own", "name:a", is_shared=True), actor=helper),
        lambda: edit_segment(shared, SegmentData("shared", "name:b"), actor=helper),
        lambda: delete_segment(shared, actor=helper),
        lambda: edit_segment(private, SegmentData("private", "name:b"), actor=helper),
        lambda: edit_segment(own, SegmentData("own", "name:b"), actor=lead),
        lambda: delete_segment(own, actor=lead),
    ):
        with pytest.raises(Denied):
            change()


@pytest.mark.parametrize(
    "query",
    [
        "emial:jane",
        "name:(a",
        "segment:nothing",
        "segment:itself",
        "created_at:soon",
        " OR ".join(["a"] * 101),
    ],
)
def test_what_is_no_query_is_not_saved(save, query):
    with pytest.raises(QueryError):
        save("itself", query)

    assert not Segment.objects.exists()


def test_nobody_saves_what_they_may_not_see(save, make_user):
    blind = staff_actor(make_user("blind"))

    with pytest.raises(Denied):
        save("x", by=blind)


def test_a_segment_cannot_come_to_stand_in_itself(save, lead):
    first = save("first")
    save("second", "segment:first")

    with pytest.raises(QueryError, match='refers to itself: "first", "second", "first"'):
        edit_segment(first, SegmentData("first", "name:b OR segment:second"), actor=lead)


def test_what_others_use_stays_and_they_are_named(save, lead, helper):
    used = save("used", shared=True)
    save("user", "NOT segment:used")
    save("not yours to know", "segment:used", by=helper)

    with pytest.raises(SegmentInUse) as caught:
        delete_segment(used, actor=lead)
    assert (caught.value.names, caught.value.unnamed) == (["user"], 1)
    with pytest.raises(SegmentInUse) as caught:
        edit_segment(used, SegmentData("used", "name:a"), actor=lead)
    # What is one's own goes on using it.
    assert (caught.value.names, caught.value.unnamed) == ([], 1)
    assert again(used).is_shared


def test_what_only_ones_own_use_may_be_shared_no_more(save, lead):
    used = save("used", shared=True)
    save("user", "segment:used")

    edit_segment(used, SegmentData("used", "name:a"), actor=lead)

    assert not again(used).is_shared


def test_a_shared_one_uses_shared_ones_only(save, lead):
    save("private")

    with pytest.raises(QueryError, match='the segment "private" is not shared, and this one is'):
        save("shared", "name:a OR segment:private", shared=True)


def test_it_reads_with_the_names_that_others_have_now(save, lead):
    inner = save("inner one", "name:a")
    outer = save("outer", "segment:inner\\ one jane*")
    edit_segment(inner, SegmentData('in "quotes"', "name:b"), actor=lead)

    assert to_readable_query(outer, lead) == 'segment:"in \\"quotes\\"" AND jane*'
    edit_segment(outer, SegmentData("outer", to_readable_query(outer, lead)), actor=lead)
    assert again(outer).query == outer.query


def test_with_the_account_go_the_searches_it_kept_to_itself(save, lead, agent, administrator):
    save("private")
    shared = save("shared", shared=True)

    delete_user(agent, actor=command_actor("tests"))

    assert list(Segment.objects.values_list("name", "owner")) == [("shared", None)]
    taken = edit_segment(shared, SegmentData("shared", "name:a"), actor=staff_actor(administrator))
    assert taken.owner == administrator
