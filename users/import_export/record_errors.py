"""Turn the refusal of an import record into Auth0's job errors.

Source: Auth0 docs, "Bulk User Imports", its list of codes; recorded traffic for the shape and for the
text of DUPLICATED_USER.
"""

from __future__ import annotations

import re
from typing import Any

from users.actions.errors import Conflict, DuplicateField, InvalidCombination, NotSupported, UserNotFound
from users.import_export.errors import DuplicateRecord, InvalidRecord
from users.import_export.record_schema import ERRORS_COLUMN, MASK, READ_ONLY, is_known_column
from users.metadata.documents import JSON, Document
from users.metadata.errors import MetadataError
from users.representation.validation import FieldError, RuleKind
from users.rights.errors import Denied

# What makes one record fail. Any other exception is a fault of ours and fails the job.
RECORD_ERRORS = (
    *(
        FieldError,
        MetadataError,
        NotSupported,
        DuplicateField,
        Denied,
        Conflict,
        InvalidCombination,
        UserNotFound,
    ),
    *(DuplicateRecord, InvalidRecord),
)
# Keys in metadata, and below other fields, whose values may be credentials.
_SECRET_NAME = re.compile(
    r"passw|pass[_-]?(?:phrase|code|key)|^pass$|^pin$|pwd|secret|credential|token|hash(?!tag)|otp|api_?key",
    re.IGNORECASE,
)
# Auth0's code for each kind of rule; NOT_PASSED for any other.
_CODES = {
    RuleKind.REQUIRED: "OBJECT_REQUIRED",
    RuleKind.TYPE: "INVALID_TYPE",
    RuleKind.MIN_LENGTH: "MIN_LENGTH",
    RuleKind.MAX_LENGTH: "MAX_LENGTH",
    RuleKind.PATTERN: "PATTERN",
    RuleKind.FORMAT: "FORMAT",
    RuleKind.ENUM: "ENUM_MISMATCH",
    RuleKind.MINIMUM: "MINIMUM",
    RuleKind.MAXIMUM: "MAXIMUM",
    RuleKind.MIN_ITEMS: "ARRAY_LENGTH_SHORT",
    RuleKind.MAX_ITEMS: "ARRAY_LENGTH_LONG",
}


def as_errors(error: Exception) -> list[dict[str, Any]]:
    """Return `[{code, message, path}]`; `path` is left out where the record as a whole is wrong.

    Where the position is known, `byte` is the offset in the file.
    """
    match error:
        # The grammar is Auth0's own: scripts match on this text.
        case DuplicateField():
            return [_error("DUPLICATED_USER", "The user already exist and upsert parameter is false")]
        case InvalidRecord(path=path, byte=byte):
            return [{**_error("NOT_PASSED", str(error), path), "byte": byte}]
        # The nearest of Auth0's documented codes; it has none for duplicates within a file.
        case DuplicateRecord():
            return [_error("CONFLICT_EMAIL", str(error), "email")]
        case FieldError(field=field, rule=rule, kind=kind):
            return [_error(_CODES.get(kind, "NOT_PASSED"), rule, field)]
        case MetadataError(place=place, reason=reason):
            return [_error("NOT_PASSED", reason, place)]
        case Conflict():
            return [_error("CONFLICT", "The user was changed at the same time; import it again")]
    return [_error("NOT_PASSED", getattr(error, "reason", "") or str(error))]


def mask_record(record: Document | InvalidRecord) -> Document:
    """Return the record as stored with its errors: credentials are masked.

    All values of unknown columns are masked too, since a password may have any name. Of a record that cannot
    be stored only the email is returned, where it can be read.
    """
    if isinstance(record, InvalidRecord):
        return {} if record.email is None else {"email": record.email}
    return {
        name: MASK if _is_hidden(name) else _mask(value)
        for name, value in record.items()
        if name != ERRORS_COLUMN
    }


def _is_hidden(column: str) -> bool:
    """Whether to mask the whole column.

    Read-only profile fields are exempt: `last_password_reset` has "password" in its name but holds a time.
    """
    is_field = column in READ_ONLY
    return not is_known_column(column) or (not is_field and _SECRET_NAME.search(column) is not None)


def _mask(value: JSON) -> JSON:
    match value:
        case dict():
            return {
                name: MASK if _SECRET_NAME.search(name) else _mask(inner) for name, inner in value.items()
            }
        case list():
            return [_mask(inner) for inner in value]
    return value


def _error(code: str, message: str, path: str = "") -> dict[str, Any]:
    return {"code": code, "message": message, **({"path": path} if path else {})}
