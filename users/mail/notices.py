"""Send the security notices that actions request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext

from users.actions.account.security_notices import EMAIL_CHANGED, FACTOR_REMOVED
from users.conf import conf
from users.jobs.run import Run
from users.mail.message import Message
from users.mail.reader import site_host
from users.mail.send import send_once


def mail_notice(run: Run) -> None:
    """Send it to the email that the account had before the change, also if the account was deleted since."""
    write = _NOTICES[run.parameters["notice"]]
    at = datetime.fromisoformat(run.parameters["at"])
    send_once(run, run.parameters["to"], lambda: write(site_host(), _format_time(at)))


def _format_time(at: datetime) -> str:
    # Translators: a format of Django's date filter. Django's own for English is American.
    return f"{date_format(at, gettext('j F Y, H:i'))} UTC"


def _write_email_changed(site: str, at: str) -> Message:
    names = {"site": site, "at": at}
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


def _write_factor_removed(site: str, at: str) -> Message:
    names = {"site": site, "at": at}
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


_NOTICES: Mapping[str, Callable[[str, str], Message]] = {
    EMAIL_CHANGED: _write_email_changed,
    FACTOR_REMOVED: _write_factor_removed,
}
