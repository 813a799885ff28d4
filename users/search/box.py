"""What is typed into the dashboard's box: the search language, in which a plain word is a beginning.

Terms side by side narrow. A word without field, quotes or star finds those of whom it begins an
address, a name or the id; all else is as `q` of the API has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from users.lucene.nodes import And, Everything, Match, Not, Or, Pattern, Query, Word
from users.lucene.parser import Implicit, parse
from users.models.user import UserQuerySet
from users.rights.actor import Actor
from users.search.find import whom
from users.search.words import by_words, said


def found_by_box(users: UserQuerySet, text: str, *, viewer: Actor) -> UserQuerySet:
    """Those of `users` whom the text finds; all where it is empty. Raises QueryError and Denied."""
    words, rest = _split(parse(text, implicit=Implicit.AND))
    found = whom(users, _all(rest), viewer=viewer)
    return by_words(found, words) if words else found


def explicit(text: str) -> Query:
    """The same in the language of the API: it finds the same people wherever it is asked.

    Raises QueryError."""
    return _spelt_out(parse(text, implicit=Implicit.AND))


def typed(query: Query) -> Query:
    """The other way round: what stands for plain words as those words. `explicit` gives it back."""
    words = _plain_words(query)
    if words:
        return _all([Match(None, Word(word)) for word in words])
    match query:
        case And():
            return _all([inner for part in _parts(query) for inner in _parts(typed(part))])
        case Or(parts):
            return replace(query, parts=tuple(map(typed, parts)))
        case Not(part):
            return replace(query, part=typed(part))
    return query


def _plain_words(query: Query) -> list[str]:
    """The words of which this is what they mean; none where it is anything else."""
    match query:
        case Or((And(parts), _)):
            words = [word for part in parts for word in _plain_words(part)]
        case Or((Match(_, Pattern((word, ""))), *_)):
            words = [word]
        case _:
            return []
    return words if words and query == said(words) else []


def _split(query: Query) -> tuple[list[str], list[Query]]:
    """The plain words that every hit must fit, and what is asked besides."""
    parts = list(_parts(query))
    words = [part.value.text for part in parts if _is_plain(part)]
    return words, [_spelt_out(part) for part in parts if not _is_plain(part)]


def _parts(query: Query) -> Iterator[Query]:
    if not isinstance(query, And):
        yield query
        return
    for part in query.parts:
        yield from _parts(part)


def _is_plain(query: Query) -> bool:
    match query:
        case Match(None, Word(is_quoted=False)):
            return True
    return False


def _spelt_out(query: Query) -> Query:
    """The query with its plain words as what they mean."""
    match query:
        case Or(parts):
            return replace(query, parts=tuple(map(_spelt_out, parts)))
        case Not(part):
            return replace(query, part=_spelt_out(part))
        case And() | Match(None, Word(is_quoted=False)):
            words, rest = _split(query)
            return _all([said(words), *rest] if words else rest)
    return query


def _all(parts: Sequence[Query]) -> Query:
    if len(parts) > 1:
        return And(tuple(parts))
    return parts[0] if parts else Everything()
