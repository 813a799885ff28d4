"""Trees made of others."""

from __future__ import annotations

from hypothesis import given

from tests.lucene.queries import terms as some_terms
from tests.lucene.queries import trees
from users.lucene.nodes import Everything, terms
from users.lucene.rewrite import map_leaves, relocate


@given(trees(some_terms()))
def test_each_leaf_is_changed_once_in_the_order_of_the_text(tree):
    seen = []

    assert map_leaves(tree, lambda leaf: seen.append(leaf) or leaf) == tree
    assert [leaf for leaf in seen if not isinstance(leaf, Everything)] == list(terms(tree))


@given(trees(some_terms()))
def test_what_is_placed_stands_in_one_place_and_means_the_same(tree):
    moved = relocate(tree, 3, 7)

    assert moved == tree
    for term in terms(moved):
        parts = [term, *(part for part in (term.name, getattr(term, "value", None)) if part)]
        assert {(part.start, part.end) for part in parts} == {(3, 7)}
