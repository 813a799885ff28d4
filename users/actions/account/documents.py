"""Write the two metadata documents: merge a patch, replace, or restore an earlier state."""

from __future__ import annotations

from dataclasses import dataclass

from users.actions.account.draft import Draft
from users.actions.errors import Conflict
from users.conf import conf
from users.metadata.diff import diff
from users.metadata.documents import APP_METADATA, JSON, USER_METADATA, Document
from users.metadata.equal import is_strictly_equal
from users.metadata.errors import MetadataError
from users.metadata.merge import merge, replacement
from users.metadata.messages import Message
from users.metadata.validate import check_size, validate
from users.models import Change, User
from users.rights.actor import Actor, Face, Kind
from users.rights.may import Verb, check
from users.rights.own_metadata import check_own_metadata_change
from users.schemas.current import get_schema

DOCUMENT_VERBS = {USER_METADATA: Verb.CHANGE_USER_METADATA, APP_METADATA: Verb.CHANGE_APP_METADATA}


@dataclass(frozen=True)
class Patch:
    """Merge `value` into the first level: null removes a key, `{}` empties the document. Source: Auth0
    docs."""

    value: JSON


@dataclass(frozen=True)
class Replace:
    """Replace the document by `value`, if it is still at the version that was opened (optimistic lock)."""

    value: JSON
    opened_version: int


@dataclass(frozen=True)
class Restore:
    """Set the document to an earlier state; None where it did not exist."""

    value: Document | None


Write = Patch | Replace | Restore


def set_documents(draft: Draft, writes: dict[str, Write]) -> None:
    """Apply each write. Raises Denied, MetadataError (SchemaError where the write violates a schema), or
    Conflict with the names of all outdated documents."""
    # All rights first, then all values, then all versions: nothing is written until every document has
    # passed, and one refused document refuses the request.
    for document in writes:
        check(draft.actor, DOCUMENT_VERBS[document], draft.user)
    for document, write in writes.items():
        validate(document, {} if write == Restore(None) else write.value, conf.limits)
    outdated = tuple(name for name, write in writes.items() if _is_outdated(draft.user, name, write))
    if outdated:
        raise Conflict(outdated)
    for document, write in writes.items():
        _set_document(draft, document, write)


def _is_outdated(user: User, document: str, write: Write) -> bool:
    if not isinstance(write, Replace):
        return False
    current = getattr(user, document) or {}
    # Two users who saved the same text do not conflict: there is nothing to resolve.
    return write.opened_version != version_of(user, document) and not is_strictly_equal(current, write.value)


def _set_document(draft: Draft, document: str, write: Write) -> None:
    before: Document | None = getattr(draft.user, document)
    if isinstance(write, Patch):
        after = merge(document, before, write.value)
        # The patch passed `validate` by itself; merged with what is stored it may still be too large.
        check_size(document, after or {}, conf.limits)
        unchanged = is_strictly_equal(before, after)
    elif isinstance(write, Restore):
        after = write.value
        unchanged = is_strictly_equal(before, after)
    else:
        after = replacement(document, write.value)
        # An editor shows a missing document as `{}`: saving that unchanged is not a change.
        unchanged = is_strictly_equal(before or {}, after or {})
    if unchanged:
        return
    changes = diff(before, after)
    # Judged by the keys that differ, so that a client which sends back the whole document may do so.
    check_own_metadata_change(draft.actor, changes)
    check_by_schema(draft.actor, document, before, after)
    draft.set(**{document: after, f"{document}_version": version_of(draft.user, document) + 1})
    draft.note(Change.What(document), changes, was_missing=before is None)


def check_by_schema(actor: Actor, document: str, before: Document | None, after: Document | None) -> None:
    """Validate the write against the document's schema.

    Raises SchemaError for violations the write introduces (older ones are tolerated), and MetadataError
    where users change a key of their own document that they may not: one that the schema marks read-only
    and, on the own page, one it does not name.
    """
    schema = get_schema(document)
    if schema is None:
        return
    # Staff and API clients may write read-only keys: those are read-only for the user.
    if actor.kind == Kind.USER:
        for name in diff(before, after):
            is_foreign = actor.face == Face.PROFILE and name not in schema.names
            if is_foreign or name in schema.read_only:
                reason = Message("can be changed only by our staff; restore its earlier value")
                raise MetadataError((name,), reason, document=document)
    schema.check(document, before, after)


def version_of(user: User, document: str) -> int:
    """The number of changes of the document so far."""
    version: int = getattr(user, f"{document}_version")
    return version
