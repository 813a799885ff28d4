"""What users may put into `user_metadata` when they sign up.

Source: Auth0 docs, "Custom Signup". Later writes have no such limits.
"""

from __future__ import annotations

from users.metadata.documents import JSON, USER_METADATA, Document, type_name
from users.metadata.errors import MetadataError
from users.metadata.messages import Message

MAX_PROPERTIES = 10
MAX_NAME_LENGTH = 100
MAX_VALUE_LENGTH = 500


def check_sign_up_metadata(value: JSON) -> Document:
    """Return `value` if it is an object of at most 10 properties, whose names have at most 100 characters and
    whose values are text of at most 500. Raises MetadataError."""
    if not isinstance(value, dict):
        raise _error((), Message("must be an object, not %(type)s", type=type_name(value)))
    if len(value) > MAX_PROPERTIES:
        raise _error(
            (),
            Message(
                "has %(count)d properties; at sign-up %(most)d are allowed",
                count=len(value),
                most=MAX_PROPERTIES,
            ),
        )
    for name, text in value.items():
        if len(name) > MAX_NAME_LENGTH:
            # The name may be as long as the body, so the answer quotes its beginning.
            reason = Message("the name is longer than %(most)d characters", most=MAX_NAME_LENGTH)
            raise _error((f"{name[:20]}…",), reason)
        if not isinstance(text, str):
            raise _error((name,), Message("must be text at sign-up, not %(type)s", type=type_name(text)))
        if len(text) > MAX_VALUE_LENGTH:
            raise _error((name,), Message("is longer than %(most)d characters", most=MAX_VALUE_LENGTH))
    return value


def _error(path: tuple[str, ...], reason: str) -> MetadataError:
    return MetadataError(path, reason, document=USER_METADATA)
