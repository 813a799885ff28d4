"""What a user has and a linked account has not."""

from __future__ import annotations

from users.actions.account.draft import Draft
from users.actions.account.multifactor import discard_factors
from users.metadata.diff import diff
from users.metadata.documents import APP_METADATA, USER_METADATA
from users.models import Change


def strip_primary_only_data(draft: Draft, *, with_access: bool) -> None:
    """Discard the documents, never merged into anything, then roles, permissions, links in mails
    and second factors: signing in asks for the primary's. Each has its line in the record, with
    what it was.

    `app_metadata`, roles and permissions go only `with_access`: nobody sheds their own by linking
    and parting two accounts of theirs. They rest until the account is parted again.
    """
    _discard_document(draft, USER_METADATA)
    if with_access:
        _discard_document(draft, APP_METADATA)
        _discard_roles(draft)
        _discard_permissions(draft)
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
