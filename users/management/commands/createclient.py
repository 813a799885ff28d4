"""`manage.py createclient`."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from users.conf import conf
from users.management.clients import GRANT_TYPES, create_client
from users.models import Client
from users.tokens.scopes import refused_for_machines


class Command(BaseCommand):
    """The secret is stored hashed, so this is the one time it can be seen."""

    help = "Make an API client and print its id and secret. The secret is shown this once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="what people call it, like Shop")
        parser.add_argument("--scope", required=True, help='what it may do, like "read:users update:users"')
        parser.add_argument(
            "--grant",
            choices=GRANT_TYPES,
            default=GRANT_TYPES[0],
            help="how it gets tokens (default %(default)s)",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object only")

    def handle(self, *, name: str, scope: str, grant: str, json: bool, **options: Any) -> None:
        scopes = list(dict.fromkeys(scope.replace(",", " ").split()))
        _check(name, scopes)
        client, secret = create_client(name.strip(), scopes, [grant])
        credentials = {
            "client_id": client.client_id,
            "client_secret": secret,
            "audience": conf.management_audience,
            "scope": " ".join(scopes),
            "grant_types": [grant],
        }
        self.stdout.write(_as_json(credentials) if json else _as_text(client, credentials))


def _check(name: str, scopes: list[str]) -> None:
    longest = Client._meta.get_field("name").max_length
    if not name.strip() or len(name.strip()) > longest:
        raise CommandError(f"The name must have 1 to {longest} characters.")
    if not scopes:
        raise CommandError('--scope must name at least one scope, like "read:users".')
    refusal = refused_for_machines(scopes)
    if refusal:
        raise CommandError(f"--scope: {refusal}.")


def _as_json(credentials: dict[str, Any]) -> str:
    return json.dumps(credentials, indent=2)


def _as_text(client: Client, credentials: dict[str, Any]) -> str:
    return "\n".join(
        (
            f"{client.name} may now call the API.",
            "",
            f"  client_id      {credentials['client_id']}",
            f"  client_secret  {credentials['client_secret']}",
            f"  audience       {credentials['audience']}",
            f"  scope          {credentials['scope']}",
            "",
            "Keep the secret now: only its hash is stored, and it is not shown again.",
        )
    )
