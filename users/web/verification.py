"""Mail somebody a link by which they prove that an address is theirs."""

from __future__ import annotations

import logging
from functools import partial

from django.db import transaction

from users.actions.errors import NotSupported
from users.actions.tickets import make_ticket
from users.models import Connection, Job, Ticket, User
from users.rights.actor import Actor, Kind
from users.rights.may import Verb, check
from users.web.mail import NoMail, check_mail, send_letter
from users.web.ticket_links import ticket_link

log = logging.getLogger(__name__)


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
    """The same as a job: the mail leaves once the present transaction is committed, and the job
    says whether it did. Raises Denied or NotSupported."""
    check(actor, Verb.SEND_VERIFICATION, user)
    check_verifiable(user.email, user.connection)
    client_id = actor.id if actor.kind == Kind.CLIENT else ""
    job = Job.objects.create(kind=Job.Kind.VERIFICATION_EMAIL, user=user, client_id=client_id)
    transaction.on_commit(partial(_run, job, actor))
    return job


def _run(job: Job, actor: Actor) -> None:
    """Never raises: what asked for the mail is done and cannot fail any more."""
    try:
        send_verification(job.user, actor=actor)
    except NoMail as error:
        _finish(job, Job.Status.FAILED, str(error))
    except Exception:
        log.exception("%s broke", job)
        _finish(job, Job.Status.FAILED, "Something broke on our side. It has been logged.")
    else:
        _finish(job, Job.Status.COMPLETED)


def _finish(job: Job, status: Job.Status, details: str = "") -> None:
    Job.objects.filter(pk=job.pk).update(status=status, details=details)
