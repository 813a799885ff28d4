"""Why a record of an import was refused, as the API's job errors say it.

Source: Auth0 docs, "Bulk User Imports", its list of codes; recorded traffic for the shape and for the
text of DUPLICATED_USER.
"""

from __future__ import annotations

from typing import Any

from users.actions.errors import Combination, Conflict, NotSupported, Taken, UserGone
from users.metadata.documents import JSON
from users.metadata.errors import MetadataError
from users.normalized.check import FieldError
from users.rights.errors import Denied
from users.transfer.errors import RecordTwice

REFUSALS = (
    *(FieldError, MetadataError, NotSupported, Taken, Denied, Conflict, Combination, UserGone),
    RecordTwice,
)
SECRET = ("password", "password_hash", "custom_password_hash", "mfa_factors")
HIDDEN = "*****"
# How the checker's texts begin, and Auth0's code for each.
_CODES = {
    "Missing required property": "OBJECT_REQUIRED",
    "Expected type": "INVALID_TYPE",
    "String is too short": "MIN_LENGTH",
    "String is too long": "MAX_LENGTH",
    "String does not match": "PATTERN",
    "Object didn't pass validation for format": "FORMAT",
    "No enum match": "ENUM_MISMATCH",
    "Value ": "MINIMUM",
    "Array is too short": "ARRAY_LENGTH_SHORT",
    "Array is too long": "ARRAY_LENGTH_LONG",
}


def as_errors(error: Exception) -> list[dict[str, Any]]:
    """`[{code, message, path}]`; `path` is left out where the record as a whole is wrong."""
    match error:
        case Taken():
            return [_error("DUPLICATED_USER", "The user already exist and upsert parameter is false")]
        case RecordTwice():
            return [_error("CONFLICT_EMAIL", str(error), "email")]
        case FieldError(field=field, rule=rule):
            return [_error(_code(rule), rule, field)]
        case MetadataError(place=place, reason=reason):
            return [_error("NOT_PASSED", reason, place)]
        case Conflict():
            return [_error("CONFLICT", "Somebody else changed this user at the same moment; import it again")]
    return [_error("NOT_PASSED", getattr(error, "reason", "") or str(error))]


def without_secrets(record: JSON) -> JSON:
    """The record to be shown: what one could sign in with, or try to, is hidden."""
    if not isinstance(record, dict):
        return record
    return {name: HIDDEN if name in SECRET else value for name, value in record.items()}


def _error(code: str, message: str, path: str = "") -> dict[str, Any]:
    return {"code": code, "message": message, **({"path": path} if path else {})}


def _code(rule: str) -> str:
    return next((code for start, code in _CODES.items() if rule.startswith(start)), "NOT_PASSED")
