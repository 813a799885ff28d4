"""Mail a link by which a user verifies their email."""

from __future__ import annotations

from functools import partial

from django.utils.translation import gettext

from users.actions.account.tickets import create_ticket
from users.actions.errors import NotSupported
from users.conf import conf
from users.jobs.enqueue import enqueue
from users.jobs.run import Run
from users.mail.message import Link, Message
from users.mail.reader import application_of, client_of, reader_parameters, site_host
from users.mail.send import check_mail_enabled
from users.mail.ticket_links import mail_ticket, ticket_link
from users.models import Connection, Job, Ticket, User
from users.representation.branding import find_brand
from users.rights.actor import Actor
from users.rights.may import Verb, check


def check_verifiable(email: str | None, connection: Connection) -> None:
    """Raises NotSupported where such an address cannot be verified by mail.

    Source: Auth0's published OpenAPI document, POST /jobs/verification-email, status 400."""
    if not connection.is_database:
        raise NotSupported("Connection must be a database connection.")
    if not connection.is_enabled:
        raise NotSupported("Connection must be enabled.")
    if not email:
        raise NotSupported("User does not have an email address.")


def check_can_send(email: str | None, connection: Connection) -> None:
    """Check before an account is written whether a verification mail could follow. Raises
    NotSupported or MailDisabled."""
    check_verifiable(email, connection)
    check_mail_enabled()


def request_verification(
    user: User, *, actor: Actor, reason: str = "", client_id: str = "", language: str = ""
) -> Job:
    """Enqueue the mail in the caller's transaction; the job says whether it was sent. `client_id` and
    `language` are those of the page where the user signed up. Raises Denied or NotSupported."""
    check(actor, Verb.SEND_VERIFICATION, user)
    check_verifiable(user.email, user.connection)
    # The reason is a parameter: the ticket that it is recorded with is made by the job.
    parameters = reader_parameters(client_id=client_id, language=language)
    if reason:
        parameters["reason"] = reason
    return enqueue(Job.Kind.VERIFICATION_EMAIL, actor=actor, user=user, parameters=parameters)


def mail_verification(run: Run) -> None:
    """Send the mail."""
    mail_ticket(run, partial(_write, run))


def _write(run: Run, user: User) -> Message:
    # Checked again: the email or connection may have changed since the request.
    check_verifiable(user.email, user.connection)
    # With the right to send verifications, not to create tickets: staff never see this link.
    secret = create_ticket(
        user,
        Ticket.Purpose.EMAIL_VERIFICATION,
        actor=run.actor,
        verb=Verb.SEND_VERIFICATION,
        result_url=client.sign_in_url if (client := client_of(run)) else "",
        reason=run.parameters.get("reason", ""),
    )
    application = application_of(run)
    return Message(
        subject=gettext("Confirm your email"),
        sender=application or conf.brand_name,
        opening=gettext("Follow this link to confirm that this email is yours:"),
        link=Link(url=ticket_link(Ticket.Purpose.EMAIL_VERIFICATION, secret), label=gettext("Confirm email")),
        closing=gettext("The link works once, within five days."),
        reason=gettext(
            "You received this email because your email was given for an account at %(sender)s. If you have "
            "no account there, ignore it."
        )
        % {"sender": application or site_host()},
        brand=find_brand(client_of(run)),
    )
