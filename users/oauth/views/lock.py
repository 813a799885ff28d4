"""The settings that Lock reads before it shows a form, as scripts.

Source: auth0-lock 14.3.0, `core/client/index.js` and `core/tenant/index.js`.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from users.conf import conf
from users.models import Connection
from users.models.compiled_lookup import find_active_client
from users.representation.usernames import username_lengths
from users.sign_in.enabled_connections import enabled_databases

CACHE_SECONDS = 60
# Characters that could end the script, or a comment or a page around it.
_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&"}


@require_safe
def client_settings(request: HttpRequest, client_id: str) -> HttpResponse:
    """The connections of a client, of which Lock makes its form. 404 for an unknown client, which Lock
    reports as an error; what the query says is ignored."""
    client = find_active_client(client_id)
    if client is None:
        return HttpResponse(
            "// There is no client with this ID.\n", content_type="text/javascript", status=404
        )
    databases = [_database(connection) for connection in enabled_databases(client)]
    settings = {
        "id": client.client_id,
        "tenant": urlsplit(conf.public_url).hostname,
        "strategies": [{"name": "auth0", "connections": databases}],
    }
    return _script("Auth0.setClient", settings)


@require_safe
def tenant_settings(request: HttpRequest) -> HttpResponse:
    """The connections through which users sign in to any client, for Lock's option `__useTenantInfo`."""
    used = Connection.objects.filter(strategy="auth0", is_enabled=True, clients__is_revoked=False).distinct()
    databases = [
        {
            "name": connection.name,
            "strategy": connection.strategy,
            "allowSignup": not connection.options.get("disable_signup"),
            "allowForgot": conf.is_email_configured,
            "requiresUsername": bool(connection.options.get("requires_username")),
            "validation": {**_validation(connection), **_policy(connection)},
        }
        for connection in used
    ]
    return _script("Auth0.setTenant", {"connections": {"database": databases}})


def _database(connection: Connection) -> dict[str, Any]:
    """A database connection as Lock reads it."""
    return {
        "name": connection.name,
        "display_name": connection.display_name or None,
        **_policy(connection),
        "password_complexity_options": connection.options.get("password_complexity_options", {}),
        "showSignup": not connection.options.get("disable_signup"),
        "showForgot": conf.is_email_configured,
        "requires_username": bool(connection.options.get("requires_username")),
        "validation": _validation(connection),
    }


def _policy(connection: Connection) -> dict[str, Any]:
    policy = connection.options.get("passwordPolicy")
    return {"passwordPolicy": policy} if policy else {}


def _validation(connection: Connection) -> dict[str, Any]:
    shortest, longest = username_lengths(connection.options)
    return {"username": {"min": shortest, "max": longest}}


def _script(function: str, settings: dict[str, Any]) -> HttpResponse:
    """A script that calls one of Lock's functions. Pages of any origin may load it."""
    text = json.dumps(settings).translate(_ESCAPES)
    headers = {
        "Cache-Control": f"public, max-age={CACHE_SECONDS}",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    return HttpResponse(
        f"{function}({text});\n", content_type="text/javascript; charset=utf-8", headers=headers
    )
