"""What a patch does to a document, and what a replacement leaves.

Source: Auth0 docs, "Manage metadata with the Management API", and recorded traffic: keys
merge at the first level only; null removes; `{}` wipes, after which `user_metadata` is
served as `{}` and `app_metadata` not at all.
"""

from __future__ import annotations

from users.metadata.documents import USER_METADATA, Document


def merge(document: str, old: Document | None, patch: Document) -> Document | None:
    """Lay `patch` over the first-level keys of `old` (None: never set).

    A nested object is replaced whole; a key set to null is removed; `{}` wipes. The last
    key removed leaves `{}`. Returns None where the document is gone. Changes neither argument.
    """
    if not patch:
        return emptied_document(document)
    merged = {**(old or {}), **patch}
    kept = {key: value for key, value in merged.items() if key not in patch or value is not None}
    return None if old is None and not kept else kept


def replacement(document: str, new: Document) -> Document | None:
    """`new` as the whole document. Keys set to null stay: the editor shows what is stored."""
    return new or emptied_document(document)


def initial_document(document: str, new: Document) -> Document | None:
    """The document of a new account: a first-level null is not stored, as in a patch."""
    return merge(document, {}, new)


def emptied_document(document: str) -> Document | None:
    """What is left of `document` after `{}`."""
    return {} if document == USER_METADATA else None
