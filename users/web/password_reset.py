"""Mail somebody a link to set a new password, on behalf of staff."""

from __future__ import annotations

from allauth.account.forms import default_token_generator
from allauth.account.internal.flows.password_reset import request_password_reset
from django.http import HttpRequest

from users.actions.errors import NotSupported
from users.conf import conf
from users.models import User


class NoMail(Exception):
    """No mail can leave this installation."""


def send_password_reset(request: HttpRequest, user: User) -> None:
    """The same mail as if the person had asked. Raises NoMail or NotSupported."""
    if not conf.is_email_configured:
        raise NoMail("Mail is not set up (EMAIL_URL), so nothing was sent.")
    if not user.email or not user.connection.is_database:
        raise NotSupported("This account has no password here to reset.")
    request_password_reset(request, user.email, [user], default_token_generator)
