"""Mail a new user an invitation: a link by which they set their first password."""

from __future__ import annotations

from functools import partial

from users.actions.account.tickets import create_ticket
from users.jobs.enqueue import enqueue
from users.jobs.run import Run
from users.mail.send import site_host
from users.mail.ticket_links import mail_ticket, ticket_link
from users.mail.verification import check_verifiable
from users.models import Job, Ticket, User
from users.rights.actor import Actor
from users.rights.may import Verb, check


def request_invitation(user: User, *, actor: Actor, reason: str = "") -> Job:
    """Enqueue the mail in the caller's transaction. Raises Denied or NotSupported."""
    check(actor, Verb.SEND_RESET, user)
    check_verifiable(user.email, user.connection)
    return enqueue(Job.Kind.INVITATION_EMAIL, actor=actor, user=user, parameters={"reason": reason})


def mail_invitation(run: Run) -> None:
    """Send the mail."""
    mail_ticket(run, "invitation", partial(_context, run))


def _context(run: Run, user: User) -> dict[str, str]:
    # Checked again: the email or connection may have changed since the request.
    check_verifiable(user.email, user.connection)
    secret = create_ticket(
        user,
        Ticket.Purpose.PASSWORD_CHANGE,
        actor=run.actor,
        # With the right to send links, not to create tickets: staff never see this link.
        verb=Verb.SEND_RESET,
        # Only a reader of the mail can follow the link.
        marks_email_as_verified=True,
        reason=run.parameters["reason"],
    )
    return {"link": ticket_link(Ticket.Purpose.PASSWORD_CHANGE, secret), "site": site_host()}
