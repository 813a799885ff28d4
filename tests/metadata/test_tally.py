"""What documents hold is counted as searches find it, within bounds."""

from __future__ import annotations

import json
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.search.draws import DOCUMENTS
from tests.search.reference import found
from tests.suites import DEPTH
from users.lucene.nodes import Exists, Match, Name, Word
from users.metadata.paths import changed_paths
from users.metadata.tally import Bounds, Tally

NOON = "2026-03-04T12:00:00+00:00"


def tallied(*documents, bounds=None, tally=None):
    tally = tally or Tally(*[bounds] if bounds else [])
    for document in documents:
        tally.add(document, NOON)
    return tally


def test_types_are_counted_by_people_and_lists_by_what_they_hold():
    tally = tallied(
        {"age": 3, "tags": ["a", "b", 1]},
        {"age": "3", "tags": [["c"]]},
        {"age": None, "tags": []},
        {"age": 3.5, "trips": [{"city": "Oslo"}, {"city": 7}]},
        None,
    )

    age, tags = tally.keys[("age",)], tally.keys[("tags",)]
    assert (age.users, age.types) == (3, {"number": 2, "string": 1, "null": 1})
    assert (tags.users, tags.types, tags.items) == (2, {"array": 3}, {"string": 2, "number": 1})
    assert tally.keys[("trips", "city")].types == {"string": 1, "number": 1}
    assert tally.keys[("trips",)].items == {"object": 1}


def test_values_are_counted_once_a_person_and_by_their_type():
    tally = tallied({"a": ["x", "x"]}, {"a": "x"}, {"a": 1}, {"a": 1.0}, {"a": True}, {"a": {}}, {"a": ""})

    assert tally.keys[("a",)].frequent(10) == [
        (("number", 1), 2),
        (("string", "x"), 2),
        (("boolean", True), 1),
        (("string", ""), 1),
    ]
    assert len(tally.keys[("a",)].frequent(2)) == 2


def test_of_long_text_the_beginning_is_kept():
    assert tallied({"a": "x" * 150}).keys[("a",)].frequent(1) == [(("beginning", "x" * 100), 1)]


def test_keys_made_from_data_do_not_push_out_those_that_mean_something():
    flood = [{f"id-{person}-{number}": 1 for number in range(50)} for person in range(5)]

    tally = tallied(*flood, *[{"plan": "full"}] * 3, bounds=Bounds(keys=60))

    assert tally.keys[("plan",)].users == 3
    assert tally.left_out
    assert len(tally.keys) <= 60


def test_values_that_one_person_has_do_not_push_out_frequent_ones():
    people = [{"mail": f"{number}@example.com"} for number in range(500)] + [{"mail": "none"}] * 20

    key = tallied(*people, bounds=Bounds(values=10)).keys[("mail",)]

    assert key.frequent(5) == [(("string", "none"), 20)]


def test_what_was_known_is_counted_exactly_and_alone_where_not_all_could_be():
    tally = Tally(Bounds(keys=3, values=2))
    tally.add_known_key(("plan",), [("string", "full")])

    tallied(
        {"plan": "a", "x": 1}, {"plan": "b"}, {"plan": "c", "y": 1, "z": 2}, {"plan": "full"}, tally=tally
    )

    assert list(tally.exact_keys()) == [("plan",)]
    assert tally.keys[("plan",)].users == 4
    assert tally.keys[("plan",)].frequent(5) == [(("string", "full"), 1)]


def test_a_hostile_document_costs_no_more_than_its_size():
    hostile = {f"key-{number}": number for number in range(30_000)}

    tally = tallied(*[hostile] * 3)

    assert len(tally.keys) == 1000


@settings(max_examples=30 * DEPTH, deadline=None)
@given(st.lists(DOCUMENTS, max_size=4))
def test_it_counts_those_whom_a_search_finds(documents):
    """And keeping it as JSON changes nothing."""
    tally = tallied(*documents[:2])
    tally = tallied(*documents[2:], tally=Tally.of(json.loads(json.dumps(tally.to_state()))))
    profiles = [{"user_metadata": document} for document in documents]

    for path, key in tally.keys.items():
        name = Name(("user_metadata", *path))
        assert key.users == sum(found(Exists(name), profile) for profile in profiles)
        for (kind, value), count in key.values.items():
            if kind == "string" and not value[:1].isdigit() and value not in ("-1", "true", "false"):
                query = Match(name, Word(value, is_quoted=True))
                assert count == sum(found(query, profile) for profile in profiles)
    assert tally.to_state() == tallied(*documents).to_state()


def test_what_differs_is_told_by_path_and_removals_are_differences():
    before = {"a": {"b": 1, "c": [1]}, "gone": 1, "same": {"x": 1}, "n": 1}
    after = {"a": {"b": 2, "c": [1]}, "new": [{"d": 1}], "same": {"x": 1}, "n": True}

    expected = [("a",), ("a", "b"), ("gone",), ("new",), ("new", "d"), ("n",)]
    assert Counter(changed_paths(before, after)) == Counter(expected)
