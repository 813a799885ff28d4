"""What is typed into the dashboard's box: the search language, in which a plain word is a beginning.

Terms side by side narrow. A word without field, quotes or star finds those of whom it begins an
address, a name or the id; all else is as `q` of the API has it.
"""

from __future__ import annotations

from dataclasses import replace

from users.lucene.nodes import And, Everything, Match, Not, Or, Query, Word
from users.lucene.parser import Implicit, parse
from users.models.user import UserQuerySet
from users.rights.actor import Actor
from users.search.find import whom
from users.search.words import by_words, said


def found_by_box(users: UserQuerySet, text: str, *, viewer: Actor) -> UserQuerySet:
    """Those of `users` whom the text finds; all where it is empty. Raises QueryError and Denied."""
    words, rest = _read(text)
    found = whom(users, rest, viewer=viewer)
    return by_words(found, words) if words else found


def explicit(text: str) -> Query:
    """The same as a tree of the language, which finds the same people wherever it is asked.

    Raises QueryError."""
    words, rest = _read(text)
    if not words:
        return rest
    return said(words) if isinstance(rest, Everything) else And((said(words), rest))


def _read(text: str) -> tuple[list[str], Query]:
    """The plain words that every hit must fit, and what is asked besides."""
    query = parse(text, implicit=Implicit.AND)
    parts = query.parts if isinstance(query, And) else (query,)
    words = [part.value.text for part in parts if _is_plain(part)]
    rest = tuple(_spelt_out(part) for part in parts if not _is_plain(part))
    if len(rest) > 1:
        return words, And(rest)
    return words, rest[0] if rest else Everything()


def _is_plain(query: Query) -> bool:
    return (
        isinstance(query, Match)
        and query.name is None
        and isinstance(query.value, Word)
        and not query.value.is_quoted
    )


def _spelt_out(query: Query) -> Query:
    """The query with each plain word in it as what it means."""
    match query:
        case And(parts) | Or(parts):
            return replace(query, parts=tuple(map(_spelt_out, parts)))
        case Not(part):
            return replace(query, part=_spelt_out(part))
        case Match(None, Word(text)) if _is_plain(query):
            return said([text])
    return query
