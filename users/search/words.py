"""Plain words in the dashboard's box."""

from __future__ import annotations

from django.db.models import Q

from users.metadata.fold import fold
from users.models import User
from users.models.user import UserQuerySet

COLUMNS = (
    "email_folded",
    "name_folded",
    "nickname_folded",
    "given_name_folded",
    "family_name_folded",
    "username_folded",
)
# Sorts after every character there is, so that a prefix becomes a range an index serves.
LAST = "\U0010ffff"
MOST_WORDS = 8


def by_words(users: UserQuerySet, text: str) -> UserQuerySet:
    """Users of whom each word begins the e-mail, a name, the user name or the id.

    Case does not matter, except in ids. The whole text is tried as one, too: a name holds
    spaces.
    """
    words = text.replace("\0", "").split()[:MOST_WORDS]
    if not words:
        return users
    found = _with_each(words)
    if len(words) > 1:
        found = found.union(_with(" ".join(words)))
    return users.filter(pk__in=found)


def _with_each(words: list[str]) -> UserQuerySet:
    """Ids of those whom every word fits: the longest is looked up, the others narrow that.

    Sub-queries, since a database otherwise walks the whole list in its order, hoping to
    meet a page of matches soon.
    """
    longest, *others = sorted(words, key=len, reverse=True)
    ids = _with(longest)
    for word in others:
        ids = ids.filter(_begins(word))
    return ids


def _with(word: str) -> UserQuerySet:
    return User.objects.filter(_begins(word)).values("pk")


def _begins(word: str) -> Q:
    folded = fold(word)
    found = Q()
    for column in COLUMNS:
        found |= Q(**{f"{column}__gte": folded, f"{column}__lt": folded + LAST})
    # An id is often copied without its provider. The provider alone would find everybody.
    start = word if word.partition("|")[2] else f"auth0|{word}"
    return found | Q(user_id__gte=start, user_id__lt=start + LAST)
