"""Autocomplete for the search box: keys and values from the metadata map, segments, and users from the
word index."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.db.models import Case, Q, Value, When

from users.listing.ordered_fetch import read_in_order
from users.listing.timeout import time_limit
from users.lucene import caret
from users.lucene.caret import CaretContext, locate_caret
from users.lucene.errors import QueryError
from users.lucene.limits import DEFAULT
from users.lucene.nodes import Match, Word
from users.lucene.parser import EXISTS
from users.lucene.printer import escape, quote, unparse
from users.metadata.documents import DOCUMENTS
from users.metadata.fold import fold
from users.metadata_map.keys import KeyCounts, MetadataMap, visible_keys
from users.models import MetadataKey, User
from users.models.user import UserQuerySet
from users.querying.kinds import Kind
from users.rights.actor import Actor
from users.rights.visible import PROFILE, visible
from users.search.query_links import escaped_key_name, to_term
from users.search.search_box import filter_by_search_box, is_words
from users.search.searchable_fields import FIELDS
from users.search.segment_expansion import FIELD as SEGMENT
from users.search.segment_expansion import usable_segments

MAX_SUGGESTIONS = 10
MAX_USERS = 5
# After so many seconds the search for users is cancelled: it runs at every keystroke.
USER_SEARCH_TIMEOUT = 0.5
# The columns that a suggestion shows.
_COLUMNS = ("user_id", "email", "name", "username")
OPERATORS = {"AND": "both terms match", "OR": "either term matches", "NOT": "excludes what follows"}
_TYPES = {Kind.TEXT: "text", Kind.NAME: "text", Kind.DATETIME: "date", Kind.NUMBER: "number"}


@dataclass(frozen=True)
class Suggestion:
    """`text` replaces what is typed; `label` is its name, and `detail` describes it where `counts` (of a
    key) or `share` (of a value, among users with its key) do not."""

    text: str
    label: str
    detail: str = ""
    counts: KeyCounts | None = None
    share: float | None = None


def suggest(text: str, at: int, viewer: Actor) -> tuple[CaretContext, list[Suggestion]]:
    """The context of the caret, and the suggestions for it, the most likely first."""
    here = locate_caret(text[: DEFAULT.length], at)
    # The same limit as for queries, before anything is parsed.
    if len(text) > DEFAULT.length or not visible(viewer, PROFILE):
        return here, []
    found = [_append_space(one, text[here.end :]) for one in _suggest_at(here, viewer)]
    return here, found[:MAX_SUGGESTIONS]


def suggest_users(text: str, viewer: Actor) -> list[User]:
    """The newest users that the words find, up to MAX_USERS; none where the text is more than words. Raises
    SearchTimeout where the search exceeds USER_SEARCH_TIMEOUT."""
    if len(text) > DEFAULT.length or not visible(viewer, PROFILE) or not is_words(text):
        return []
    if EXISTS.startswith(text.strip()):
        return []

    def read(users: UserQuerySet) -> list[User]:
        return list(users.only(*_COLUMNS).order_by("-created_at", "-id")[:MAX_USERS])

    try:
        with time_limit(USER_SEARCH_TIMEOUT):
            return read_in_order(filter_by_search_box(User.objects.all(), text, viewer=viewer), read)
    # While typing, most texts are incomplete.
    except QueryError:
        return []


def suggest_keys(typed: str, viewer: Actor) -> list[Suggestion]:
    """For a form field that takes the name of a metadata key, the most likely first."""
    if not visible(viewer, PROFILE):
        return []
    found = [
        (str(key), Suggestion(str(key), str(key), counts=counts)) for key, counts in _keys(typed, viewer)
    ]
    return [one for one in _sort_by_rank(found, typed) if one.label != typed][:MAX_SUGGESTIONS]


def _suggest_at(here: CaretContext, viewer: Actor) -> list[Suggestion]:
    match here.kind:
        case caret.Kind.TERM:
            return [*_operators(here), *_names(here.typed, viewer, ":")]
        case caret.Kind.NAME:
            return _names(here.typed, viewer, "")
        case caret.Kind.VALUE:
            return [*_operators(here), *_values(here, viewer)]
        case caret.Kind.TO:
            return [Suggestion("TO", "TO", "then the upper limit of the range")]
    return []


def _operators(here: CaretContext) -> Iterator[Suggestion]:
    """Operators in capitals only: in lower case they are words."""
    for name, detail in OPERATORS.items():
        fits = name.startswith(here.typed) and (here.typed or here.follows_term)
        if fits and (here.follows_term or name == "NOT") and (not here.name or here.follows_term):
            yield Suggestion(name, name, detail)


# Names


def _names(typed: str, viewer: Actor, end: str) -> list[Suggestion]:
    """Fields and keys whose name, or a part of it, has the prefix typed; from three letters on also those
    that contain it. Keys of more users first."""
    named = [(name, Suggestion(escape(name) + end, name, _detail(name))) for name in FIELDS]
    if end:
        named.append((EXISTS, Suggestion(EXISTS + end, EXISTS, "users that have a value")))
        named.append((str(SEGMENT), Suggestion(f"{SEGMENT}{end}", str(SEGMENT), "a saved search")))
    keys = _keys(typed, viewer)
    named += [
        (str(key), Suggestion(escaped_key_name(key) + end, str(key), counts=counts)) for key, counts in keys
    ]
    return _sort_by_rank(named, typed)


def _keys(typed: str, viewer: Actor) -> list[tuple[MetadataKey, KeyCounts | None]]:
    """The first keys in the order of `_rank`, those of more users first within a rank: as many as are
    suggested, and one more, which may be the text typed."""
    drawn = MetadataMap()
    folded = fold(typed.replace("\0", ""))
    documents = [name for name in DOCUMENTS if visible(viewer, name)]
    conditions = [Q(folded__startswith=folded)]
    if len(folded) > 1:
        conditions.append(Q(folded__contains=f".{folded}"))
    if len(folded) > 2:
        conditions.append(Q(folded__contains=folded))
    # Ranked and cut by the database: each row has what the surveys found, and thousands may match.
    rank = Case(*(When(one, then=Value(number)) for number, one in enumerate(conditions)))
    keys = drawn.keys().alias(rank=rank).filter(rank__isnull=False, document__in=documents)
    first = keys.order_by("rank", drawn.estimated_users.desc(), "document", "name")[: MAX_SUGGESTIONS + 1]
    return [(key, drawn.counts(key)) for key in visible_keys(viewer, first)]


def _sort_by_rank(named: list[tuple[str, Suggestion]], typed: str) -> list[Suggestion]:
    ranked = [
        (rank, suggestion)
        for name, suggestion in named
        if (rank := _rank(fold(name), fold(typed))) is not None
    ]
    return [suggestion for _, suggestion in sorted(ranked, key=lambda pair: pair[0])]


def _rank(name: str, typed: str) -> int | None:
    if name.startswith(typed):
        return 0
    if len(typed) > 1 and f".{typed}" in name:
        return 1
    return 2 if len(typed) > 2 and typed in name else None


def _detail(name: str) -> str:
    return _TYPES.get(FIELDS[name].kind, FIELDS[name].kind.value)


# Values


def _values(here: CaretContext, viewer: Actor) -> list[Suggestion]:
    """Frequent values of the key, or names of segments; those with the prefix typed first."""
    document, *path = here.name.split(".")
    if document in DOCUMENTS:
        found = _frequent_values(document, path, viewer)
    elif here.name in FIELDS and FIELDS[here.name].kind == Kind.FLAG:
        found = [Suggestion(name, name) for name in ("true", "false")]
    elif here.name == str(SEGMENT):
        found = _segments(here.typed, viewer)
    else:
        found = []
    typed = fold(here.typed)
    fitting = [one for one in found if typed in fold(one.label)]
    return sorted(fitting, key=lambda one: not fold(one.label).startswith(typed))


def _segments(typed: str, viewer: Actor) -> list[Suggestion]:
    named = usable_segments(viewer).filter(name_folded__contains=fold(typed.replace("\0", "")))
    return [
        Suggestion(quote(segment.name), segment.name, "shared" if segment.is_shared else "yours")
        for segment in named.order_by("name_folded", "id")[:MAX_SUGGESTIONS]
    ]


def _frequent_values(document: str, path: list[str], viewer: Actor) -> list[Suggestion]:
    key = MetadataKey.objects.filter(document=document, name=".".join(path).replace("\0", "")).first()
    counts = MetadataMap().counts(key) if key and visible(viewer, document, tuple(path)) else None
    if counts is None:
        return []
    return [_value(counts, *value) for value in counts.values]


def _value(counts: KeyCounts, kind: str, value: object, number: int) -> Suggestion:
    word = to_term(kind, value)
    label = word.text if isinstance(word, Word) else f"{value}…"
    share = number / counts.users if counts.users else 0.0
    return Suggestion(unparse(Match(None, word)), label or '""', share=share)


def _append_space(suggestion: Suggestion, after: str) -> Suggestion:
    """Append a space to a complete term, so that the next one can be typed."""
    if suggestion.text.endswith(":") or after[:1].isspace() or after.startswith(")"):
        return suggestion
    return replace(suggestion, text=f"{suggestion.text} ")
