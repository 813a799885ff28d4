"""Expand plain words in the search box to the query language."""

from __future__ import annotations

from collections.abc import Sequence

from users.lucene.nodes import And, Match, Name, Or, Pattern, Query, Word
from users.metadata.identifiers import is_domain
from users.metadata.words import MAX_TEXT, split_words

WORDS, EMAIL, USER_ID = Name(("words",)), Name(("email",)), Name(("user_id",))
# The provider of ids that are often copied without their provider.
PROVIDER = "auth0"


def expand_words(words: Sequence[str]) -> Query:
    """A query for plain words, one or more: each is the prefix of a word of the user, or of an email or
    id.

    A word of punctuation only, as in `Smith & Sons`, is ignored next to others.
    """
    asking = [word for word in words if split_words(word) or len(word) > MAX_TEXT] or words[:1]
    queries = tuple(_expand_word(word, is_alone=len(asking) == 1) for word in asking)
    return queries[0] if len(queries) == 1 else And(queries)


def _expand_word(word: str, *, is_alone: bool) -> Query:
    beginning = Pattern((word, ""))
    local, _, domain = word.rpartition("@")
    if local and is_domain(domain):
        return Match(EMAIL, beginning)
    provider, _, rest = word.partition("|")
    if provider and rest:
        return Match(USER_ID, beginning)
    words = Match(WORDS, Word(word))
    # Next to other words only one with a digit may be an id: each OR with the id costs an index look-up.
    if is_alone or any(map(str.isdigit, word)):
        return Or((words, Match(USER_ID, Pattern((f"{PROVIDER}|{word}", "")))))
    return words
