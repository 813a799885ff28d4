"""Searchable fields, and the columns that hold them.

Source: Auth0 docs, "User profile structure" and "User search query syntax": which fields exist, and which
are case-insensitive.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from enum import Enum

from users.metadata.documents import DOCUMENTS
from users.metadata.fold import fold
from users.metadata.identifiers import domain_key, email_key, email_part_key, lower_case
from users.querying.kinds import Kind
from users.representation.fields import FIELDS as ROOT_FIELDS
from users.representation.fields import ProfileField
from users.rights.visible import PROFILE


class Part(Enum):
    """A part of a column's text."""

    BEFORE_AT = "before @"
    AFTER_AT = "after @"
    BEFORE_PIPE = "before |"
    AFTER_PIPE = "after |"


@dataclass(frozen=True)
class TextForm:
    """The normal form of a column's text: how a whole value to compare with is normalized, and how a part
    of one is, as in a pattern or a range."""

    whole: Callable[[str], str]
    part: Callable[[str], str]


FOLDED = TextForm(fold, fold)
LOWER_CASE = TextForm(lower_case, lower_case)
EMAIL = TextForm(email_key, email_part_key)
DOMAIN = TextForm(domain_key, email_part_key)


@dataclass(frozen=True)
class Column:
    """A column of the user, or a part of its text. It counts only where the columns `unless` are empty and
    those of `given` are not. `form` is the normal form of its text, None for text as entered."""

    name: str
    part: Part | None = None
    unless: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    form: TextForm | None = None


@dataclass(frozen=True)
class ConnectionName:
    """The name of the user's connection."""


@dataclass(frozen=True)
class IsSocial:
    """Whether the user's connection is not a database."""


@dataclass(frozen=True)
class Words:
    """The words of names, username, email and phone number, which have a full-text index. `key` is the
    primary key, by which the index refers to users on SQLite."""

    column: str = "words"
    key: str = "id"


@dataclass(frozen=True)
class Json:
    """A path in a JSON column, where a list stands for its items. `is_list`: the top level is a list, too."""

    column: str
    path: tuple[str, ...]
    is_list: bool = False


Source = Column | ConnectionName | IsSocial | Words | Json


@dataclass(frozen=True)
class Field:
    """A field and all columns that hold its values. `document` and `path` are what rights are checked for."""

    kind: Kind
    sources: tuple[Source, ...]
    document: str = PROFILE
    path: tuple[str, ...] = ()


def _root(field: ProfileField, kind: Kind) -> Field:
    return _SPECIAL.get(field.name) or Field(
        kind, (_folded(field.name) if kind is Kind.NAME else Column(field.name),)
    )


def _folded(name: str) -> Column:
    return Column(f"{name}_folded", form=FOLDED)


def _identity(kind: Kind, name: str, primary: Source) -> Field:
    return Field(kind, (primary, _linked(name)))


def _linked(*path: str) -> Json:
    return Json("linked_identities", path, is_list=True)


def _no_email(given: str) -> tuple[Column, ...]:
    """What the profile shows where neither `given` nor an email is set: see `representation.defaults`."""
    unless = (given, "email_folded")
    return (
        Column("username_folded", unless=unless, form=LOWER_CASE),
        Column("phone_number", unless=(*unless, "username_folded")),
        Column("user_id", unless=(*unless, "username_folded", "phone_number")),
    )


# A profile without a name shows the email in its place, so a search by name must find that.
_NO_NAME = (
    Column("email_folded", unless=("name_folded",), form=EMAIL),
    *_no_email("name_folded"),
)
_NO_NICKNAME = (
    Column("email_folded", Part.BEFORE_AT, unless=("nickname_folded",), form=LOWER_CASE),
    *_no_email("nickname_folded"),
)

# Root fields that are stored elsewhere than in their own column alone, or in another form.
_SPECIAL = {
    "email": Field(Kind.NAME, (Column("email_folded", form=EMAIL),)),
    "email_verified": Field(Kind.FLAG, (Column("email_verified", given=("email_folded",)),)),
    "name": Field(Kind.NAME, (_folded("name"), *_NO_NAME)),
    "nickname": Field(Kind.NAME, (_folded("nickname"), *_NO_NICKNAME)),
}
FIELDS: dict[str, Field] = {
    **{name: _root(field, field.kind) for name, field in ROOT_FIELDS.items() if field.kind},
    "email.domain": Field(Kind.NAME, (Column("email_folded", Part.AFTER_AT, form=DOMAIN),)),
    # There are no organizations here, and a query for one is valid and matches no user.
    "organization_id": Field(Kind.TEXT, ()),
    "identities.connection": _identity(Kind.TEXT, "connection", ConnectionName()),
    "identities.provider": _identity(Kind.TEXT, "provider", Column("user_id", Part.BEFORE_PIPE)),
    "identities.user_id": _identity(Kind.TEXT, "user_id", Column("user_id", Part.AFTER_PIPE)),
    "identities.isSocial": _identity(Kind.FLAG, "isSocial", IsSocial()),
    # Ours; Auth0 has no such field.
    "words": Field(Kind.WORDS, (Words(),)),
}
# The fields in which a word without a field is searched.
DEFAULT_FIELDS = (*(name for name, field in ROOT_FIELDS.items() if field.fold), "user_id")
# Objects of a profile, which have no value of their own to compare.
CONTAINERS = ("user_metadata", "app_metadata", "identities", "identities.profileData")
# Fields of an answer that cannot be searched by.
UNSEARCHABLE = (
    {name for name, field in ROOT_FIELDS.items() if not field.kind} | {"guardian_authenticators"}
) - set(CONTAINERS)
_PROFILE_DATA = ("identities", "profileData")
# Before a key of metadata: the field is the JSON type of its value. Ours; Auth0 has no such field.
TYPE_PREFIX = "_type_"


def find_field(path: tuple[str, ...]) -> Field | None:
    """The field of that name; None for an unknown name. Any key of metadata is a field."""
    if path[0] == TYPE_PREFIX:
        named = find_field(path[1:]) if len(path) > 2 and path[1] in DOCUMENTS else None
        return named and replace(named, kind=Kind.TYPE)
    if path[0] in DOCUMENTS:
        document, *keys = path
        return Field(Kind.ANY, (Json(document, tuple(keys)),), document, tuple(keys))
    if path[:2] == _PROFILE_DATA:
        return Field(Kind.ANY, (_linked(*path[1:]),))
    if path == ("identities",):
        # Every user has the identity of the account itself.
        return Field(Kind.TEXT, (Column("user_id"),))
    return FIELDS.get(".".join(path))


def suggest_field(path: tuple[str, ...]) -> str:
    """The most similar field, for "did you mean"; empty where none is similar."""
    asked = ".".join(path).lower()
    names = {name.lower(): name for name in FIELDS}
    found = get_close_matches(asked, names, n=1, cutoff=0.7)
    if found:
        return names[found[0]]
    roots = get_close_matches(path[0].lower(), DOCUMENTS, n=1, cutoff=0.7) if len(path) > 1 else []
    return ".".join((roots[0], *path[1:])) if roots else ""
