"""Mail somebody a link to set a new password, on behalf of staff."""

from __future__ import annotations

from allauth.account.forms import default_token_generator
from allauth.account.internal.flows.password_reset import request_password_reset
from django.db import transaction
from django.http import HttpRequest

from users.actions.note_password_reset import note_password_reset
from users.models import User
from users.rights.actor import Actor
from users.web.mail import check_mail


@transaction.atomic  # a mail that could not be sent is not recorded as sent
def send_password_reset(request: HttpRequest, user: User, *, actor: Actor, reason: str = "") -> None:
    """The same mail as if the person had asked. Raises Denied, NoMail or NotSupported."""
    note_password_reset(user, actor=actor, reason=reason)
    check_mail()
    request_password_reset(request, user.email, [user], default_token_generator)
