"""Another parser of the same language reads what we write as we do."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from luqum import thread
from luqum import tree as luqum

from tests.lucene.queries import patterns, ranges, trees
from users.lucene.nodes import And, Exists, Match, Name, Not, Or, Pattern, Range, Word
from users.lucene.parser import parse
from users.lucene.printer import unparse


def ours(node, name=None):
    """A tree of luqum's as one of ours."""
    match node:
        case luqum.AndOperation():
            return And(tuple(ours(part, name) for part in node.children))
        case luqum.OrOperation():
            return Or(tuple(ours(part, name) for part in node.children))
        case luqum.Not() | luqum.Prohibit():
            return Not(ours(node.a, name))
        case luqum.Group() | luqum.FieldGroup():
            return ours(node.expr, name)
        case luqum.SearchField() if node.name == "_exists_":
            return Exists(_name(_text(node.expr)))
        case luqum.SearchField():
            return ours(node.expr, _name(_unescaped(node.name)))
        case luqum.Range():
            ends = (None if end.value == "*" else _word(end) for end in (node.low, node.high))
            return Match(name, Range(*ends, node.include_low, node.include_high))
    if isinstance(node, luqum.Word) and node.has_wildcard():
        return Match(name, Pattern(tuple(_unescaped(piece) for piece in node.value.split("*"))))
    return Match(name, _word(node))


def _word(node):
    return Word(_text(node), is_quoted=isinstance(node, luqum.Phrase))


def _text(node):
    return _unescaped(node.value[1:-1] if isinstance(node, luqum.Phrase) else node.value)


def _unescaped(text):
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


def _name(text):
    return Name(tuple(text.split(".")))


# Characters that luqum gives no meaning of its own, and words that are operators to neither.
TEXTS = st.text("abcäß日123_@", min_size=1, max_size=5)
NAMES = st.lists(TEXTS, min_size=1, max_size=3).map(lambda path: Name(("n", *path)))
WORDS = st.builds(Word, TEXTS, st.booleans()) | TEXTS.map(lambda text: Word(f'{text} "x" {text}', True))
TERMS = st.one_of(
    st.builds(Match, st.none() | NAMES, WORDS | patterns(TEXTS)),
    st.builds(Match, NAMES, ranges(WORDS)),
    st.builds(Exists, NAMES),
)


@given(trees(TERMS))
def test_what_we_write(tree):
    assert ours(thread.parse(unparse(tree))) == tree


@pytest.mark.parametrize(
    "text",
    [
        "jane",
        '"jane doe"',
        "name:jane",
        r"name:John\ Doe",
        "name:jo*",
        "name:*doe*",
        "a AND b OR c AND NOT d",
        "(a OR b) AND -c",
        'user_metadata.hobby:("surfing" OR "sail*")',
        "logins_count:[2 TO 10}",
        "created_at:{2024-01 TO *]",
        'last_login:["2024-01-01T10:00:00Z" TO *]',
        "_exists_:app_metadata.plan",
        "NOT _exists_:logins_count OR logins_count:0",
        "last_login:2024-01-01T10:00:00",
        "identities.connection:google-oauth2",
    ],
)
def test_what_people_write(text):
    assert parse(text) == ours(thread.parse(text))
