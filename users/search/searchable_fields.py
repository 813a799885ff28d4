"""What can be searched, and where the database has it.

Source: Auth0 docs, "User profile structure" and "User search query syntax": which fields, and which
without regard to case.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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
    """A piece of a column's text."""

    BEFORE_AT = "before @"
    AFTER_AT = "after @"
    BEFORE_PIPE = "before |"
    AFTER_PIPE = "after |"


@dataclass(frozen=True)
class TextForm:
    """The form in which a column holds text: how a value that is compared with all of it is brought
    into this form, and how a part of one is, as of a pattern or a range."""

    whole: Callable[[str], str]
    part: Callable[[str], str]


FOLDED = TextForm(fold, fold)
LOWER_CASE = TextForm(lower_case, lower_case)
EMAIL = TextForm(email_key, email_part_key)
DOMAIN = TextForm(domain_key, email_part_key)


@dataclass(frozen=True)
class Column:
    """A column of the account, or a part of its text. It counts only where the columns `unless` are
    empty and those of `given` are not. `form`: that of its text, None for text as it was given."""

    name: str
    part: Part | None = None
    unless: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    form: TextForm | None = None


@dataclass(frozen=True)
class ConnectionName:
    """The name of the account's connection."""


@dataclass(frozen=True)
class IsSocial:
    """Whether the account's connection is no database."""


@dataclass(frozen=True)
class Words:
    """The words of names, user name, email and phone number, which have an index of their own.
    `key` is the primary key, by which that index has them on SQLite."""

    column: str = "words"
    key: str = "id"


@dataclass(frozen=True)
class Json:
    """A path in a column of JSON, whose lists stand for their items. `is_list`: so is its top."""

    column: str
    path: tuple[str, ...]
    is_list: bool = False


Source = Column | ConnectionName | IsSocial | Words | Json


@dataclass(frozen=True)
class Field:
    """A field and all places where the database has its values. `document` and `path` are what
    rights are asked about."""

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
    """What the profile shows where neither `given` nor an email was: see representation.defaults."""
    unless = (given, "email_folded")
    return (
        Column("username_folded", unless=unless, form=LOWER_CASE),
        Column("phone_number", unless=(*unless, "username_folded")),
        Column("user_id", unless=(*unless, "username_folded", "phone_number")),
    )


# Where no name was given the profile shows the email.
_NO_NAME = (
    Column("email_folded", unless=("name_folded",), form=EMAIL),
    *_no_email("name_folded"),
)
_NO_NICKNAME = (
    Column("email_folded", Part.BEFORE_AT, unless=("nickname_folded",), form=LOWER_CASE),
    *_no_email("nickname_folded"),
)

# Root fields that are found elsewhere than in their own column alone, or in another form.
_SPECIAL = {
    "email": Field(Kind.NAME, (Column("email_folded", form=EMAIL),)),
    "email_verified": Field(Kind.FLAG, (Column("email_verified", given=("email_folded",)),)),
    "name": Field(Kind.NAME, (_folded("name"), *_NO_NAME)),
    "nickname": Field(Kind.NAME, (_folded("nickname"), *_NO_NICKNAME)),
}
FIELDS: dict[str, Field] = {
    **{name: _root(field, field.kind) for name, field in ROOT_FIELDS.items() if field.kind},
    "email.domain": Field(Kind.NAME, (Column("email_folded", Part.AFTER_AT, form=DOMAIN),)),
    # Nobody is in an organization here, and no query is wrong for asking.
    "organization_id": Field(Kind.TEXT, ()),
    "identities.connection": _identity(Kind.TEXT, "connection", ConnectionName()),
    "identities.provider": _identity(Kind.TEXT, "provider", Column("user_id", Part.BEFORE_PIPE)),
    "identities.user_id": _identity(Kind.TEXT, "user_id", Column("user_id", Part.AFTER_PIPE)),
    "identities.isSocial": _identity(Kind.FLAG, "isSocial", IsSocial()),
    # Ours; Auth0 has no such field.
    "words": Field(Kind.WORDS, (Words(),)),
}
# Where a word without a field is looked for.
DEFAULT_FIELDS = (*(name for name, field in ROOT_FIELDS.items() if field.fold), "user_id")
# Parts of a profile that are no values: name something within.
CONTAINERS = ("user_metadata", "app_metadata", "identities", "identities.profileData")
# Fields of an answer that cannot be searched by.
UNSEARCHABLE = (
    {name for name, field in ROOT_FIELDS.items() if not field.kind} | {"guardian_authenticators"}
) - set(CONTAINERS)
_PROFILE_DATA = ("identities", "profileData")


def find_field(path: tuple[str, ...]) -> Field | None:
    """The field of that name; None where there is none. Any key of metadata is one."""
    if path[0] in DOCUMENTS:
        document, *keys = path
        return Field(Kind.ANY, (Json(document, tuple(keys)),), document, tuple(keys))
    if path[:2] == _PROFILE_DATA:
        return Field(Kind.ANY, (_linked(*path[1:]),))
    if path == ("identities",):
        # Everybody has the login of the account itself.
        return Field(Kind.TEXT, (Column("user_id"),))
    return FIELDS.get(".".join(path))


def suggest_field(path: tuple[str, ...]) -> str:
    """The name somebody may have meant; empty where nothing is near."""
    asked = ".".join(path).lower()
    names = {name.lower(): name for name in FIELDS}
    found = get_close_matches(asked, names, n=1, cutoff=0.7)
    if found:
        return names[found[0]]
    roots = get_close_matches(path[0].lower(), DOCUMENTS, n=1, cutoff=0.7) if len(path) > 1 else []
    return ".".join((roots[0], *path[1:])) if roots else ""
