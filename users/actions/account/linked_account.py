"""Change the sign-in fields of a linked account through its primary user."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from users.actions.account.draft import Draft
from users.actions.errors import NotSupported
from users.metadata.equal import is_strictly_equal
from users.models import Change, User
from users.representation.profile import serialize_identity


@contextmanager
def open_linked_draft(draft: Draft, user_id: str) -> Iterator[Draft]:
    """A draft of the account with this `user_id` that is linked to the draft's user. Saved at the end of
    the block, with the copy that the primary shows. Raises NotSupported where no such account is linked."""
    rows = User.accounts.with_connection().select_for_update(of=("self",))
    row = rows.filter(user_id=user_id, linked_to=draft.user).first()
    if row is None:
        raise NotSupported("The user has no identity in this connection.")
    linked = Draft(row, draft.actor, draft.reason, primary=draft.user)
    before, password = serialize_identity(row), row.password
    yield linked
    linked.save()
    _update_identity(draft, row, before)
    if row.password != password:
        # The linked account signs in to the primary, so its new password ends the primary's sessions too.
        draft.end_access()
        draft.note(Change.What.PASSWORD, {"identity": {"after": user_id}})


def _update_identity(draft: Draft, linked: User, before: dict[str, object]) -> None:
    after = serialize_identity(linked)
    if is_strictly_equal(before, after):
        return
    place = (after["provider"], after["user_id"])
    linked_identities = draft.user.linked_identities or []
    shown = [after if (one["provider"], one["user_id"]) == place else one for one in linked_identities]
    draft.set(linked_identities=shown)
    draft.note(Change.What.IDENTITIES, {linked.user_id: {"before": before, "after": after}})
