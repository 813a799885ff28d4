"""Quick start: how an application signs users in or gets tokens, with its own values filled in.

The secret is in none of the snippets: they read it from the environment.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode, urlsplit

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
OPENID_SCOPE = "openid profile email"
OWN_SCOPE = f"{OPENID_SCOPE} read:current_user update:current_user_metadata"
EXAMPLE_CALLBACK = "https://app.example.com/callback"
HTTPS_ONLY = gettext_lazy(
    "This library connects by HTTPS alone, so that PUBLIC_URL must begin with https://."
)

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
    )


def _spa_js(values: Values) -> Snippet:
    return_to = json.dumps(values.after_logout)
    code = f"""\
import {{ createAuth0Client }} from "@auth0/auth0-spa-js";

const auth0 = await createAuth0Client({{
  domain: {json.dumps(values.domain)},
  clientId: {json.dumps(values.client_id)},
  authorizationParams: {{
    redirect_uri: {json.dumps(values.callback)},
    audience: {json.dumps(values.audience)},
    scope: {json.dumps(values.scope)},
  }},
}});

// On the page of the callback URL
if (location.search.includes("state=")) {{
  await auth0.handleRedirectCallback();
  history.replaceState({{}}, "", location.pathname);
}}

export const user = await auth0.getUser();
export const signIn = () => auth0.loginWithRedirect();
export const signOut = () => auth0.logout({{ logoutParams: {{ returnTo: {return_to} }} }});
export const accessToken = () => auth0.getTokenSilently();
"""
    return Snippet(
        "npm install @auth0/auth0-spa-js", [File("sign-in.js", code)], values.callback, values.after_logout
    )


def _react(values: Values) -> Snippet:
    return_to = json.dumps(values.after_logout)
    code = f"""\
import {{ Auth0Provider, useAuth0 }} from "@auth0/auth0-react";
import {{ createRoot }} from "react-dom/client";

function App() {{
  const {{ isLoading, error, user, loginWithRedirect, logout }} = useAuth0();
  if (isLoading) return <p>Loading</p>;
  if (error) return <p role="alert">{{error.message}}</p>;
  if (!user) return <button onClick={{() => loginWithRedirect()}}>Sign in</button>;
  return (
    <section>
      <h1>Welcome, {{user.name}}</h1>
      <button onClick={{() => logout({{ logoutParams: {{ returnTo: {return_to} }} }})}}>Sign out</button>
    </section>
  );
}}

createRoot(document.getElementById("root")).render(
  <Auth0Provider
    domain={{{json.dumps(values.domain)}}}
    clientId={{{json.dumps(values.client_id)}}}
    authorizationParams={{{{
      redirect_uri: {json.dumps(values.callback)},
      audience: {json.dumps(values.audience)},
      scope: {json.dumps(values.scope)},
    }}}}
  >
    <App />
  </Auth0Provider>,
);
"""
    return Snippet(
        "npm install @auth0/auth0-react", [File("main.jsx", code)], values.callback, values.after_logout
    )


def _next_js(values: Values) -> Snippet:
    environment = f"""\
AUTH0_DOMAIN={values.host}
AUTH0_CLIENT_ID={values.client_id}
# The client secret. Keep this file out of your repository.
AUTH0_CLIENT_SECRET=
# Of your own: openssl rand -hex 32
AUTH0_SECRET=
APP_BASE_URL={values.origin}
"""
    client = f"""\
import {{ Auth0Client }} from "@auth0/nextjs-auth0/server";

export const auth0 = new Auth0Client({{
  authorizationParameters: {{
    audience: {json.dumps(values.audience)},
    scope: {json.dumps(values.scope)},
  }},
}});
"""
    middleware = """\
import type { NextRequest } from "next/server";
import { auth0 } from "./lib/auth0";

// Serves /auth/login, /auth/callback and /auth/logout.
export async function middleware(request: NextRequest) {
  return auth0.middleware(request);
}
"""
    page = """\
import { auth0 } from "../lib/auth0";

export default async function Home() {
  const session = await auth0.getSession();
  if (!session) return <a href="/auth/login">Sign in</a>;
  return <p>Welcome, {session.user.name}. <a href="/auth/logout">Sign out</a></p>;
}
"""
    files = [
        File(".env.local", environment),
        File("lib/auth0.ts", client),
        File("middleware.ts", middleware),
        File("app/page.tsx", page),
    ]
    callback = f"{values.origin}/auth/callback"
    note = HOST_NAME_ONLY if ":" in values.host else _https_note(values)
    return Snippet("npm install @auth0/nextjs-auth0@4", files, callback, values.origin, note)


def _python(values: Values) -> Snippet:
    code = f"""\
import os
from urllib.parse import urlencode

from auth0.authentication import GetToken

DOMAIN = {json.dumps(values.host)}
CLIENT_ID = {json.dumps(values.client_id)}
CALLBACK = {json.dumps(values.callback)}


def sign_in_url(state: str) -> str:
    \"\"\"Send the user here. Store `state`, a random text, in their session.\"\"\"
    query = {{
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": CALLBACK,
        "audience": {json.dumps(values.audience)},
        "scope": {json.dumps(values.scope)},
        "state": state,
    }}
    return f"https://{{DOMAIN}}/authorize?{{urlencode(query)}}"


def get_tokens(code: str) -> dict:
    \"\"\"Call this for the callback URL, once its `state` is that of the session.\"\"\"
    client = GetToken(DOMAIN, CLIENT_ID, client_secret=os.environ["CLIENT_SECRET"])
    return client.authorization_code(code, CALLBACK)
"""
    return Snippet(
        "pip install auth0-python", [File("sign_in.py", code)], values.callback, note=_https_note(values)
    )


def _python_machine(values: Values) -> Snippet:
    code = f"""\
import os

from auth0.authentication import GetToken

client = GetToken(
    {json.dumps(values.host)},
    {json.dumps(values.client_id)},
    client_secret=os.environ["CLIENT_SECRET"],
)
token = client.client_credentials({json.dumps(values.audience)})["access_token"]
"""
    return Snippet("pip install auth0-python", [File("get_token.py", code)], note=_https_note(values))


def _curl(values: Values) -> Snippet:
    query = urlencode(
        {
            "response_type": "code",
            "client_id": values.client_id,
            "redirect_uri": values.callback,
            "audience": values.audience,
            "scope": values.scope,
            "code_challenge_method": "S256",
        },
        quote_via=quote,
    )
    begin = f"""\
VERIFIER=$(openssl rand -hex 32)
CHALLENGE=$(printf %s "$VERIFIER" | openssl dgst -sha256 -binary | openssl base64 | tr '+/' '-_' | tr -d '=')
echo {shlex.quote(f"{values.public_url}/authorize?{query}&code_challenge=")}"$CHALLENGE"
# Open this URL in a browser and sign in. The callback URL then ends with ?code=...
"""
    parameters = {
        "grant_type": "authorization_code",
        "client_id": values.client_id,
        "redirect_uri": values.callback,
    }
    given = ['code="$CODE"', 'code_verifier="$VERIFIER"']
    exchange = _token_request(values, parameters, [*_secret(values), *given])
    userinfo = f"""\
curl {shlex.quote(f"{values.public_url}/userinfo")} --header "Authorization: Bearer $ACCESS_TOKEN"
"""
    return Snippet("", [File("", begin), File("", exchange), File("", userinfo)], values.callback)


def _curl_machine(values: Values) -> Snippet:
    parameters = {
        "grant_type": "client_credentials",
        "client_id": values.client_id,
        "audience": values.audience,
    }
    return Snippet("", [File("", _token_request(values, parameters, _secret(values)))])


def _token_request(values: Values, parameters: dict[str, str], more: Iterable[str]) -> str:
    given = [shlex.quote(f"{name}={value}") for name, value in parameters.items()]
    lines = [f"--data-urlencode {each}" for each in (*given, *more)]
    return " \\\n  ".join([f"curl {shlex.quote(f'{values.public_url}/oauth/token')}", *lines]) + "\n"


def _secret(values: Values) -> list[str]:
    return ['client_secret="$CLIENT_SECRET"'] if values.has_secret else []


def _https_note(values: Values) -> Text:
    return "" if values.public_url.startswith("https://") else HTTPS_ONLY


_PAGES, _WEB, _MACHINES = frozenset({Type.SINGLE_PAGE}), frozenset({Type.WEB}), frozenset({Type.MACHINE})
# Those that are tested with this server, in the order of the tabs.
LIBRARIES = (
    Library("auth0-spa-js", "auth0-spa-js", _PAGES, _spa_js),
    Library("auth0-react", "auth0-react", _PAGES, _react),
    Library("nextjs", "Next.js", _WEB, _next_js),
    Library("auth0-python", "auth0-python", _WEB, _python),
    Library("auth0-python", "auth0-python", _MACHINES, _python_machine),
    Library("curl", "curl", frozenset({Type.SINGLE_PAGE, Type.WEB, Type.NATIVE}), _curl),
    Library("curl", "curl", _MACHINES, _curl_machine),
)
