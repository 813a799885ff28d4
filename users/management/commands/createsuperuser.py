"""`manage.py createsuperuser`: asks for an email, by which users sign in."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext

from users.actions.account.create_user import create_user
from users.actions.errors import DuplicateField, NotSupported, WeakPassword
from users.models import DEFAULT_CONNECTION, Connection, User
from users.representation.validation import FieldError, check_profile
from users.rights.actor import command_actor

# The variable of Django's own command, so that existing deployment scripts work.
PASSWORD_VARIABLE = "DJANGO_SUPERUSER_PASSWORD"  # noqa: S105 - the name of a variable


class Command(BaseCommand):
    """Replaces Django's command, which would save the user without going through the write path."""

    help = (
        "Create an administrator with every right. Asks for a password;"
        f" --noinput takes it from {PASSWORD_VARIABLE}."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True, help=gettext("the email to sign in with"))
        parser.add_argument("--username", help=gettext("the username, where the connection requires one"))
        parser.add_argument(
            "--noinput",
            "--no-input",
            action="store_false",
            dest="interactive",
            help=gettext("do not prompt; read the password from the environment variable %(variable)s")
            % {"variable": PASSWORD_VARIABLE},
        )

    def handle(self, *, email: str, username: str | None, interactive: bool, **options: Any) -> None:
        connection = Connection.objects.get(name=DEFAULT_CONNECTION)
        _check_email(email, connection)
        make_user = partial(_create, connection, {"email": email, "username": username})
        user = self._ask(make_user) if interactive else self._take(make_user)
        self.stdout.write(gettext("%(email)s is now an administrator.") % {"email": user.email})

    def _take(self, make_user: Callable[[str], User]) -> User:
        # Not as an argument: command lines are visible to other users of the machine and stored in histories.
        password = os.environ.get(PASSWORD_VARIABLE)
        if not password:
            raise CommandError(
                gettext("--noinput needs the password in the environment variable %(variable)s.")
                % {"variable": PASSWORD_VARIABLE}
            )
        try:
            return make_user(password)
        except WeakPassword as error:
            raise CommandError(
                gettext("%(variable)s: %(error)s") % {"variable": PASSWORD_VARIABLE, "error": error}
            ) from None

    def _ask(self, make_user: Callable[[str], User]) -> User:
        # getpass would otherwise read from a pipe and echo the password.
        if not sys.stdin.isatty():
            raise CommandError(
                gettext("There is no terminal to prompt on. Use --noinput with %(variable)s set.")
                % {"variable": PASSWORD_VARIABLE}
            )
        try:
            while True:
                password = getpass.getpass(gettext("Password: "))
                if getpass.getpass(gettext("Password (again): ")) != password:
                    self.stderr.write(gettext("The passwords do not match. Try again."))
                    # Typed twice, since a typing mistake would lock the administrator out.
                    continue
                try:
                    return make_user(password)
                except WeakPassword as error:
                    self.stderr.write(str(error))
        # Ctrl-C or Ctrl-D at the prompt is a decision and needs no traceback.
        except (KeyboardInterrupt, EOFError):
            raise CommandError(gettext("Stopped; no user was created.")) from None


def _check_email(email: str, connection: Connection) -> None:
    """Validate the email before asking for a password."""
    try:
        check_profile({"email": email})
    except FieldError as error:
        raise CommandError(str(error)) from None
    # Only for a message before the prompt: the database has the last word on duplicates (`DuplicateField`).
    if User.accounts.by_email(email).filter(connection=connection).exists():
        raise CommandError(
            gettext("%(email)s is taken: a user with this email already exists.") % {"email": email}
        )


def _create(connection: Connection, logins: dict[str, str | None], password: str) -> User:
    try:
        return create_user(
            connection,
            actor=command_actor("createsuperuser"),
            # Marked as verified: an operator with a shell may vouch for the email.
            profile={name: login for name, login in logins.items() if login} | {"email_verified": True},
            password=password,
            is_superuser=True,
        )
    # The email has passed `_check_email`, so what is refused here is the username.
    except (FieldError, NotSupported) as error:
        raise CommandError(gettext("%(error)s See --username.") % {"error": error}) from None
    except DuplicateField as error:
        raise CommandError(
            gettext("%(email)s: %(error)s.") % {"email": logins["email"], "error": error}
        ) from None
