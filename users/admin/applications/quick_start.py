"""Quick start: how an application signs users in or gets tokens, with its own values filled in.

The snippets are files of `templates/users/admin/quick_start/`, one folder a library. `%name%` in them, always
within quotes, stands for an attribute of `Values`. The secret is in none: they read it from the environment.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import PurePosixPath
from urllib.parse import quote, urlencode, urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from users.admin.applications.api_access import list_apis
from users.admin.request import TemplateContext
from users.conf import conf
from users.models import Client, ResourceServer
from users.web.cors import origin_of

Type = Client.Type
Text = str | Promise
# Scopes of a custom API that a snippet asks for.
MAX_SCOPES = 5
FOLDER = settings.BASE_DIR / "templates/users/admin/quick_start"
PLACEHOLDER = re.compile(r"%([a-z_]+)%")
OPENID_SCOPE = "openid profile email"
OWN_SCOPE = f"{OPENID_SCOPE} read:current_user update:current_user_metadata"
EXAMPLE_CALLBACK = "https://app.example.com/callback"
HTTPS_ONLY = gettext_lazy(
    "This library connects by HTTPS alone, so that PUBLIC_URL must begin with https://."
)

# Lock on a page cannot send a code challenge.
IMPLICIT_ONLY = gettext_lazy("This library needs the implicit grant: allow it under Settings.")
# nextjs-auth0 4 refuses a domain with a port.
HOST_NAME_ONLY = gettext_lazy("This library needs a PUBLIC_URL with https://, a host name and no port.")


@dataclass(frozen=True)
class Values:
    """What the snippets are filled with. `audience` is empty where tokens are for `/userinfo` only."""

    public_url: str
    client_id: str
    callback: str
    logout_url: str
    audience: str
    scope: str
    has_secret: bool
    # For libraries that show one.
    logo: str
    has_implicit_grant: bool

    @property
    def host(self) -> str:
        """The domain, as libraries take it."""
        return urlsplit(self.public_url).netloc

    @property
    def domain(self) -> str:
        """The domain for libraries that also take a URL, which plain HTTP needs."""
        return self.host if self.public_url.startswith("https://") else self.public_url

    @property
    def origin(self) -> str:
        """The origin of the application."""
        return origin_of(self.callback) or self.callback

    @property
    def after_logout(self) -> str:
        """Where a page sends its user after signing out: to itself, where nothing else is registered."""
        return self.logout_url or self.origin

    @property
    def authorize_url(self) -> str:
        """Where a user signs in with PKCE, without the challenge."""
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.callback,
            "audience": self.audience,
            "scope": self.scope,
            "code_challenge_method": "S256",
        }
        return f"{self.public_url}/authorize?{urlencode(query, quote_via=quote)}"


@dataclass(frozen=True)
class File:
    """One file of a snippet, or a command where it has no name."""

    name: str
    code: str


@dataclass(frozen=True)
class Snippet:
    """What one library needs. `callback` and `logout_url` are the URLs that have to be registered for it."""

    install: str
    files: list[File]
    callback: str = ""
    logout_url: str = ""
    note: Text = ""


@dataclass(frozen=True)
class Library:
    """A way to sign in, for applications of these types."""

    slug: str
    label: str
    types: frozenset[str]
    snippet: Callable[[Values], Snippet] = field(repr=False)


def quick_start_context(client: Client, library: str, audience: str) -> TemplateContext:
    """What the tab shows: the libraries for this type of application and the snippet of one of them, for
    the API with this audience."""
    offered = [one for one in LIBRARIES if client.app_type in one.types]
    chosen = next((one for one in offered if one.slug == library), offered[0])
    is_machine = client.app_type == Type.MACHINE
    authorized = set(client.grants.values_list("resource_server_id", flat=True)) if is_machine else set()
    # The APIs that tokens can be for; for a machine those first that it is authorized for.
    apis = sorted(list_apis(), key=lambda one: is_machine and one.pk not in authorized)
    api = next((one for one in apis if one.audience == audience), apis[0])
    values = _values(client, api)
    snippet = chosen.snippet(values)
    return {
        "libraries": offered,
        "library": chosen,
        "snippet": snippet,
        "apis": [(one.audience, one.name) for one in apis],
        "api": api,
        "values": values,
        "is_unauthorized": is_machine and api.pk not in authorized,
        "is_callback_missing": bool(snippet.callback) and snippet.callback not in client.callbacks,
        "is_logout_url_missing": bool(snippet.logout_url)
        and snippet.logout_url not in client.allowed_logout_urls,
        "discovery": f"{conf.public_url}/.well-known/openid-configuration",
        "issuer": conf.issuer,
    }


def _values(client: Client, api: ResourceServer) -> Values:
    scope = OWN_SCOPE if api.is_management else " ".join([OPENID_SCOPE, *api.scope_values[:MAX_SCOPES]])
    return Values(
        public_url=conf.public_url,
        client_id=client.client_id,
        callback=next(iter(client.callbacks), EXAMPLE_CALLBACK),
        logout_url=next(iter(client.allowed_logout_urls), ""),
        audience=api.audience,
        scope=scope,
        has_secret=not client.is_public,
        logo=client.logo_uri or f"{conf.public_url}{reverse('favicon')}",
        has_implicit_grant="implicit" in client.grant_types,
    )


@cache
def _read(path: str) -> str:
    return (FOLDER / path).read_text()


def _in_double_quotes(value: str) -> str:
    """Escape for a text of JavaScript or Python."""
    return json.dumps(value)[1:-1]


def _in_single_quotes(value: str) -> str:
    """Escape for a word of the shell."""
    return value.replace("'", "'\"'\"'")


# How values are escaped in files with these suffixes; as `_in_double_quotes` does in all others.
ESCAPES: dict[str, Callable[[str], str]] = {".sh": _in_single_quotes, ".local": str}


def _fill(values: Values, library: str, *names: str) -> list[File]:
    """Read these files of a library and fill in the values."""
    return [_fill_file(values, f"{library}/{name}", name) for name in names]


def _fill_file(values: Values, path: str, name: str) -> File:
    """Raises AttributeError for a `%name%` that `Values` lacks."""
    suffix = PurePosixPath(name).suffix
    escape = ESCAPES.get(suffix, _in_double_quotes)
    code = PLACEHOLDER.sub(lambda found: escape(getattr(values, found[1])), _read(path))
    return File("" if suffix == ".sh" else name, code)


def _spa_js(values: Values) -> Snippet:
    files = _fill(values, "auth0-spa-js", "sign-in.js")
    return Snippet("npm install @auth0/auth0-spa-js", files, values.callback, values.after_logout)


def _react(values: Values) -> Snippet:
    files = _fill(values, "auth0-react", "main.jsx")
    return Snippet("npm install @auth0/auth0-react", files, values.callback, values.after_logout)


def _lock(values: Values) -> Snippet:
    files = _fill(values, "auth0-lock", "sign-in.js")
    note = _https_note(values) or ("" if values.has_implicit_grant else IMPLICIT_ONLY)
    return Snippet("npm install auth0-lock@14", files, values.callback, values.after_logout, note)


def _next_js(values: Values) -> Snippet:
    files = _fill(values, "nextjs", ".env.local", "lib/auth0.ts", "middleware.ts", "app/page.tsx")
    callback = f"{values.origin}/auth/callback"
    note = HOST_NAME_ONLY if ":" in values.host else _https_note(values)
    return Snippet("npm install @auth0/nextjs-auth0@4", files, callback, values.origin, note)


def _python(values: Values) -> Snippet:
    files = _fill(values, "auth0-python", "sign_in.py")
    return Snippet("pip install auth0-python", files, values.callback, note=_https_note(values))


def _python_machine(values: Values) -> Snippet:
    files = _fill(values, "auth0-python", "get_token.py")
    return Snippet("pip install auth0-python", files, note=_https_note(values))


def _curl(values: Values) -> Snippet:
    exchange = "exchange.sh" if values.has_secret else "exchange-without-secret.sh"
    files = _fill(values, "curl", "authorize.sh", exchange, "userinfo.sh")
    return Snippet("", files, values.callback)


def _curl_machine(values: Values) -> Snippet:
    return Snippet("", _fill(values, "curl", "client-credentials.sh"))


def _https_note(values: Values) -> Text:
    return "" if values.public_url.startswith("https://") else HTTPS_ONLY


_PAGES, _WEB, _MACHINES = frozenset({Type.SINGLE_PAGE}), frozenset({Type.WEB}), frozenset({Type.MACHINE})
# Those that are tested with this server, in the order of the tabs.
LIBRARIES = (
    Library("auth0-spa-js", "auth0-spa-js", _PAGES, _spa_js),
    Library("auth0-react", "auth0-react", _PAGES, _react),
    Library("auth0-lock", "Lock", _PAGES, _lock),
    Library("nextjs", "Next.js", _WEB, _next_js),
    Library("auth0-python", "auth0-python", _WEB, _python),
    Library("auth0-python", "auth0-python", _MACHINES, _python_machine),
    Library("curl", "curl", frozenset({Type.SINGLE_PAGE, Type.WEB, Type.NATIVE}), _curl),
    Library("curl", "curl", _MACHINES, _curl_machine),
)
