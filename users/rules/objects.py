"""The `user` and `context` objects that a rule receives.

Source: Auth0 docs, "User Object Properties in Rules" and "Context Object Properties in Rules". All properties
of `context` are always there: many rules read nested ones without asking.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.utils import timezone

from users.conf import conf
from users.log.request_origin import current_origin
from users.metadata.documents import APP_METADATA, DOCUMENTS
from users.models import Authorization, Role, User
from users.models.compiled_lookup import CompiledLookup
from users.representation.profile import serialize_profile
from users.representation.timestamps import format_time
from users.rights.actor import Actor
from users.sign_in.progress import Method, SignIn

# Properties of the root that a key of app_metadata never overwrites.
PROTECTED = frozenset({"user_id", "identities", "email_verified", *DOCUMENTS})
REDIRECT_CALLBACK = "redirect-callback"
# Parameters of a token request or an authorization request by which a caller proves something.
_SECRETS = frozenset(
    {
        *("password", "client_secret", "client_assertion", "assertion", "refresh_token", "access_token"),
        *("code", "code_verifier", "mfa_token", "otp", "recovery_code", "oob_code", "binding_code"),
        *("login_ticket", "id_token_hint", "id_token", "subject_token", "actor_token", "captcha"),
    }
)
_GEOIP = (
    *("country_code", "country_code3", "country_name", "city_name", "latitude", "longitude", "time_zone"),
    *("continent_code", "subdivision_code", "subdivision_name"),
)


def user_object(sign_in: SignIn, viewer: Actor) -> dict[str, Any]:
    """The user as rules see them, documents included. An empty document is left out (`undefined`), and the
    keys of `app_metadata` are merged onto the root, except for PROTECTED names."""
    root = serialize_user(sign_in.user, viewer)
    if sign_in.profile is not None:
        # What the provider said and is never stored (the denylist) is seen during the sign-in.
        # Not in place of a document that is empty here.
        said = {name: value for name, value in sign_in.profile.fields.items() if name not in PROTECTED}
        root = {**said, **root}
    merged = {name: value for name, value in root.get(APP_METADATA, {}).items() if name not in PROTECTED}
    return {**root, **merged}


def serialize_user(user: User, viewer: Actor) -> dict[str, Any]:
    """The user as the Management API shows them, without empty documents."""
    shown = serialize_profile(user, viewer)
    return {name: value for name, value in shown.items() if value or name not in DOCUMENTS}


def context_object(sign_in: SignIn) -> dict[str, Any]:
    """The context of a sign-in to an application."""
    request, connection = sign_in.request, sign_in.connection
    client = request.application
    assert client is not None, "rules run for applications only"
    options = connection.options
    return {
        "tenant": urlsplit(conf.issuer).hostname or "",
        "clientID": client.client_id,
        "clientName": client.name,
        "clientMetadata": client.client_metadata or {},
        "connectionID": connection.connection_id,
        "connection": connection.name,
        "connectionStrategy": connection.strategy,
        "connectionOptions": {
            "tenant_domain": options.get("tenant_domain", ""),
            "domain_aliases": options.get("domain_aliases", []),
        },
        "connectionMetadata": {},
        "protocol": request.protocol if request.returned is None else REDIRECT_CALLBACK,
        "stats": {"loginsCount": sign_in.logins_count},
        "sso": _sso(sign_in),
        "accessToken": {},
        "idToken": {},
        "request": _request(sign_in),
        "authentication": {"methods": _methods(sign_in)},
        "authorization": {"roles": [role.name for role in _roles.all(sign_in.user.pk)]},
        "samlConfiguration": {},
        "sessionID": request.session_id,
    }


def _sso(sign_in: SignIn) -> dict[str, Any]:
    """Whether a session of single sign-on was used, and the applications that have used it."""
    session_id = sign_in.request.session_id
    if not session_id:
        return {"with_auth0": False, "with_dbconn": False, "current_clients": []}
    used = not sign_in.request.counts_login
    found = Authorization.objects.filter(session_id=session_id, user=sign_in.user, revoked_at=None)
    names = found.order_by("client__client_id").values_list("client__client_id", flat=True).distinct()
    return {
        "with_auth0": used,
        "with_dbconn": used and sign_in.connection.is_database,
        "current_clients": list(names),
    }


def _request(sign_in: SignIn) -> dict[str, Any]:
    request, origin = sign_in.request, current_origin()
    query = request.query if request.returned is None else request.returned
    return {
        "userAgent": origin.user_agent,
        "ip": request.ip or "",
        "hostname": origin.hostname or urlsplit(conf.issuer).hostname or "",
        "query": _without_secrets(query) if request.returned is None else dict(query),
        "body": _without_secrets(request.body),
        # Without a database of locations: present, so that rules may read its members.
        "geoip": dict.fromkeys(_GEOIP),
    }


def _without_secrets(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in parameters.items() if name.lower() not in _SECRETS}


def _methods(sign_in: SignIn) -> list[dict[str, str]]:
    times, now = sign_in.request.method_times, timezone.now()
    order = list(Method)
    return [
        {"name": str(method), "timestamp": format_time(times.get(method, now))}
        for method in sorted(sign_in.methods, key=order.index)
    ]


# The roles of a user, by primary key. Compiled once: rules run at each sign-in.
_roles = CompiledLookup(lambda user_pk: Role.objects.filter(members__user=user_pk).order_by("name"))
