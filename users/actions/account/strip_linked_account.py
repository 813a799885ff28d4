"""Remove what a linked account must not have, since only users have it."""

from __future__ import annotations

from users.actions.account.draft import Draft
from users.actions.account.multifactor import discard_factors
from users.metadata.diff import diff
from users.metadata.documents import APP_METADATA, USER_METADATA
from users.models import Change


def strip_primary_only_data(draft: Draft, *, with_access: bool) -> None:
    """Discard the documents (they are never merged), roles, permissions, tickets and second factors:
    signing in asks for the primary's. Each is recorded with its former value.

    `app_metadata`, roles and permissions are removed only `with_access`. They stay, unused, where users
    link their own accounts, so that nothing staff decided is lost or shed by linking and unlinking.
    """
    _discard_document(draft, USER_METADATA)
    if with_access:
        _discard_document(draft, APP_METADATA)
        _discard_roles(draft)
        _discard_permissions(draft)
    # An open link would still set the password of an account that now opens the primary.
    draft.user.tickets.all().delete()
    discard_factors(draft)


def _discard_document(draft: Draft, document: str) -> None:
    before = getattr(draft.user, document)
    if before is None:
        return
    version = getattr(draft.user, f"{document}_version")
    draft.set(**{document: None, f"{document}_version": version + 1})
    draft.note(Change.What(document), diff(before, None))


def _discard_roles(draft: Draft) -> None:
    memberships = draft.user.memberships.select_related("role")
    names = {one.role.name: {"before": one.role.role_id} for one in memberships}
    if names:
        memberships.delete()
        draft.note(Change.What.ROLES, names)


def _discard_permissions(draft: Draft) -> None:
    permissions = draft.user.direct_permissions.select_related("resource_server")
    held: dict[str, list[str]] = {}
    for one in permissions:
        held.setdefault(one.name, []).append(one.resource_server.audience)
    if held:
        permissions.delete()
        draft.note(Change.What.PERMISSIONS, {name: {"before": held[name]} for name in held})
