"""Send the security notices that actions request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext

from users.actions.account.security_notices import EMAIL_CHANGED, FACTOR_REMOVED, TOKEN_REUSED
from users.conf import conf
from users.jobs.run import Run
from users.mail.message import Message
from users.mail.reader import application_of, site_host
from users.mail.send import send_once

# The names in the texts: `site`, `at` and `application`.
Names = Mapping[str, str]


def mail_notice(run: Run) -> None:
    """Send it to the email that the account had before the change, also if the account was deleted since."""
    write = _NOTICES[run.parameters["notice"]]
    at = datetime.fromisoformat(run.parameters["at"])
    names = {"site": site_host(), "application": application_of(run)}
    # The time in the language of the reader, in which `send_once` writes.
    send_once(run, run.parameters["to"], lambda: write({**names, "at": _format_time(at)}))


def _format_time(at: datetime) -> str:
    # Translators: a format of Django's date filter. Django's own for English is American.
    return f"{date_format(at, gettext('j F Y, H:i'))} UTC"


def _write_email_changed(names: Names) -> Message:
    return Message(
        subject=gettext("Your email at %(site)s was changed") % names,
        sender=conf.brand_name,
        opening=gettext(
            "On %(at)s the email of your account at %(site)s was changed. The account no longer uses this "
            "email, so links to reset the password are no longer sent here."
        )
        % names,
        closing=gettext(
            "If you made this change, you do not need to do anything. If you did not, someone else may have "
            "access to your account: contact the administrators of %(site)s at once."
        )
        % names,
        reason=gettext(
            "You received this email because it belonged to an account at %(site)s. Changes by which you "
            "could lose an account are always reported."
        )
        % names,
    )


def _write_factor_removed(names: Names) -> Message:
    return Message(
        subject=gettext("Two-step sign-in at %(site)s was turned off") % names,
        sender=conf.brand_name,
        opening=gettext(
            "On %(at)s two-step sign-in was turned off for your account at %(site)s. Signing in now requires "
            "only the password, and the recovery codes no longer work."
        )
        % names,
        closing=gettext(
            "If you made this change, you do not need to do anything. If you did not, someone else may have "
            "access to your account: change your password, and contact the administrators of %(site)s at "
            "once."
        )
        % names,
        reason=gettext(
            "You received this email because you have an account at %(site)s. Changes by which you could "
            "lose an account are always reported."
        )
        % names,
    )


def _write_token_reused(names: Names) -> Message:
    return Message(
        subject=gettext("You were signed out of %(application)s") % names,
        sender=conf.brand_name,
        opening=gettext(
            "On %(at)s a refresh token of your sign-in to %(application)s was used that had already been "
            "replaced. It may have been copied, so we have ended this sign-in, for you and for anyone else."
        )
        % names,
        closing=gettext(
            "Sign in again. If this happens repeatedly, or if you do not use %(application)s, change your "
            "password and contact the administrators of %(site)s."
        )
        % names,
        reason=gettext(
            "You received this email because you have an account at %(site)s. Signs that someone else may "
            "use an account are always reported."
        )
        % names,
    )


_NOTICES: Mapping[str, Callable[[Names], Message]] = {
    EMAIL_CHANGED: _write_email_changed,
    FACTOR_REMOVED: _write_factor_removed,
    TOKEN_REUSED: _write_token_reused,
}
