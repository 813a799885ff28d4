"""The dashboard's search box: the search language, in which a plain word is a prefix.

Terms side by side are ANDed. A word without field, quotes or star finds users with a word of a name, user
name or email that begins with it, or whose email or id does; everything else is as in `q` of the API.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from users.lucene.errors import QueryError
from users.lucene.nodes import And, Everything, Match, Not, Or, Pattern, Query, Word
from users.lucene.parser import Implicit, parse
from users.models.user import UserQuerySet
from users.rights.actor import Actor
from users.search.pasted_identifiers import STRIPPED_CHARACTERS, parse_pasted
from users.search.plain_words import EMAIL, USER_ID, WORDS, expand_words
from users.search.query import filter_by_query


def filter_by_search_box(users: UserQuerySet, text: str, *, viewer: Actor) -> UserQuerySet:
    """Filter `users` by the text; empty text matches all. Raises QueryError and Denied."""
    return filter_by_query(users, parse_search_box(text), viewer=viewer)


def parse_search_box(text: str) -> Query:
    """The text as a query in the language of the API, which finds the same users there. Raises QueryError."""
    # Pasted text first: an email or a URL has characters that the query language would refuse.
    return parse_pasted(text) or _expand_plain_words(
        parse(text.strip(STRIPPED_CHARACTERS), implicit=Implicit.AND)
    )


def is_words(text: str) -> bool:
    """Whether the text is plain words only, or something that `parse_pasted` recognizes."""
    if not text.strip(STRIPPED_CHARACTERS):
        return False
    if parse_pasted(text):
        return True
    try:
        return all(
            _plain(part) is not None
            for part in _flatten_and(parse(text.strip(STRIPPED_CHARACTERS), implicit=Implicit.AND))
        )
    except QueryError:
        return False


def collapse_words(query: Query) -> Query:
    """The inverse of expansion: replace what stands for plain words by the words. `parse_search_box`
    restores it."""
    parts = list(_flatten_and(query))
    words = [word for part in parts if (word := _plain_word(part))]
    plain = [part for part in parts if _plain_word(part)]
    # Only where expanding the words gives back the same query; anything similar was typed in the query
    # language.
    if words and plain == list(_flatten_and(expand_words(words))):
        rest = [_collapse_words_within(part) for part in parts if part not in plain]
        return _join_and([*(Match(None, Word(word)) for word in words), *rest])
    return _join_and(list(map(_collapse_words_within, parts)))


def _collapse_words_within(query: Query) -> Query:
    match query:
        case Or(parts):
            return replace(query, parts=tuple(map(collapse_words, parts)))
        case Not(part):
            return replace(query, part=collapse_words(part))
    return query


def _plain_word(query: Query) -> str:
    """The word that may be expanded to this query; empty where it is anything else."""
    match query:
        case Or((Match(name, Word(word)), Match())) | Match(name, Word(word)) if name == WORDS:
            return word
        case Match(name, Pattern((word, ""))) if name in (EMAIL, USER_ID):
            return word
    return ""


def _split_plain_words(query: Query) -> tuple[list[str], list[Query]]:
    """The plain words that every match must contain, and the rest of the query."""
    words: list[str] = []
    others: list[Query] = []
    for part in _flatten_and(query):
        word = _plain(part)
        if word is None:
            others.append(_expand_plain_words(part))
        else:
            words.append(word)
    return words, others


def _flatten_and(query: Query) -> Iterator[Query]:
    if not isinstance(query, And):
        yield query
        return
    for part in query.parts:
        yield from _flatten_and(part)


def _plain(query: Query) -> str | None:
    """The text of a word that has neither a field nor quotes; None of anything else."""
    match query:
        case Match(None, Word(text, is_quoted=False)):
            return text
    return None


def _expand_plain_words(query: Query) -> Query:
    """Replace plain words by what they stand for."""
    match query:
        case Or(parts):
            return replace(query, parts=tuple(map(_expand_plain_words, parts)))
        case Not(part):
            return replace(query, part=_expand_plain_words(part))
        case And() | Match(None, Word(is_quoted=False)):
            words, rest = _split_plain_words(query)
            return _join_and([*_flatten_and(expand_words(words)), *rest] if words else rest)
    return query


def _join_and(parts: Sequence[Query]) -> Query:
    if len(parts) > 1:
        return And(tuple(parts))
    return parts[0] if parts else Everything()
