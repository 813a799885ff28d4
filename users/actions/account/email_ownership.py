"""The first proof that a user owns the email of their account, and what it ends.

Anyone can sign up with another person's email. Until the owner of the email appears, the account may hold
what gives another person access later, or locks the owner out ("pre-hijacking"): a password, sessions,
tokens, a second factor, linked accounts. A new password ends the first three; the first proof removes
the others.

Source: Sudhodanan and Paverd, "Pre-hijacked accounts", USENIX Security 2022.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from users.actions.account.draft import Draft, open_draft
from users.actions.account.edit_user import Edit, edit_user
from users.actions.account.identities import separate, unlink_all
from users.actions.account.multifactor import discard_factors
from users.actions.account.passwords import set_password
from users.models import Change, User
from users.rights.actor import Actor, Face
from users.rights.protected_accounts import is_protected


@transaction.atomic
def reset_password(account: User, password: str, *, owner: Callable[[User], Actor]) -> User:
    """Set the password of a user who has followed a link in an email, which proves that the email is theirs.

    `account` may be linked to another; the first proof separates the two. `owner` builds the actor of a user.
    Returns the user whom the account signs in. Raises NotSupported, WeakPassword or UserNotFound.
    """
    primary = account.linked_to
    if primary is not None and _is_unproven(account):
        account = separate(account, actor=owner(account))
    elif primary is not None:
        edit = Edit(password=password, identity=account.user_id)
        return edit_user(primary, edit, actor=owner(primary))
    with open_draft(account, owner(account)) as draft:
        set_password(draft, password)
        prove_ownership(draft)
    return draft.user


def prove_ownership(draft: Draft) -> None:
    """Mark the email as verified; at the first proof, remove second factors and linked accounts as well."""
    is_first = _is_unproven(draft.user)
    mark_email_verified(draft)
    if is_first:
        discard_factors(draft)
        unlink_all(draft)


def would_remove_factors(user: User) -> bool:
    """Whether the user has a second factor that the first proof would remove."""
    return bool(user.multifactor) and _is_unproven(user)


def mark_email_verified(draft: Draft) -> None:
    """Mark the email as verified, and record it."""
    if not draft.user.email_verified:
        draft.set(email_verified=True)
        draft.note(Change.What.PROFILE, {"email_verified": {"before": False, "after": True}})


def _is_unproven(user: User) -> bool:
    """Whether the user has signed up without ever proving the email.

    Factors of accounts that staff, clients or imports have created stay: there, the mailbox alone must not
    replace the second factor. They stay as well where retention has deleted the record of the sign-up.
    """
    if user.email_verified or is_protected(user):
        return False
    # An earlier user may have had the same id.
    record = Change.objects.filter(subject=user.user_id, at__gte=user.created_at)
    has_signed_up = record.filter(what=Change.What.CREATED, face=Face.SIGN_IN).exists()
    return has_signed_up and not record.filter(keys__email_verified__after=True).exists()
