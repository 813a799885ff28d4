"""`manage.py seed_demo`."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext

from users.import_export.errors import TransferError
from users.management.arguments import whole_number
from users.management.demo import announce
from users.management.demo.demo_file import DemoDocument
from users.management.demo.seed import AlreadySeeded, seed
from users.management.progress import Progress

DEFAULT_USERS = 1000


class Command(BaseCommand):
    """Fill the database with demo data, in one transaction."""

    help = (
        "Fill the database with generated users, Jane Doe, an administrator, a support agent and an API"
        " client. Their random passwords are printed and stored in .demo.json."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--users", type=whole_number, default=DEFAULT_USERS, metavar="N", help=gettext("how many users")
        )
        parser.add_argument(
            "--json", action="store_true", help=gettext("print the contents of .demo.json only")
        )

    def handle(self, *, users: int, json: bool, **options: Any) -> None:
        try:
            # Progress goes to stderr: with --json, stdout holds one JSON object and nothing else.
            document = seed(users, on_record=Progress(self.stderr, users, "users"))
        except AlreadySeeded as error:
            raise CommandError(
                gettext("%(error)s: this database holds the demo already. Nothing changed.")
                % {"error": error}
            ) from None
        except TransferError as error:
            raise CommandError(
                gettext("Nothing changed. The file of users: %(error)s") % {"error": error}
            ) from None
        self.stdout.write(_format_json(document) if json else _format_text(document))


def _format_json(document: DemoDocument) -> str:
    return json.dumps(document, indent=2)


def _format_text(document: DemoDocument) -> str:
    return f"{announce.url_summary(document['url'])}\n\n{announce.account_summary(document)}"
