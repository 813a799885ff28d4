"""What a request wants of a document: to lay a patch over it, or to replace it."""

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
from users.metadata.validate import check_size, validate
from users.models import Change, User
from users.rights.actor import Actor, Face, Kind
from users.rights.may import Verb, check
from users.rights.own_metadata import check_own_metadata_change
from users.schemas.current import get_schema

DOCUMENT_VERBS = {USER_METADATA: Verb.CHANGE_USER_METADATA, APP_METADATA: Verb.CHANGE_APP_METADATA}


@dataclass(frozen=True)
class Patch:
    """Lay `value` over the first level; null removes a key, `{}` wipes."""

    value: JSON


@dataclass(frozen=True)
class Replace:
    """Put `value` in place of the document, if it is still at the version that was opened."""

    value: JSON
    opened_version: int


@dataclass(frozen=True)
class Restore:
    """Make the document what it once was: None where it was not there at all."""

    value: Document | None


Write = Patch | Replace | Restore


def set_documents(draft: Draft, writes: dict[str, Write]) -> None:
    """Apply each write. Raises Denied, MetadataError (SchemaError where a schema is broken anew)
    or, naming all of them, Conflict."""
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
    # What somebody else has already written just so needs no quarrel.
    return write.opened_version != version_of(user, document) and not is_strictly_equal(current, write.value)


def _set_document(draft: Draft, document: str, write: Write) -> None:
    before: Document | None = getattr(draft.user, document)
    if isinstance(write, Patch):
        after = merge(document, before, write.value)
        check_size(document, after or {}, conf.limits)
        unchanged = is_strictly_equal(before, after)
    elif isinstance(write, Restore):
        after = write.value
        unchanged = is_strictly_equal(before, after)
    else:
        after = replacement(document, write.value)
        unchanged = is_strictly_equal(before or {}, after or {})
    if unchanged:
        return
    changes = diff(before, after)
    check_own_metadata_change(draft.actor, changes)
    check_by_schema(draft.actor, document, before, after)
    draft.set(**{document: after, f"{document}_version": version_of(draft.user, document) + 1})
    draft.note(Change.What(document), changes, was_missing=before is None)


def check_by_schema(actor: Actor, document: str, before: Document | None, after: Document | None) -> None:
    """Raises SchemaError for what the write makes newly invalid, and MetadataError where people
    touch a key of their own document that is not theirs: one the schema calls read-only and, at
    their own page, one it does not name."""
    schema = get_schema(document)
    if schema is None:
        return
    if actor.kind == Kind.USER:
        for name in diff(before, after):
            is_foreign = actor.face == Face.PROFILE and name not in schema.names
            if is_foreign or name in schema.read_only:
                reason = "only our staff can change this; put it back as it was"
                raise MetadataError((name,), reason, document=document)
    schema.check(document, before, after)


def version_of(user: User, document: str) -> int:
    """How many times the document has changed."""
    version: int = getattr(user, f"{document}_version")
    return version
