"""Mail a new user an invitation: a link by which they set their first password."""

from __future__ import annotations

from functools import partial

from django.utils.translation import gettext

from users.actions.account.tickets import create_ticket
from users.conf import conf
from users.jobs.enqueue import enqueue
from users.jobs.run import Run
from users.mail.message import Link, Message
from users.mail.reader import site_host
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
    mail_ticket(run, partial(_write, run))


def _write(run: Run, user: User) -> Message:
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
    site = site_host()
    return Message(
        subject=gettext("Your account at %(site)s") % {"site": site},
        sender=conf.brand_name,
        opening=gettext("An account at %(site)s was created for you. Follow this link to set your password:")
        % {"site": site},
        link=Link(url=ticket_link(Ticket.Purpose.PASSWORD_CHANGE, secret), label=gettext("Set password")),
        closing=gettext("The link works once, within five days."),
        reason=gettext(
            "You received this email because an account with your email was created at %(site)s. If you did "
            "not expect it, ignore it: without a password, the account cannot be used to sign in."
        )
        % {"site": site},
    )
