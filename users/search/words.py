"""Plain words in the dashboard's box, said in the search language."""

from __future__ import annotations

from collections.abc import Sequence

from users.lucene.nodes import And, Match, Name, Or, Pattern, Query
from users.models import User
from users.models.user import UserQuerySet
from users.search.fields import BARE
from users.search.meaning import understand
from users.search.sql.expression import Fits

_NAMES = tuple(name for name in BARE if name not in ("username", "user_id"))


def said(words: Sequence[str]) -> Query:
    """Whom the words, one or more, mean: each begins an address, a name, the user name or the id.

    Together they may be the beginning of one, too: a name holds spaces.
    """
    if len(words) == 1:
        return _begins(words[0])
    return Or((And(tuple(map(_begins, words))), _begins(" ".join(words))))


def by_words(users: UserQuerySet, words: Sequence[str]) -> UserQuerySet:
    """The same of `users`.

    By sub-queries: a database otherwise walks the whole list in its order, hoping to meet a page of
    matches soon, and SQLite uses no index for an alternative of several words.
    """
    query = said(words)
    first, *others = query.parts if len(words) > 1 else (query,)
    ids = _ids(first)
    return users.filter(pk__in=ids.union(*map(_ids, others)) if others else ids)


def _ids(query: Query) -> UserQuerySet:
    return User.objects.filter(Fits(understand(query))).values("pk")


def _begins(word: str) -> Query:
    """Case matters in ids only: user names of databases are kept in lower case. An id is often copied
    without its provider, and the provider alone would find everybody."""
    beginning = Pattern((word, ""))
    bare_id = beginning if word.partition("|")[2] else Pattern((f"auth0|{word}", ""))
    return Or(
        (
            *(Match(Name((name,)), beginning) for name in _NAMES),
            Match(Name(("username",)), Pattern((word.lower(), ""))),
            Match(Name(("user_id",)), bare_id),
        )
    )
