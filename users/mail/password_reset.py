"""Mail a link to set a new password: requested by the owner, or by staff on their behalf."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from functools import partial
from urllib.parse import urlencode

from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.urls import reverse  # noqa: TID251 - links in mails lead to our pages
from django.utils.translation import gettext

from users.actions.account.record_password_reset import check_resettable, note_password_reset
from users.actions.errors import NotSupported
from users.conf import conf
from users.jobs.enqueue import enqueue
from users.jobs.errors import JobFailed
from users.jobs.run import Run
from users.log.ip_addresses import anonymize_ip
from users.log.record import NO_CLIENT, ClientContext, log_event
from users.log.request_origin import RequestOrigin, current_origin, use_origin
from users.mail.message import Link, Message
from users.mail.reader import application_of, client_of, reader_parameters, site_host
from users.mail.send import check_mail_enabled, send_once, user_of
from users.models import Connection, Job, User
from users.representation.branding import find_brand
from users.rights.actor import Actor, Face, command_actor
from users.rights.may import Verb, check

# The actor of a reset that was requested without signing in.
FORM_ACTOR = command_actor("password reset form", face=Face.SIGN_IN)


def request_password_reset(
    email: str,
    *,
    connections: Iterable[Connection] | None = None,
    through: ClientContext = NO_CLIENT,
    language: str = "",
) -> None:
    """Enqueue the request for a link for every user with this email, in these connections or in any.

    Nothing is looked up here, so that the response takes the same time whether or not there is one (user
    enumeration). `through` is the client whose page the user asked at, and `language` that of the page.
    """
    # Jobs store their parameters: the IP address is reduced before it is written.
    origin = replace(current_origin(), ip=anonymize_ip(current_origin().ip) or "")
    enqueue(
        Job.Kind.PASSWORD_RESET_REQUEST,
        actor=FORM_ACTOR,
        parameters={
            "email": email,
            "origin": asdict(origin),
            "connections": None if connections is None else [row.connection_id for row in connections],
            "through": asdict(through),
            "language": language,
        },
    )


@transaction.atomic
def send_password_reset(user: User, *, actor: Actor, reason: str = "") -> None:
    """Record that staff sent a link, and enqueue its email. Raises Denied, MailDisabled or NotSupported."""
    note_password_reset(user, actor=actor, reason=reason)
    check_mail_enabled()
    enqueue(Job.Kind.PASSWORD_RESET_EMAIL, actor=actor, user=user)


def enqueue_password_resets(run: Run) -> None:
    """Enqueue a mail for each account with the email that was typed, and log the request."""
    if run.state.get("is_done"):
        return
    email = run.parameters["email"]
    # Jobs that were enqueued by an earlier version have none of these.
    connections = run.parameters.get("connections")
    through = ClientContext(**run.parameters.get("through", {}))
    parameters = reader_parameters(client_id=through.client_id, language=run.parameters.get("language", ""))
    with run.step(), use_origin(RequestOrigin(**run.parameters["origin"])):
        # In the step: a resumed job must not send the emails again.
        run.state["is_done"] = True
        # A linked account's email signs in, too: its own password is reset.
        found = User.accounts.with_connection().by_email(email).in_own_database()
        if connections is not None:
            found = found.filter(connection__connection_id__in=connections)
        accounts = [account for account in found if _signed_in_user(account).is_active]
        for account in accounts:
            enqueue(Job.Kind.PASSWORD_RESET_EMAIL, actor=run.actor, user=account, parameters=parameters)
            user = _signed_in_user(account)
            log_event("scpr", user=user, connection=account.connection, through=through)
        if not accounts:
            log_event("fcpr", user_name=email, through=through)


def mail_password_reset(run: Run) -> None:
    """Send the email. The link is made here, so that it is never stored."""
    user = user_of(run)
    # Checked again: between request and delivery the user may have become staff.
    check(run.actor, Verb.SEND_RESET, user)
    try:
        check_resettable(user)
    except NotSupported as error:
        raise JobFailed(str(error)) from None
    assert user.email, "check_resettable refuses an account without"
    send_once(run, user.email, partial(_write, run, user))


def _write(run: Run, user: User) -> Message:
    """The link begins with PUBLIC_URL, never with a request's Host header."""
    parts = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    url = conf.public_url + reverse("account_reset_password_from_key", kwargs=parts)
    # The page that follows leads back to the application.
    if client_id := run.parameters.get("client_id"):
        url = f"{url}?{urlencode({'client_id': client_id})}"
    application = application_of(run)
    return Message(
        subject=gettext("Set a new password"),
        sender=application or conf.brand_name,
        opening=gettext("Follow this link to set a new password for your account:"),
        link=Link(url=url, label=gettext("Set new password")),
        closing=gettext("The link works once."),
        reason=gettext(
            "You received this email because a new password was requested for your account at %(sender)s. If "
            "you did not request it, ignore it: your password stays the same."
        )
        % {"sender": application or site_host()},
        brand=find_brand(client_of(run)),
    )


def _signed_in_user(account: User) -> User:
    """The user that the account signs in: its primary, if it is linked to one."""
    return account.linked_to or account
