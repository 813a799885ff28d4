"""`manage.py run_demo`: the core of `make run`."""

from __future__ import annotations

import os
import socket
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, connections
from django.utils.translation import gettext

from users.management.arguments import whole_number
from users.management.commands.seed_demo import DEFAULT_USERS
from users.management.demo import announce, demo_file
from users.management.demo.sample_application import register_sample_application
from users.management.demo.seed import seed
from users.management.demo.supervisor import start_supervisor
from users.management.progress import Progress
from users.models import User
from users.models.old_databases import OldDatabase

# The demo speaks plain HTTP, which is safe on the loopback interface only.
HOST = "127.0.0.1"


class Command(BaseCommand):
    """Prepare the demo, then replace this process by the server.

    So stopping this process stops everything, including the worker that runs the jobs.
    """

    help = (
        "Prepare the database, fill it if it is empty, print the sign-in data, run the jobs, and serve on"
        " 127.0.0.1:PORT."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--users",
            type=whole_number,
            default=DEFAULT_USERS,
            metavar="N",
            help=gettext("number of users to create in an empty database"),
        )

    def handle(self, *, users: int, **options: Any) -> None:
        _check_port()
        # SQLite creates files but no directories.
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        try:
            call_command("migrate", interactive=False, verbosity=0)
        except OldDatabase as error:
            raise CommandError(f"{error}\n{announce.start_over(_database_file())}") from None
        call_command("collectstatic", interactive=False, verbosity=0)
        # A second `make run` continues with the data of the first.
        if not User.objects.exists():
            seed(users, on_record=Progress(self.stderr, users, "users"))
        if announce.has_demo_pages():
            register_sample_application()
        self._print_summary()
        # An open connection would be inherited by both the supervisor and the server.
        connections.close_all()
        # Before exec, which replaces this process but leaves its children running.
        start_supervisor()
        _serve()

    def _print_summary(self) -> None:
        self._print(announce.url_summary(settings.PUBLIC_URL))
        here = f"{HOST}:{settings.PORT}"
        # Behind a proxy the printed URLs point there, while gunicorn listens locally.
        if f"http://{here}" != settings.PUBLIC_URL:
            self._print(
                gettext("Listening on %(here)s only; %(url)s must point there.")
                % {"here": here, "url": settings.PUBLIC_URL}
            )
        document = demo_file.read()
        if document is None:
            self._print(
                gettext("There are users, but %(file)s does not contain their passwords.")
                % {"file": settings.DEMO_FILE},
                gettext("To create an administrator:"),
                "  .venv/bin/python manage.py createsuperuser --email you@example.com",
                announce.start_over(_database_file()),
            )
        else:
            # PORT or PUBLIC_URL may differ from those of the last run.
            document = demo_file.refresh_urls(document)
            self._print(announce.account_summary(document))
            self._print_outdated(document)
            self._print(gettext("All of this is stored in %(file)s") % {"file": settings.DEMO_FILE})
        self._print(gettext("Press Ctrl-C to stop."))

    def _print_outdated(self, document: demo_file.DemoDocument) -> None:
        outdated = demo_file.find_outdated(document)
        if outdated:
            self._print(
                gettext("Some of this is out of date:"),
                *(f"  {sentence}" for sentence in outdated),
                announce.start_over(_database_file()),
            )

    def _print(self, *lines: str) -> None:
        self.stdout.write("\n".join(lines), ending="\n\n")
        # The server takes over this process, and a buffered text would be lost where the output is a pipe.
        self.stdout.flush()


def _check_port() -> None:
    """Fail early with a clear message: gunicorn would only retry for a while."""
    with socket.socket() as probe:
        # As gunicorn does: a recently closed server may leave sockets in TIME_WAIT.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, settings.PORT))
        except OSError as error:
            raise CommandError(
                gettext(
                    "Port %(port)s cannot be used (%(reason)s). Stop the program that uses it, or "
                    "choose another port: PORT=8001 make run"
                )
                % {"port": settings.PORT, "reason": error.strerror}
            ) from None


def _database_file() -> str:
    return str(connection.settings_dict["NAME"]) if connection.vendor == "sqlite" else ""


def _serve() -> None:
    """Replace this process by gunicorn: same process id, same terminal, so that Ctrl-C reaches it."""
    # `execv` runs none of Python's exit handlers, which would flush the buffer.
    sys.stdout.flush()
    arguments = [
        *(sys.executable, "-m", "gunicorn"),
        *("--config", "python:config.gunicorn"),
        *("--bind", f"{HOST}:{settings.PORT}"),
        *("--chdir", str(settings.BASE_DIR)),
        "config.wsgi",
    ]
    os.execv(sys.executable, arguments)  # noqa: S606 - our own interpreter, no shell
