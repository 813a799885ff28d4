"""Login tickets: issue one for a checked password, and redeem it once."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.utils import timezone

from users.models import Client, Connection, LoginTicket, User
from users.models.authorization import hash_token

# The page goes on to `/authorize` at once.
LIFETIME = timedelta(seconds=60)


class LoginTicketRefused(Exception):
    """The ticket is unknown, used, expired, or of another client, connection or origin."""


def issue_login_ticket(user: User, client: Client, *, connection: Connection, origin: str) -> str:
    """Return a new ticket for a user whose password was checked through the connection, on a page of this
    origin. Only its hash is stored."""
    text = f"lt_{secrets.token_urlsafe(32)}"
    now = timezone.now()
    LoginTicket.objects.create(
        ticket_hash=hash_token(text),
        user=user,
        connection=connection,
        client=client,
        origin=origin,
        token_generation=user.token_generation,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    return text


def redeem_login_ticket(text: str, client: Client, *, origin: str, realms: tuple[str, ...]) -> LoginTicket:
    """Spend the ticket, and return it with its user and connection. Raises LoginTicketRefused.

    `origin` is that of the page that presents it, empty where the browser does not say; `realms` are the
    names of connections that the request gives. The first attempt spends the ticket, whatever comes of it.
    """
    rows = LoginTicket.objects.filter(ticket_hash=hash_token(text))
    ticket = rows.select_related("user__connection", "connection").first()
    # One DELETE, so that of two requests at once only one goes on.
    if ticket is None or not rows.delete()[0]:
        raise LoginTicketRefused
    if ticket.expires_at <= timezone.now() or ticket.client_id != client.pk:
        raise LoginTicketRefused
    if origin not in ("", ticket.origin) or not set(realms) <= {ticket.connection.name}:
        raise LoginTicketRefused
    # That of a blocked user has ended as well, and the sign-in says why.
    if not ticket.user.blocked and ticket.token_generation != ticket.user.token_generation:
        raise LoginTicketRefused
    return ticket
