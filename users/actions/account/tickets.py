"""Tickets: single-use links to set a password or verify an email, made by staff or clients and used by the
user."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string

from users.actions.account.draft import Draft, open_draft
from users.actions.account.email_ownership import mark_email_verified, prove_ownership
from users.actions.account.passwords import set_password
from users.actions.errors import NotSupported, TicketRefused
from users.history.record import record_change
from users.models import Change, Ticket, User
from users.rights.actor import Actor
from users.rights.may import Verb, check
from users.rights.protected_accounts import is_protected

Purpose = Ticket.Purpose

# Source: Auth0's published OpenAPI document, POST /tickets/..., `ttl_sec`, status 400.
LIFETIME = timedelta(days=5)
NO_EMAIL = "The user does not have an email address."
UNSUPPORTED_CONNECTION = "The user's main connection does not support this operation."


def create_ticket(
    user: User,
    purpose: Purpose,
    *,
    actor: Actor,
    verb: Verb = Verb.MAKE_TICKET,
    lifetime: timedelta = LIFETIME,
    result_url: str = "",
    names_email_in_redirect: bool = False,
    marks_email_as_verified: bool = False,
    reason: str = "",
) -> str:
    """Create a ticket and record it. Returns its secret, 32 letters or digits, which is not stored. Raises
    Denied, Protected or NotSupported."""
    check(actor, verb, user)
    if not user.email:
        raise NotSupported(NO_EMAIL)
    if not user.connection.is_database or not user.connection.is_enabled:
        raise NotSupported(UNSUPPORTED_CONNECTION)
    secret, now = get_random_string(32), timezone.now()
    with transaction.atomic():
        Ticket.objects.create(
            secret_hash=_hash(secret),
            purpose=purpose,
            user=user,
            # Remembered, so that the link is void once the email changes: it was sent to the old one.
            email=user.email,
            result_url=result_url,
            names_email_in_redirect=names_email_in_redirect,
            marks_email_as_verified=marks_email_as_verified,
            made_by=actor.id,
            created_at=now,
            expires_at=now + lifetime,
        )
        keys = {"ticket": {"after": purpose}}
        record_change(user, Change.What.TICKET, keys, actor=actor, at=now, reason=reason)
    return secret


def get_valid_ticket(secret: str, purpose: Purpose) -> Ticket:
    """The ticket of a link, with its user and connection. Raises TicketRefused unless it is valid."""
    # Looked up by hash: the database does not hold what a link carries, and an index look-up of a hash leaks
    # nothing by its timing.
    found = Ticket.objects.select_related("user__connection")
    ticket = found.filter(secret_hash=_hash(secret), purpose=purpose).first()
    if ticket is None:
        raise TicketRefused(TicketRefused.Why.UNKNOWN)
    _check_valid(ticket, ticket.user)
    return ticket


def set_password_by_ticket(ticket: Ticket, password: str, *, actor: Actor) -> User:
    """Set the password of the ticket's user and mark the ticket as used, or neither. Raises TicketRefused,
    WeakPassword, NotSupported or UserNotFound."""
    with open_draft(ticket.user, actor) as draft:
        _mark_used(ticket, draft)
        set_password(draft, password)
        if ticket.marks_email_as_verified:
            prove_ownership(draft)
    return draft.user


def verify_email_by_ticket(ticket: Ticket, *, actor: Actor, is_signed_in: bool = False) -> User:
    """Mark the email as verified and the ticket as used. Raises TicketRefused or UserNotFound.

    Following the link proves access to the mailbox. `is_signed_in` says that it was followed in a browser in
    which the user is signed in: then who signed up and who owns the email are the same person, and nothing is
    removed (`users.actions.account.email_ownership`).
    """
    with open_draft(ticket.user, actor) as draft:
        _mark_used(ticket, draft)
        if is_signed_in:
            mark_email_verified(draft)
        else:
            prove_ownership(draft)
    return draft.user


def _mark_used(ticket: Ticket, draft: Draft) -> None:
    """Mark the ticket as used, so that it works once. The user is locked, so of two requests with the same
    link the second finds it used."""
    ticket = Ticket.objects.get(pk=ticket.pk)
    _check_valid(ticket, draft.user)
    ticket.used_at = draft.at
    ticket.save(update_fields=["used_at"])


def _check_valid(ticket: Ticket, user: User) -> None:
    if ticket.used_at is not None:
        raise TicketRefused(TicketRefused.Why.USED, ticket)
    if ticket.expires_at <= timezone.now():
        raise TicketRefused(TicketRefused.Why.EXPIRED, ticket)
    if _is_obsolete(ticket, user):
        raise TicketRefused(TicketRefused.Why.OVERTAKEN, ticket)


def _is_obsolete(ticket: Ticket, user: User) -> bool:
    """Whether the user has changed in a way that voids the ticket."""
    if user.email != ticket.email:
        return True
    if ticket.purpose != Purpose.PASSWORD_CHANGE:
        return False
    reset = user.last_password_reset
    # A ticket for a staff account is void: an agent may hold one that was created before the user became
    # staff.
    return (reset is not None and reset > ticket.created_at) or is_protected(user)


def _hash(secret: str) -> str:
    """A fast hash is enough: 32 random characters cannot be guessed, unlike a password."""
    return hashlib.sha256(secret.encode()).hexdigest()
