"""What a record of a bulk-import file may hold.

Source: Auth0 docs, "Bulk User Import Database Schema and Examples": the object is closed, `email` is
required, and `user_id` comes without its provider. Wider than that is what our own export writes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from users.conf import conf
from users.import_export.export_fields import parse_path
from users.metadata.documents import DOCUMENTS, JSON, Document
from users.models import Connection
from users.representation.fields import READ_ONLY as PROFILE_READ_ONLY
from users.representation.fields import WRITABLE
from users.representation.schema import BARE_ID, Schema, closed_object, without_null
from users.representation.schema import DOCUMENTS as DOCUMENT_SCHEMAS
from users.representation.validation import Checker, FieldError

_BARE_ID_LENGTH: int = BARE_ID["maxLength"]
SCHEMA: Schema = closed_object(
    {
        "user_id": {
            **BARE_ID,
            "maxLength": 255,
            "pattern": r"^\S+$",
            "description": "The user's id, with or without its provider.",
        },
        **{name: without_null(field) for name, field in WRITABLE.items()},
        **DOCUMENT_SCHEMAS,
    },
)
# Columns of our own export that an import cannot set, each of which is ignored and counted, so that
# an export imports as it was downloaded.
READ_ONLY = PROFILE_READ_ONLY - SCHEMA["properties"].keys()
# Any one of these identifies a user.
IDENTIFIERS = ("email", "username", "phone_number")
# Part of the format, but not taken: dropping them silently would lose people's sign-ins.
UNSUPPORTED_COLUMNS = {
    "password_hash": "password hashes are not imported; remove it, and people can set a password by e-mail",
    "custom_password_hash": (
        "password hashes are not imported; remove it, and people can set a password by e-mail"
    ),
    "mfa_factors": "second factors are not imported; remove them, and people can enrol again",
}


@dataclass(frozen=True)
class Record:
    """One account to be. `bare_id` is its id without the provider, None for a new one."""

    profile: dict[str, Any]
    user_metadata: Document | None
    app_metadata: Document | None
    bare_id: str | None


def to_record(value: Document, connection: Connection) -> Record:
    """Raises FieldError unless the record may be taken into the connection.

    The insides of the two documents are judged where they are written.
    """
    for name, reason in UNSUPPORTED_COLUMNS.items():
        if name in value:
            raise FieldError(name, reason)
    value = {name: item for name, item in value.items() if read_only_field(name) is None}
    _check_columns(value)
    _checker().check(value)
    identifiers = IDENTIFIERS[:1] if conf.strict_limits else IDENTIFIERS
    if not any(name in value for name in identifiers):
        raise FieldError("", "Missing required property: email")
    return Record(
        profile={name: value[name] for name in value if name in WRITABLE},
        user_metadata=value.get("user_metadata"),
        app_metadata=value.get("app_metadata"),
        bare_id=_bare_id(value["user_id"], connection.strategy) if "user_id" in value else None,
    )


def read_only_field(column: str) -> str | None:
    """The field of a profile that an import ignores, such as "identities" for the column
    "identities[0].connection"; None for every other column."""
    root = parse_path(column)[:1]
    return next(iter(READ_ONLY.intersection(root)), None)


def is_known_column(column: str) -> bool:
    """Whether an import takes the column or ignores it."""
    return column in SCHEMA["properties"] or read_only_field(column) is not None


def _check_columns(value: dict[str, JSON]) -> None:
    """Refuse a column of a single key of a document: with upsert it would replace the whole document."""
    for name in value:
        path = parse_path(name)
        if len(path) > 1 and path[0] in DOCUMENTS:
            raise FieldError(
                name, f"a single key of {path[0]} is not imported; export and import {path[0]} as a whole"
            )


def _bare_id(user_id: str, strategy: str) -> str:
    """The id without the provider that our export writes in front of it. Under STRICT_LIMITS another
    one is put in front, as Auth0 does."""
    prefix = f"{strategy}|"
    bare = user_id if conf.strict_limits else user_id.removeprefix(prefix)
    if not conf.strict_limits and "|" in user_id and not user_id.startswith(prefix):
        provider = user_id.partition("|")[0]
        raise FieldError(
            "user_id", f"the id is of another provider, {provider}; remove it, or begin it with {prefix}"
        )
    if not bare:
        raise FieldError("user_id", f"String is too short (0 chars after {prefix}), minimum 1")
    if len(bare) > _BARE_ID_LENGTH:
        raise FieldError("user_id", f"String is too long ({len(bare)} chars), maximum {_BARE_ID_LENGTH}")
    return bare


@cache
def _checker() -> Checker:
    return Checker(SCHEMA)
