"""`segment:"its name"` in a query: whom it finds, for whom, and what is said where it cannot."""

from __future__ import annotations

import pytest

from users.actions.search_setup.segments import SegmentData, create_segment
from users.lucene.errors import QueryError
from users.lucene.parser import Implicit
from users.models import Segment, User
from users.rights.actor import bearer_actor, command_actor, owner_actor, staff_actor
from users.rights.errors import Denied
from users.search.query import search_users
from users.search.segment_expansion import usable_segments


@pytest.fixture
def save(agent):
    """`save("Trial", "app_metadata.plan:trial")` by the agent."""

    def make(name, query, *, by=None, shared=False) -> Segment:
        return create_segment(SegmentData(name, query, is_shared=shared), actor=staff_actor(by or agent))

    return make


@pytest.fixture
def finds(agent):
    def names(text, *, viewer=None, **options):
        users = search_users(User.objects.all(), text, viewer=viewer or staff_actor(agent), **options)
        return sorted(user.email.partition("@")[0] for user in users)

    return names


@pytest.fixture
def four(make_user):
    for name, plan, hobby in [
        *(("ada", "trial", "chess"), ("ben", "trial", "go")),
        *(("cleo", "full", "chess"), ("dora", "free", "go")),
    ]:
        make_user(name, app_metadata={"plan": plan}, user_metadata={"hobby": hobby})


def refusal(finds, text, **options):
    with pytest.raises(QueryError) as caught:
        finds(text, **options)
    return caught.value.column, caught.value.reason


def test_a_segment_stands_for_its_query_wherever_a_term_may(four, save, finds):
    save("Trial ends", "app_metadata.plan:trial OR app_metadata.plan:free")

    assert finds('segment:"trial ENDS"') == ["ada", "ben", "dora"]
    assert finds("segment:Trial\\ ends AND user_metadata.hobby:go") == ["ben", "dora"]
    assert finds('nickname:* -segment:"Trial ends"') == ["agent", "cleo"]


def test_shared_it_is_everybodys_and_private_its_owners(
    four, save, finds, agent, supporter, actor_of, stranger
):
    save("mine", "app_metadata.plan:trial")
    shared = save("ours", "app_metadata.plan:full", shared=True)
    client = actor_of("read:users")

    for viewer in (staff_actor(supporter), client, command_actor("tests")):
        assert finds("segment:ours", viewer=viewer) == ["cleo"]
        assert refusal(finds, "segment:mine", viewer=viewer)[0] == 9
    assert finds(f"segment:{shared.segment_id}", viewer=client) == ["cleo"]
    assert finds("segment:(mine ours)") == ["ada", "ben", "cleo"]
    for nobody in (
        owner_actor(agent),
        bearer_actor(stranger, frozenset({"read:current_user"})),
        actor_of("read:logs"),
    ):
        assert not usable_segments(nobody).exists()


def test_one_stands_in_another_and_may_be_renamed(four, save, finds):
    inner = save("paying", "app_metadata.plan:full OR app_metadata.plan:trial")
    save("chess players who pay", "segment:PAYING user_metadata.hobby:chess")
    Segment.objects.filter(pk=inner.pk).update(name="customers", name_folded="customers")

    assert finds('segment:"chess players who pay"') == ["ada", "cleo"]


def test_plain_words_are_beginnings_as_in_the_box(four, save, finds):
    save("a word and more", "ad app_metadata.plan:trial")
    assert finds('segment:"a word and more"') == ["ada"]


@pytest.mark.parametrize("implicit", list(Implicit))
def test_it_means_the_same_whatever_stands_between_words(four, save, finds, implicit):
    segment = save("both", "app_metadata.plan:trial user_metadata.hobby:go")

    assert segment.query == "app_metadata.plan:trial AND user_metadata.hobby:go"
    assert finds("segment:both", implicit=implicit) == ["ben"]


@pytest.mark.parametrize(
    ("text", "column", "reason"),
    [
        ('a OR segment:"trail ends"', 14, 'there is no segment "trail ends"; did you mean "Trial ends"?'),
        ("segment:xyz", 9, 'there is no segment "xyz"'),
        ("segment:tri*", 1, 'segment: takes the name of one saved search, as in segment:"trial ends"'),
        ("_exists_:segment", 1, None),
        ("segment:[a TO b]", 1, None),
        ("segment.name:x", 1, None),
    ],
)
def test_what_names_none_is_reported_with_place_and_reason(save, finds, text, column, reason):
    save("Trial ends", "app_metadata.plan:trial")

    found = refusal(finds, text)

    assert found[0] == column
    assert reason in (None, found[1])


def test_an_unknown_one_is_an_error_under_strict_limits_too(save, finds):
    assert refusal(finds, "NOT segment:nothing", strict=True)[0] == 13


def test_under_strict_limits_what_stands_in_it_is_held_to_them(four, save, finds):
    save("chess", "user_metadata.hobby:ch*")

    assert finds("segment:chess") == ["ada", "cleo"]
    assert refusal(finds, "a segment:chess", strict=True)[0] == 3


def test_a_loop_is_refused_with_its_way(save, finds):
    first = save("first", "name:a")
    save("second", "segment:first OR name:b")
    # As two might bring about who save at the same moment.
    second = Segment.objects.get(name="second")
    Segment.objects.filter(pk=first.pk).update(query=f"segment:{second.segment_id}")

    column, reason = refusal(finds, "name:c OR segment:first")

    assert column == 11
    assert reason == 'this segment refers to itself: "first", "second", "first"'


def test_limits_hold_for_the_whole(save, finds):
    save("forty", " OR ".join(f"name:a{number}" for number in range(40)))
    save("eighty", "segment:forty OR segment:forty")
    save("stars", " OR ".join(f"name:*abc{number}" for number in range(3)))

    assert finds("segment:eighty") == []
    assert "at most 100 terms" in refusal(finds, "segment:eighty segment:forty")[1]
    column, reason = refusal(finds, "a segment:stars segment:stars")
    assert (column, reason) == (
        3,
        "with its segments written out at most 5 words of a query begin with a star",
    )


def test_so_many_stand_within_one_another_and_no_more(save, finds):
    save("1", "name:a")
    for number in range(2, 6):
        save(str(number), f"segment:{number - 1}")

    assert finds("segment:5") == []
    with pytest.raises(QueryError, match="segments may be nested at most 5 deep"):
        save("6", "segment:5")


def test_it_runs_with_the_rights_of_whoever_asks(four, save, finds, actor_of):
    save("secret", "app_metadata.hidden_key:1", shared=True)
    save("around", "segment:secret OR name:a", shared=True)

    for text in ("segment:secret", "segment:around", "name:b OR NOT segment:around"):
        with pytest.raises(Denied) as caught:
            finds(text, viewer=actor_of("read:user_idp_tokens"))
        assert "hidden_key" not in caught.value.reason
