"""Merge a patch into a document, or replace it.

Source: Auth0 docs, "Manage metadata with the Management API", and recorded traffic: keys merge at the
first level only; null removes a key; `{}` empties the document, after which `user_metadata` is returned as
`{}` and `app_metadata` not at all.
"""

from __future__ import annotations

from users.metadata.documents import USER_METADATA, Document


def merge(document: str, old: Document | None, patch: Document) -> Document | None:
    """Merge `patch` into the first-level keys of `old` (None: never set).

    A nested object is replaced as a whole; a key set to null is removed; `{}` empties. Removing the last
    key leaves `{}`. Returns None where the document ceases to exist. Modifies neither argument.
    """
    if not patch:
        return emptied_document(document)
    merged = {**(old or {}), **patch}
    # Nulls of the patch only: a null that was stored by a replacement stays.
    kept = {key: value for key, value in merged.items() if key not in patch or value is not None}
    return None if old is None and not kept else kept


def replacement(document: str, new: Document) -> Document | None:
    """`new` as the whole document. Keys set to null stay, as the editor shows what is stored."""
    return new or emptied_document(document)


def initial_document(document: str, new: Document) -> Document | None:
    """The document of a new user: as in a patch, a first-level null is not stored."""
    return merge(document, {}, new)


def emptied_document(document: str) -> Document | None:
    """What is left of `document` after `{}`."""
    return {} if document == USER_METADATA else None
