"""Edit a user: profile, documents and password in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from users.actions.account.documents import Write, set_documents
from users.actions.account.draft import Draft, check_version, open_draft
from users.actions.account.linked_account import open_linked_draft
from users.actions.account.passwords import set_password
from users.actions.account.profile_fields import set_profile
from users.actions.errors import InvalidCombination, NotSupported
from users.models import User
from users.representation.fields import DESCRIPTIVE_FIELDS, SIGN_IN_FIELDS
from users.rights.actor import Actor

# Source: Auth0's published OpenAPI document, PATCH /users/{id}, status 400.
EXCLUSIVE_FIELDS = (
    ("password", "email"),
    ("password", "email_verified"),
    ("username", "email"),
    ("username", "email_verified"),
    ("username", "password"),
)


@dataclass(frozen=True, kw_only=True)
class Edit:
    """One request to edit one user. Fields that are left out stay as they are."""

    profile: Mapping[str, Any] = field(default_factory=dict)
    documents: Mapping[str, Write] = field(default_factory=dict)
    password: str | None = None
    # The `user_id` of a linked account whose sign-in fields are to change, in place of the primary's own.
    identity: str | None = None
    # The versions of the row that the caller accepts to overwrite (`If-Match`); None for any.
    expected_versions: frozenset[int] | None = None


def edit_user(account: User | str, edit: Edit, *, actor: Actor, reason: str = "") -> User:
    """Apply all of `edit` or nothing, record it, and return the fresh user.

    The user may be given by `user_id`. Writes nothing where nothing changes.

    Raises Denied, InvalidCombination, StaleVersion, FieldError, MetadataError, Conflict, DuplicateField,
    WeakPassword, NotSupported or UserNotFound.
    """
    check_combination(edit)
    with open_draft(account, actor, reason=reason) as draft:
        check_version(draft.user, edit.expected_versions)
        if edit.identity is None:
            _apply(draft, edit)
        else:
            # Both in one transaction: the primary carries a copy of the linked account's profile.
            own, linked = _split_edit(edit)
            _apply(draft, own)
            with open_linked_draft(draft, edit.identity) as login:
                _apply(login, linked)
    return draft.user


def _apply(draft: Draft, edit: Edit) -> None:
    if edit.profile:
        set_profile(draft, edit.profile)
    if edit.documents:
        set_documents(draft, dict(edit.documents))
    if edit.password is not None:
        set_password(draft, edit.password)


def _split_edit(edit: Edit) -> tuple[Edit, Edit]:
    """Split the edit between the user and the linked account. Raises NotSupported.

    Source: Auth0's published OpenAPI document, PATCH /users/{id}.
    """
    # A linked account has no profile of its own to show: only the primary's names are seen.
    names = sorted(edit.profile.keys() & set(DESCRIPTIVE_FIELDS))
    if names:
        raise NotSupported(
            f"The following user attributes cannot be updated: {', '.join(names)}."
            " The specified connection belongs to a secondary identity."
        )
    signs_in = {name: value for name, value in edit.profile.items() if name in SIGN_IN_FIELDS}
    rest = {name: value for name, value in edit.profile.items() if name not in SIGN_IN_FIELDS}
    return Edit(profile=rest, documents=edit.documents), Edit(profile=signs_in, password=edit.password)


def check_combination(edit: Edit) -> None:
    """Raises InvalidCombination, in Auth0's words, for fields that cannot change in one request."""
    given = set(edit.profile) | ({"password"} if edit.password is not None else set())
    for first, second in EXCLUSIVE_FIELDS:
        if {first, second} <= given:
            raise InvalidCombination(first, second)
