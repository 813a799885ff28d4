"""Plain words in the dashboard's box, written out in the search language."""

from __future__ import annotations

from collections.abc import Sequence

from users.lucene.nodes import And, Match, Name, Or, Pattern, Query, Word
from users.metadata.identifiers import is_domain
from users.metadata.words import MAX_TEXT, split_words

WORDS, EMAIL, USER_ID = Name(("words",)), Name(("email",)), Name(("user_id",))
# The provider of ids that are often copied without it.
PROVIDER = "auth0"


def expand_words(words: Sequence[str]) -> Query:
    """Write plain words, one or more, as a query: each begins a word of the user, or an email or id.

    A word of nothing but punctuation, as in `Smith & Sons`, is ignored beside others.
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
    # Among other words only what has a digit is taken for an id.
    if is_alone or any(map(str.isdigit, word)):
        return Or((words, Match(USER_ID, Pattern((f"{PROVIDER}|{word}", "")))))
    return words
