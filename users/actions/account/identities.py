"""Link one account to another, and unlink them.

Source: Auth0 docs, "User Account Linking" and "Unlink User Accounts", and recorded traffic.
"""

from __future__ import annotations

from django.db import transaction

from users.actions.account.draft import Draft, lock_user, open_draft
from users.actions.account.strip_linked_account import strip_primary_only_data
from users.actions.errors import BadIdentity, IdentityTaken, UserNotFound
from users.models import Change, User
from users.models.write_guard import allow_account_writes
from users.representation.profile import serialize_identity
from users.rights.actor import Actor, Kind
from users.rights.may import Verb, check
from users.rights.protected_accounts import check_unprotected, is_protected
from users.tokens.id_tokens import VerifiedIdToken


def link(
    primary: User, secondary: User, *, actor: Actor, proof: VerifiedIdToken | None = None, reason: str = ""
) -> User:
    """Make `secondary` a linked identity of `primary`, and return the fresh primary.

    The primary's profile and documents stay as they are. The secondary is no longer a user of its own: it
    has email and password for signing in to the primary, and loses what only users have. Accounts linked
    to it become linked to the primary, so that no way of signing in is lost.

    A blocked account, or one with staff rights, cannot be the secondary: linking would lift the block, or
    hide the rights. `proof` is the ID token that shows the secondary to be the actor's own; then no right
    to it is required, unless the token belongs to an earlier user with that id, or was issued before a
    change of its password or second factor. Raises Denied, BadIdentity, IdentityTaken or UserNotFound.
    """
    if primary.pk == secondary.pk:
        raise BadIdentity("Main identity and the new one are the same.")
    with transaction.atomic(), allow_account_writes():
        main, other = (Draft(user, actor, reason) for user in _lock_both(primary, secondary))
        check(actor, Verb.CHANGE_IDENTITIES, main.user)
        # The token replaces the right to the secondary, never the protection of staff accounts.
        if proof is not None:
            check_unprotected(actor, other.user)
            _check_still_proven(other.user, proof)
        else:
            check(actor, Verb.CHANGE_IDENTITIES, other.user)
        if other.user.blocked or is_protected(other.user):
            raise BadIdentity("Unable to link with the secondary account.")
        followers = [Draft(user, actor, reason) for user in _linked_to(other.user)]
        strip_primary_only_data(other, with_access=actor.kind != Kind.USER)
        # Its own linked accounts move to the primary below: links are one level deep.
        other.set(linked_identities=None)
        # Its sessions and tokens are those of a user that no longer exists by itself.
        other.end_access()
        for draft in (other, *followers):
            _relink(draft, None if draft is other else other.user, main.user)
            _add_identity(main, draft.user)
            draft.save()
        main.save()
    return main.user


def _check_still_proven(user: User, proof: VerifiedIdToken) -> None:
    """Raises BadIdentity for an ID token that no longer proves ownership.

    A change of the second factor does not end tokens, so times are compared; `iat` has whole seconds, and
    a token from the same second is refused.
    """
    factor = user.multifactor_last_modified
    is_older = factor is not None and proof.issued_at <= factor.timestamp()
    if is_older or proof.generation != user.token_generation:
        raise BadIdentity("Invalid token (link_with).")


def unlink(primary: User, provider: str, given_id: str, *, actor: Actor, reason: str = "") -> User:
    """Make the linked account a user of its own again, without documents, and return the fresh primary.

    `app_metadata`, roles and permissions that linking left in place are its own again. Accounts of a
    blocked user stay blocked. The primary's sessions and tokens end, since it is not known which of them
    began with the account being unlinked. Raises Denied, BadIdentity or UserNotFound.
    """
    with open_draft(primary, actor, reason=reason) as main:
        check(actor, Verb.CHANGE_IDENTITIES, main.user)
        _unlink(main, _find_linked(main.user, provider, given_id))
    return main.user


def unlink_all(main: Draft) -> None:
    """Make every account that is linked to the user a user of its own again."""
    for user in _linked_to(main.user):
        _unlink(main, user)


def separate(account: User, *, actor: Actor) -> User:
    """Unlink an account whose owner is not known to be the owner of its primary, and return it, a user of its
    own. Not for requests of users: rights are not checked. Raises UserNotFound."""
    assert account.linked_to is not None, "the caller has checked"
    with open_draft(account.linked_to, actor) as main:
        found = _find_linked(main.user, account.provider, account.bare_id)
        _unlink(main, found)
    return found


def _unlink(main: Draft, user: User) -> None:
    other = Draft(user, main.actor, main.reason)
    _relink(other, main.user, None)
    # Otherwise a blocked user could sign in again with the account that was unlinked.
    if main.user.blocked:
        blocked = {"before": other.user.blocked, "after": True}
        other.set(blocked=True)
        other.note(Change.What.PROFILE, {"blocked": blocked})
    other.save()
    _remove_identity(main, other.user)
    main.end_access()


def possible_ids(provider: str, given_id: str) -> tuple[str, ...]:
    """Every `user_id` that may be meant: the documented form is the bare id, and some clients send ids
    that include the provider."""
    return (f"{provider}|{given_id}", *((given_id,) if given_id.startswith(f"{provider}|") else ()))


def _lock_both(primary: User, secondary: User) -> list[User]:
    """Lock both rows and return them as they are now, the primary first.

    In the order of primary keys, to prevent deadlocks, and one query each: a single query over both could
    wait for the second row while it already holds a row that has meanwhile been linked.
    """
    found = {}
    for user in sorted((primary, secondary), key=lambda user: user.pk):
        try:
            found[user] = lock_user(user)
        # The secondary may have been linked or deleted by another request; Auth0 has different answers to
        # these.
        except UserNotFound:
            if user == primary:
                raise
            raise _secondary_error(secondary) from None
    return [found[primary], found[secondary]]


def _secondary_error(secondary: User) -> Exception:
    if User.accounts.filter(pk=secondary.pk).exists():
        return IdentityTaken()
    return BadIdentity("Provided secondary account not found.")


def _linked_to(user: User) -> list[User]:
    """The accounts linked to the user, locked, in the order in which the profile shows them."""
    if not user.linked_identities:
        return []
    rows = User.accounts.with_connection().select_for_update(of=("self",)).filter(linked_to=user)
    found = {(row.provider, row.bare_id): row for row in rows.order_by("pk")}
    return [found[shown["provider"], shown["user_id"]] for shown in user.linked_identities]


def _find_linked(primary: User, provider: str, given_id: str) -> User:
    ids = possible_ids(provider, given_id)
    rows = User.accounts.with_connection().select_for_update(of=("self",))
    found = {row.user_id: row for row in rows.filter(linked_to=primary, user_id__in=ids).order_by("pk")}
    for user_id in ids:
        if user_id in found:
            return found[user_id]
    if primary.user_id in ids:
        raise BadIdentity("Main identity cannot be removed.")
    raise BadIdentity("The user exists, but does not contain the given identity.")


def _relink(draft: Draft, before: User | None, after: User | None) -> None:
    """Set the user that the account is linked to; None for none."""
    draft.set(linked_to=after)
    sides = {"before": before, "after": after}
    ids = {side: user.user_id for side, user in sides.items() if user is not None}
    draft.note(Change.What.IDENTITIES, {"linked_to": ids})


def _add_identity(main: Draft, user: User) -> None:
    shown = serialize_identity(user)
    main.set(linked_identities=[*(main.user.linked_identities or []), shown])
    main.note(Change.What.IDENTITIES, {user.user_id: {"after": shown}})


def _remove_identity(main: Draft, user: User) -> None:
    gone = (user.provider, user.bare_id)
    shown = [one for one in main.user.linked_identities or [] if (one["provider"], one["user_id"]) != gone]
    main.set(linked_identities=shown or None)
    main.note(Change.What.IDENTITIES, {user.user_id: {"before": serialize_identity(user)}})
