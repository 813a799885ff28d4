"""Send the security notices that actions request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from users.actions.account.security_notices import EMAIL_CHANGED, FACTOR_REMOVED, TOKEN_REUSED
from users.conf import conf
from users.jobs.run import Run
from users.mail.message import Message
from users.mail.reader import application_of, site_host
from users.mail.send import send_once


@dataclass(frozen=True, kw_only=True)
class Notice:
    """The texts of a notice, with the placeholders `site`, `at` and `application`."""

    subject: Promise
    opening: Promise
    closing: Promise
    reason: Promise


def mail_notice(run: Run) -> None:
    """Send it to the email that the account had before the change, also if the account was deleted since."""
    send_once(run, run.parameters["to"], lambda: _write(run))


def _write(run: Run) -> Message:
    notice = _NOTICES[run.parameters["notice"]]
    names = {
        "site": site_host(),
        "application": application_of(run),
        "at": _format_time(datetime.fromisoformat(run.parameters["at"])),
    }
    return Message(
        subject=str(notice.subject) % names,
        sender=conf.brand_name,
        opening=str(notice.opening) % names,
        closing=str(notice.closing) % names,
        reason=str(notice.reason) % names,
    )


def _format_time(at: datetime) -> str:
    # Translators: a format of Django's date filter. Django's own for English is American.
    return f"{date_format(at, gettext('j F Y, H:i'))} UTC"


_NOTICES: Mapping[str, Notice] = {
    EMAIL_CHANGED: Notice(
        subject=gettext_lazy("Your email at %(site)s was changed"),
        opening=gettext_lazy(
            "On %(at)s the email of your account at %(site)s was changed. The account no longer uses this "
            "email, so links to reset the password are no longer sent here."
        ),
        closing=gettext_lazy(
            "If you made this change, you do not need to do anything. If you did not, someone else may have "
            "access to your account: contact the administrators of %(site)s at once."
        ),
        reason=gettext_lazy(
            "You received this email because it belonged to an account at %(site)s. Changes by which you "
            "could lose an account are always reported."
        ),
    ),
    FACTOR_REMOVED: Notice(
        subject=gettext_lazy("Two-step sign-in at %(site)s was turned off"),
        opening=gettext_lazy(
            "On %(at)s two-step sign-in was turned off for your account at %(site)s. Signing in now requires "
            "only the password, and the recovery codes no longer work."
        ),
        closing=gettext_lazy(
            "If you made this change, you do not need to do anything. If you did not, someone else may have "
            "access to your account: change your password, and contact the administrators of %(site)s at "
            "once."
        ),
        reason=gettext_lazy(
            "You received this email because you have an account at %(site)s. Changes by which you could "
            "lose an account are always reported."
        ),
    ),
    TOKEN_REUSED: Notice(
        subject=gettext_lazy("You were signed out of %(application)s"),
        opening=gettext_lazy(
            "On %(at)s a refresh token of your sign-in to %(application)s was used that had already been "
            "replaced. It may have been copied, so we have ended this sign-in, for you and for anyone else."
        ),
        closing=gettext_lazy(
            "Sign in again. If this happens repeatedly, or if you do not use %(application)s, change your "
            "password and contact the administrators of %(site)s."
        ),
        reason=gettext_lazy(
            "You received this email because you have an account at %(site)s. Signs that someone else may "
            "use an account are always reported."
        ),
    ),
}
