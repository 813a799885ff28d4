"""`manage.py createclient`."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext

from users.conf import conf
from users.management.clients import CLIENT_CREDENTIALS, GRANT_TYPES, create_api_client
from users.models import Client
from users.models.concrete_fields import concrete_field
from users.rights.actor import command_actor
from users.tokens.scopes import explain_refused_scopes
from users.web.cors import origin_of


class Command(BaseCommand):
    """Create an API client. Its secret is stored as a hash, so this is the only time it is shown."""

    help = "Create an API client and print its id and secret. The secret is shown only once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help=gettext("its display name, such as Shop"))
        parser.add_argument(
            "--scope", default="", help=gettext('what it may do as itself, such as "read:users update:users"')
        )
        parser.add_argument(
            "--grant",
            action="append",
            choices=GRANT_TYPES,
            help=gettext(
                "how it gets tokens; repeatable (default %(grant)s); the two password "
                "grants are for applications of your own in which users type their password"
            )
            % {"grant": CLIENT_CREDENTIALS},
        )
        parser.add_argument(
            "--origin",
            action="append",
            default=[],
            metavar="URL",
            help=gettext("origin whose pages may call the API, such as https://shop.example.com; repeatable"),
        )
        parser.add_argument(
            "--public",
            action="store_true",
            help=gettext("it cannot keep a secret (as in a browser), so it gets none"),
        )
        parser.add_argument("--json", action="store_true", help=gettext("print only a JSON object"))

    def handle(
        self,
        *,
        name: str,
        scope: str,
        grant: list[str] | None,
        origin: list[str],
        public: bool,
        json: bool,
        **options: Any,
    ) -> None:
        # Spaces as OAuth writes scopes, commas as users type them.
        scopes = list(dict.fromkeys(scope.replace(",", " ").split()))
        grants = list(dict.fromkeys(grant or [CLIENT_CREDENTIALS]))
        # Checked before anything is stored, so that the errors name the options of this command.
        _check_name(name)
        _check_grants(scopes, grants, public)
        origins = [_parse_origin(address) for address in origin]
        client, secret = create_api_client(
            name.strip(),
            scopes,
            grants,
            origins=origins,
            is_public=public,
            actor=command_actor("createclient"),
        )
        credentials = {
            "client_id": client.client_id,
            # Left out for public clients, so that scripts notice.
            **({"client_secret": secret} if secret else {}),
            "audience": conf.management_audience,
            # One text with spaces between, as the token endpoint takes it (RFC 6749, section 3.3).
            "scope": " ".join(scopes),
            "grant_types": client.grant_types,
        }
        self.stdout.write(_format_json(credentials) if json else _format_text(client, credentials))


def _check_name(name: str) -> None:
    # Checked here because SQLite does not enforce the length of a column.
    longest = concrete_field(Client, "name").max_length or 0
    if not name.strip() or len(name.strip()) > longest:
        raise CommandError(gettext("The name must have 1 to %(longest)s characters.") % {"longest": longest})


def _check_grants(scopes: list[str], grants: list[str], is_public: bool) -> None:
    """Check that scopes and secret fit the grants."""
    if CLIENT_CREDENTIALS not in grants:
        if scopes:
            raise CommandError(
                gettext("--scope is what a client may do as itself: it requires --grant %(grant)s.")
                % {"grant": CLIENT_CREDENTIALS}
            )
        return
    # RFC 6749, section 4.4: the client credentials grant is for confidential clients only.
    if is_public:
        raise CommandError(
            gettext("A public client has no secret for %(grant)s; name another --grant.")
            % {"grant": CLIENT_CREDENTIALS}
        )
    if not scopes:
        raise CommandError(gettext('--scope must name at least one scope, like "read:users".'))
    refusal = explain_refused_scopes(scopes)
    if refusal:
        raise CommandError(gettext("--scope: %(refusal)s.") % {"refusal": refusal})


def _parse_origin(address: str) -> str:
    origin = origin_of(address)
    # A path would suggest a restriction that browsers do not apply: an origin is a whole host.
    if origin is None or address.rstrip("/") != origin:
        raise CommandError(
            gettext("--origin: %(address)s is not an origin, such as https://shop.example.com.")
            % {"address": address}
        )
    return origin


def _format_json(credentials: dict[str, Any]) -> str:
    return json.dumps(credentials, indent=2)


def _format_text(client: Client, credentials: dict[str, Any]) -> str:
    names = ("client_id", "client_secret", "audience", "scope")
    shown = (f"  {name:<15}{credentials[name]}" for name in names if credentials.get(name))
    advice = gettext("Store the secret now: only its hash is stored here, and it is not shown again.")
    return "\n".join(
        (
            gettext("%(client)s can now call the API.") % {"client": client.name},
            "",
            *shown,
            *(("", advice) if "client_secret" in credentials else ()),
        )
    )
