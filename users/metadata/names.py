"""Field names that are refused.

Source: Auth0 docs, "Metadata field names and data types": no dot and no dollar sign in a name, and a list
of names reserved at the first level of `app_metadata`. Here the former applies at every depth and to both
documents.
"""

from __future__ import annotations

from collections.abc import Iterator

from users.metadata.documents import APP_METADATA, JSON
from users.metadata.errors import MetadataError, Path
from users.metadata.messages import Message

RESERVED_IN_APP_METADATA = frozenset(
    """
    __tenant _id blocked clientID created_at email_verified email globalClientID
    global_client_id identities lastIP lastLogin loginsCount metadata
    multifactor_last_modified multifactor updated_at user_id
    """.split()  # noqa: SIM905 - a list of eighteen words reads best as words
)


def check_names(document: str, value: JSON) -> None:
    """Refuse the first invalid field name anywhere in `value`. Raises MetadataError with its path."""
    for path, name in iterate_names(value):
        reason = explain_refused_name(document, path, name)
        if reason:
            raise MetadataError((*path, name), reason, document=document)


def iterate_names(value: JSON, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every field name in `value` with the path of the object that holds it."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield path, name
            yield from iterate_names(inner, (*path, name))
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from iterate_names(inner, (*path, position))


def explain_refused_name(document: str, path: Path, name: str) -> str | None:
    """Why `name` is refused in the object at `path` of `document`; None where it is allowed."""
    if not isinstance(name, str):
        return Message("a field name must be text")
    if not name:
        return Message("a field name must not be empty; give it a name or remove it")
    if "." in name:
        return Message("a field name must not contain a dot; nest the field instead")
    if "$" in name:
        return Message("a field name must not contain a dollar sign; rename the field")
    if document == APP_METADATA and not path and name in RESERVED_IN_APP_METADATA:
        return "this name is reserved at the first level of app_metadata; rename or nest it"
    return None
