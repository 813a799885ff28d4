"""The JSON schema of a record in a bulk-import file.

Source: Auth0 docs, "Bulk User Import Database Schema and Examples": the object is closed, `email` is
required, and `user_id` comes without its provider. Ours also accepts what our own export writes.
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
from users.representation.validation import Checker, FieldError, RuleKind

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
# A column of the file of refused records, which says why they were refused. It is ignored, so that the file
# can be fixed and imported.
ERRORS_COLUMN = "import_errors"
# In place of values that are not shown, in that file too.
MASK = "*****"
# Any one of these identifies a user.
IDENTIFIERS = ("email", "username", "phone_number")
# Part of Auth0's format, but refused: dropping them silently would lose the users' sign-ins.
UNSUPPORTED_COLUMNS = {
    "password_hash": "password hashes are not imported; remove it, and users can set a password by email",
    "custom_password_hash": (
        "password hashes are not imported; remove it, and users can set a password by email"
    ),
    "mfa_factors": "second factors are not imported; remove them, and users can enrol again",
}


@dataclass(frozen=True)
class Record:
    """One user to create or update. `bare_id` is the id without the provider, None to generate one."""

    profile: dict[str, Any]
    user_metadata: Document | None
    app_metadata: Document | None
    bare_id: str | None


def to_record(value: Document, connection: Connection) -> Record:
    """Validate a record and return its parts. Raises FieldError, which names the column.

    The contents of the two documents are validated where they are written.
    """
    # First, since the closed schema would call them unknown and not say why.
    for name, reason in UNSUPPORTED_COLUMNS.items():
        if name in value:
            raise FieldError(name, reason)
    # Before the closed schema is checked, which would refuse these columns of our own export.
    if ERRORS_COLUMN in value:
        value = {name: item for name, item in value.items() if name != ERRORS_COLUMN}
        _check_unmasked(value)
    value = {name: item for name, item in value.items() if read_only_field(name) is None}
    _check_columns(value)
    _checker().check(value)
    # Auth0 requires the email; without strict limits users who have only a phone number can be imported.
    identifiers = IDENTIFIERS[:1] if conf.strict_limits else IDENTIFIERS
    if not any(name in value for name in identifiers):
        raise FieldError("", "Missing required property: email", kind=RuleKind.REQUIRED)
    return Record(
        profile={name: value[name] for name in value if name in WRITABLE},
        user_metadata=value.get("user_metadata"),
        app_metadata=value.get("app_metadata"),
        bare_id=_bare_id(value["user_id"], connection.strategy) if "user_id" in value else None,
    )


def read_only_field(column: str) -> str | None:
    """Return the profile field that an import ignores, such as "identities" for the column
    "identities[0].connection"; None for every other column."""
    root = parse_path(column)[:1]
    return next(iter(READ_ONLY.intersection(root)), None)


def is_known_column(column: str) -> bool:
    """Whether an import uses or knowingly ignores the column."""
    return column in SCHEMA["properties"] or read_only_field(column) is not None


def _check_columns(value: dict[str, JSON]) -> None:
    """Refuse a column of a single document key: with upsert it would replace the whole document."""
    for name in value:
        path = parse_path(name)
        if len(path) > 1 and path[0] in DOCUMENTS:
            raise FieldError(
                name, f"a single key of {path[0]} is not imported; export and import {path[0]} as a whole"
            )


def _check_unmasked(value: JSON, path: str = "") -> None:
    """Refuse a value that the file of refused records hides: it would be stored as five asterisks."""
    if value == MASK:
        raise FieldError(path, "the value was hidden in the file of refused records; enter it again")
    if isinstance(value, dict):
        for name, inner in value.items():
            _check_unmasked(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _check_unmasked(inner, f"{path}[{index}]")


def _bare_id(user_id: str, strategy: str) -> str:
    """Return the id without the provider prefix that our export writes.

    Under STRICT_LIMITS a second prefix is added, as Auth0 does.
    """
    prefix = f"{strategy}|"
    bare = user_id if conf.strict_limits else user_id.removeprefix(prefix)
    # Silently prefixing another provider's id would make a user_id that nothing refers to.
    if not conf.strict_limits and "|" in user_id and not user_id.startswith(prefix):
        provider = user_id.partition("|")[0]
        raise FieldError(
            "user_id", f"the id is of another provider, {provider}; remove it, or begin it with {prefix}"
        )
    if not bare:
        rule = f"String is too short (0 chars after {prefix}), minimum 1"
        raise FieldError("user_id", rule, kind=RuleKind.MIN_LENGTH)
    if len(bare) > _BARE_ID_LENGTH:
        rule = f"String is too long ({len(bare)} chars), maximum {_BARE_ID_LENGTH}"
        raise FieldError("user_id", rule, kind=RuleKind.MAX_LENGTH)
    return bare


@cache
def _checker() -> Checker:
    return Checker(SCHEMA)
