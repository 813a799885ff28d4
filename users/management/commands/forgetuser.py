"""`manage.py forgetuser`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext

from users.actions.account.forget_user import erase_user_history
from users.actions.errors import NotSupported
from users.rights.actor import command_actor


class Command(BaseCommand):
    """Erase the history of a deleted user. Running it again erases nothing more."""

    help = (
        "Erase the history of a deleted user. The record of the deletion itself is not erased, nor are"
        " changes that they made to other users."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "user_id", help=gettext("the id of the deleted user, such as auth0|6600aa11bb22cc33dd44ee55")
        )

    def handle(self, *, user_id: str, **options: Any) -> None:
        try:
            lines = erase_user_history(user_id, actor=command_actor("forgetuser"))
        except NotSupported as error:
            raise CommandError(str(error)) from None
        self.stdout.write(gettext("%(lines)s changes erased.") % {"lines": lines})
