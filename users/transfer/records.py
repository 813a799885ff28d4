"""What a record of a bulk-import file may hold.

Source: Auth0 docs, "Bulk User Import Database Schema and Examples": the object is closed,
`email` is required, and `user_id` comes without its provider.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from users.metadata.documents import JSON, Document
from users.normalized.check import Checker, FieldError
from users.normalized.schema import BARE_ID, DOCUMENTS, PROFILE, Schema, closed, without_null

SCHEMA: Schema = closed(
    {
        "user_id": BARE_ID,
        **{name: without_null(field) for name, field in PROFILE.items()},
        **DOCUMENTS,
    },
    required=("email",),
)
# Part of the format, but not taken: dropping them silently would lose people's sign-ins.
NOT_TAKEN = {
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


def to_record(value: JSON) -> Record:
    """Raises FieldError unless the record may be taken.

    The insides of the two documents are judged where they are written.
    """
    for name, reason in NOT_TAKEN.items():
        if name in value:
            raise FieldError(name, reason)
    _checker().check(value)
    return Record(
        profile={name: value[name] for name in value if name in PROFILE},
        user_metadata=value.get("user_metadata"),
        app_metadata=value.get("app_metadata"),
        bare_id=value.get("user_id"),
    )


@cache
def _checker() -> Checker:
    return Checker(SCHEMA)
