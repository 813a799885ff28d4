"""How changes of scopes by several hooks add up."""

from __future__ import annotations

import pytest

from users.sign_in.scope_changes import ScopeChanges


def added(*scopes):
    return ScopeChanges(added=frozenset(scopes))


def removed(*scopes):
    return ScopeChanges(removed=frozenset(scopes))


def replaced(*scopes):
    return ScopeChanges(replaced_by=scopes)


@pytest.mark.parametrize(
    ("changes", "left"),
    [
        ([], ["a", "b"]),
        ([added("c")], ["a", "b", "c"]),
        ([added("a")], ["a", "b"]),
        ([removed("a")], ["b"]),
        ([removed("a"), added("a")], ["b", "a"][::-1]),
        ([added("c"), removed("c")], ["a", "b"]),
        ([replaced("x", "y")], ["x", "y"]),
        ([replaced()], []),
        ([added("c"), replaced("x")], ["x"]),
        ([replaced("x"), added("y"), removed("x")], ["y"]),
    ],
)
def test_the_later_change_wins(changes, left):
    total = ScopeChanges()
    for each in changes:
        total = total.then(each)

    assert total.apply(["a", "b"]) == left
    assert ScopeChanges.from_json(total.to_json()) == total


def test_no_change_is_none():
    assert not ScopeChanges()
    assert replaced()
    assert ScopeChanges.from_json(None) == ScopeChanges()
