"""Mail somebody a link by which they prove that an address is theirs."""

from __future__ import annotations

from functools import partial

from users.actions.errors import NotSupported
from users.actions.tickets import make_ticket
from users.jobs.enqueue import enqueue
from users.jobs.errors import JobFailed
from users.jobs.registry import job
from users.jobs.run import Run
from users.models import Connection, Job, Ticket, User
from users.rights.actor import Actor
from users.rights.may import Verb, check
from users.web.mail import NoMail, check_mail, send_letter
from users.web.ticket_links import ticket_link


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
    """For whoever is about to write an account and to send such a mail after it. Raises
    NotSupported or NoMail."""
    check_verifiable(email, connection)
    check_mail()


def send_verification(user: User, *, actor: Actor, reason: str = "") -> None:
    """Raises Denied, NotSupported or NoMail. The mail server is not spoken to inside a
    transaction, which would keep others waiting."""
    check_can_send(user.email, user.connection)
    purpose = Ticket.Purpose.EMAIL_VERIFICATION
    secret = make_ticket(user, purpose, actor=actor, verb=Verb.SEND_VERIFICATION, reason=reason)
    send_letter("verification", user.email, {"link": ticket_link(purpose, secret)})


def request_verification(user: User, *, actor: Actor) -> Job:
    """The same as a job, in the caller's transaction: what asked for the mail is done and cannot
    fail any more, and the job says whether it left. Raises Denied or NotSupported."""
    check(actor, Verb.SEND_VERIFICATION, user)
    check_verifiable(user.email, user.connection)
    return enqueue(Job.Kind.VERIFICATION_EMAIL, actor=actor, user=user)


@job(Job.Kind.VERIFICATION_EMAIL)
def mail_verification(run: Run) -> None:
    """One mail or none: a job that is killed in the very middle fails, and may be asked for anew."""
    user = run.job.user
    if user is None:
        raise JobFailed("The user was deleted meanwhile.")
    send = partial(send_verification, user, actor=run.actor)
    try:
        run.once("mail", send, doing="handing over the mail")
    except (NoMail, NotSupported) as error:
        raise JobFailed(str(error)) from None
