"""The search language in plain Python, over a profile as the API shows it: what the databases must
agree with. It shares with them how dates and numbers are read, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from itertools import product
from typing import Any

from users.lucene import nodes
from users.lucene.nodes import Pattern, Query, Range, Word
from users.metadata.fold import fold
from users.metadata.identifiers import domain_key, email_key, email_part_key
from users.metadata.words import split_typed_words, stored_words
from users.models import User
from users.querying.values import as_boolean, as_date_prefix, as_number, as_period
from users.representation.profile import serialize_profile
from users.rights.actor import command_actor

Form = Callable[[str], str]

DOCUMENTS = ("user_metadata", "app_metadata")
BARE = ("email", "name", "given_name", "middle_name", "family_name", "nickname", "username", "user_id")
# How a whole value and a part of one are compared.
FORMS = {
    "email": (email_key, email_part_key),
    "email.domain": (domain_key, email_part_key),
    **dict.fromkeys(("name", "given_name", "middle_name", "family_name", "nickname"), (fold, fold)),
}
NAMES = ("email", "name", "given_name", "middle_name", "family_name", "nickname", "username")
MOMENTS = ("created_at", "updated_at", "last_login")
ANY = (*DOCUMENTS, "identities.profileData")
TYPES = {
    **{str: "string", int: "number", float: "number", bool: "boolean"},
    **{dict: "object", list: "array", type(None): "null"},
}
# How many lists within each other stand for their items.
LEVELS = 2


def shown(user: User) -> dict[str, Any]:
    """The profile, for who may see all of it."""
    return serialize_profile(user, command_actor("tests"))


def found(query: Query, profile: dict[str, Any]) -> bool:
    """Whether the query finds who has this profile."""
    match query:
        case nodes.Everything():
            return True
        case nodes.Not(part):
            return not found(part, profile)
        case nodes.And(parts):
            return all(found(part, profile) for part in parts)
        case nodes.Or(parts):
            return any(found(part, profile) for part in parts)
        case nodes.Exists(name):
            return any(_scalars_below(value) for value in _reached(profile, name.path))
        case nodes.Match(None, value):
            return any(_one(profile, (name,), value) for name in BARE)
        case nodes.Match(name, value):
            return _one(profile, name.path, value)


def _one(profile: dict[str, Any], path: tuple[str, ...], value: nodes.Value) -> bool:
    if path[0] == "_type_":
        return any(TYPES[type(reached)] == value.text for reached in _reached(profile, path[1:]))
    name = ".".join(path)
    held = [item for reached in _reached(profile, path) for item in _items(reached)]
    if name.startswith(ANY):
        return any(_any(item, value) for item in held)
    if name == "words":
        return _begin_words(profile, value)
    if name in MOMENTS:
        return any(_moment(item, value) for item in held)
    if name in FORMS and not _is_bare_id(profile, name):
        whole, part = FORMS[name]
        held, value = [whole(item) for item in held], _in_form(value, whole, part)
    return any(_plain(item, value) for item in held)


def _is_bare_id(profile: dict[str, Any], name: str) -> bool:
    """Whether what is shown as the name is the id, whose case matters, for want of anything else."""
    is_default = not {"email", "username", "phone_number"} & profile.keys()
    return name in ("name", "nickname") and is_default and profile[name] == profile["user_id"]


def _begin_words(profile: dict[str, Any], value: nodes.Value) -> bool:
    """Whether each word of the value begins one of the profile, but for an id that is shown as a name."""
    shown_instead = (profile["user_id"], profile.get("phone_number"))
    texts = [profile.get(name) for name in NAMES if profile.get(name) not in shown_instead]
    texts.append(email_key(profile.get("email", "")))
    held = stored_words(texts, profile.get("phone_number")).split()
    asked = split_typed_words(value.text if isinstance(value, Word) else value.pieces[0])
    return bool(asked) and all(
        any(word.startswith(spelling) for word, spelling in product(held, spellings)) for spellings in asked
    )


# The values at a path


def _reached(value: Any, path: tuple[str, ...], levels: int = LEVELS) -> Iterator[Any]:
    if path == ("email", "domain"):
        yield from (email.rpartition("@")[2] for email in _reached(value, ("email",)))
        return
    if not path:
        yield value
    elif isinstance(value, dict) and path[0] in value:
        yield from _reached(value[path[0]], path[1:])
    elif isinstance(value, list) and levels:
        for item in value:
            yield from _reached(item, path, levels - 1)


def _items(value: Any, levels: int = LEVELS) -> Iterator[Any]:
    if not isinstance(value, list):
        yield value
    elif levels:
        for item in value:
            yield from _items(item, levels - 1)


def _scalars_below(value: Any) -> bool:
    if isinstance(value, dict | list):
        return any(map(_scalars_below, value.values() if isinstance(value, dict) else value))
    return value is not None


# One value


def _any(item: Any, value: nodes.Value) -> bool:
    is_number = isinstance(item, int | float) and not isinstance(item, bool)
    match value:
        case Word(text) if isinstance(item, bool):
            return item is as_boolean(text)
        case Word(text) if is_number:
            return as_number(text) is not None and _decimal(item) == as_number(text)
        case Word(text):
            return item == text
        case Pattern():
            return isinstance(item, str) and _like(item, value)
        case Range(low, high):
            given = [end for end in (low, high) if end is not None]
            if all(not end.is_quoted and as_number(end.text) is not None for end in given):
                return is_number and _between(_decimal(item), value, as_number)
            return isinstance(item, str) and _between_dates(item, value)


def _decimal(number: float) -> Decimal:
    return Decimal(repr(number))


def _plain(item: Any, value: nodes.Value) -> bool:
    match value:
        case Word(text):
            if isinstance(item, bool):
                return item is as_boolean(text)
            return item == as_number(text) if isinstance(item, int) else item == text
        case Pattern():
            return _like(item, value)
        case Range():
            return _between(item, value, as_number if isinstance(item, int) else str)


def _like(item: str, pattern: Pattern) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.pieces)), item, re.DOTALL) is not None


def _between(item: Any, ends: Range, read: Any) -> bool:
    if ends.low is not None:
        low = read(ends.low.text)
        if item < low or (item == low and not ends.includes_low):
            return False
    if ends.high is not None:
        high = read(ends.high.text)
        if item > high or (item == high and not ends.includes_high):
            return False
    return True


def _between_dates(item: str, ends: Range) -> bool:
    """As text, but what begins with the date of an end counts as that end."""
    for end, includes, is_beyond in (
        (ends.low, ends.includes_low, str.__lt__),
        (ends.high, ends.includes_high, str.__gt__),
    ):
        if end is None:
            continue
        date = as_date_prefix(end.text)
        is_end = item.startswith(date) if date else item == end.text
        if (is_end and not includes) or (not is_end and is_beyond(item, date or end.text)):
            return False
    return True


def _moment(item: str, value: nodes.Value) -> bool:
    at = datetime.fromisoformat(item)
    if isinstance(value, Word):
        start, end = as_period(value.text)
        return start <= at < end
    if value.low is not None and at < as_period(value.low.text)[not value.includes_low]:
        return False
    return value.high is None or at < as_period(value.high.text)[value.includes_high]


def _in_form(value: nodes.Value, whole: Form, part: Form) -> nodes.Value:
    match value:
        case Word(text):
            return Word(whole(text))
        case Pattern(pieces):
            return Pattern(tuple(map(part, pieces)))
        case Range(low, high):
            ends = (None if end is None else _in_form(end, part, part) for end in (low, high))
            return Range(*ends, value.includes_low, value.includes_high)
