"""The one function that decides what a viewer may see of a document.

Pages, API, search, sorting, suggestions, history and exports all call it: what a viewer may not see is in
no response, and cannot be searched by.
"""

from __future__ import annotations

from typing import TypeVar

from users.conf import conf
from users.metadata.documents import APP_METADATA, Document
from users.models import User
from users.rights.actor import Actor, Kind
from users.rights.may import CHANGE_OWN, READ_OWN, Verb, may

Item = TypeVar("Item")

# The name under which the profile's root fields are checked.
PROFILE = "profile"
# The response to a write shows the user to a client that may write it, as Auth0's does.
USER_SCOPES = frozenset({"read:users", "create:users", "update:users", "update:users_app_metadata"})
# Auth0 accepts this scope for reading users, too, but it gives no right to the documents.
PROFILE_SCOPES = USER_SCOPES | {"read:user_idp_tokens"}


def visible(viewer: Actor, document: str, path: tuple[str, ...] = (), *, user: User | None = None) -> bool:
    """Whether `viewer` may see `path` of `document` ("user_metadata", "app_metadata" or "profile") of
    `user`; without a user, of users in general.

    The empty path stands for the document as a whole.
    """
    if viewer.kind == Kind.CLIENT:
        return bool(viewer.scopes & (PROFILE_SCOPES if document == PROFILE else USER_SCOPES))
    # A user's token reads that user only, whatever staff rights the user has.
    if viewer.kind == Kind.USER and viewer.has_token:
        return user is not None and viewer.is_self(user) and _visible_by_token(viewer, document)
    # `app_metadata` belongs to staff: users see only the keys that the installation shows them.
    if viewer.kind == Kind.USER and document == APP_METADATA:
        shown = bool(path) and path[0] in conf.profile_app_metadata_keys
        return shown and user is not None and viewer.is_self(user)
    if not may(viewer, Verb.VIEW, user):
        return False
    return document != APP_METADATA or may(viewer, Verb.VIEW_APP_METADATA, user)


def _visible_by_token(viewer: Actor, document: str) -> bool:
    """For the viewer's own user. A token that may change it sees the response to the change, as with
    Auth0."""
    if document == APP_METADATA:
        may_see = conf.current_user_sees_app_metadata and not viewer.is_third_party
        return may_see and bool(viewer.scopes & READ_OWN)
    return bool(viewer.scopes & (READ_OWN | CHANGE_OWN))


def visible_part(viewer: Actor, document: str, user: User) -> Document | None:
    """What `viewer` may see of the user's document; None if nothing."""
    value: Document | None = getattr(user, document)
    if visible(viewer, document, user=user):
        return value
    return visible_items(viewer, document, value or {}, user=user) or None


def visible_items(
    viewer: Actor, document: str, items: dict[str, Item], *, user: User | None
) -> dict[str, Item]:
    """Those of `items`, by keys of the document, that `viewer` may see.

    The rights are checked once for the document, or else for the few keys that may be shown individually:
    never once per key, of which a user may write a hundred thousand.
    """
    if visible(viewer, document, user=user):
        return items
    single = conf.profile_app_metadata_keys if document == APP_METADATA else ()
    shown = {key for key in single if key in items and visible(viewer, document, (key,), user=user)}
    return {key: item for key, item in items.items() if key in shown} if shown else {}
