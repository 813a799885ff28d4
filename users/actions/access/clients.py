"""Create, change and delete clients (applications)."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import transaction

from users.actions.access.connections import enable_all_connections
from users.log.configuration_history import Action, effect_on, record_configuration_change
from users.models import Client, RefreshToken, Ticket
from users.models.refresh_token import lock_refresh_tokens
from users.representation.clients import serialize_client
from users.representation.logos import explain_refused_logo
from users.representation.refresh_tokens import explain_refused_refresh_token
from users.representation.validation import FieldError
from users.rights.actor import Actor
from users.rights.client_rights import check_no_escalation
from users.rights.may import Verb, check
from users.tokens.verify import clear_token_caches_on_commit

# Source: Auth0 docs, "First-Party and Third-Party Applications".
THIRD_PARTY_GRANTS = ("authorization_code", "refresh_token", "client_credentials")
# A URL of one of these schemes is content of its own, which would run on our origin or show anything. Refused
# at registration and, whatever was registered, at use.
CONTENT_SCHEMES = frozenset(
    {"javascript", "data", "vbscript", "file", "blob", "about", "filesystem", "view-source"}
)
# Columns with which an attacker could act as the client, or redirect its users.
TAKEOVER_COLUMNS = frozenset(
    {
        *("token_endpoint_auth_method", "grant_types", "is_first_party"),
        *("web_origins", "allowed_origins", "callbacks", "allowed_logout_urls", "initiate_login_uri"),
    }
)


def make_client(*, actor: Actor, **columns: Any) -> tuple[Client, str | None]:
    """Create a client. Returns it with its secret of 64 random characters, of which only the hash is
    stored; a public client has no secret. Its users may sign in through every connection that exists. It
    has no rights until it gets a grant. Raises Denied or
    FieldError."""
    check(actor, Verb.CREATE_CLIENT)
    client = Client(**_with_defaults(columns))
    _check_fields(client)
    secret = None if client.is_public else _new_secret(client)
    with transaction.atomic():
        client.save(force_insert=True)
        record_configuration_change(
            effect_on(client, Action.CREATED, after=serialize_client(client)), actor=actor
        )
        enable_all_connections(client, actor=actor)
    return client, secret


def edit_client(client: Client, columns: dict[str, Any], *, actor: Actor) -> Client:
    """Set columns. Raises FieldError, and Denied, also where the actor could then act as a client that holds
    more."""
    check(actor, Verb.UPDATE_CLIENT)
    with transaction.atomic():
        client = Client.objects.select_for_update().get(pk=client.pk)
        if TAKEOVER_COLUMNS & columns.keys():
            check_no_escalation(actor, client)
        before = serialize_client(client)
        for name, value in columns.items():
            setattr(client, name, value)
        _check_fields(client)
        client.save(update_fields=columns.keys())
        record_configuration_change(
            effect_on(client, Action.UPDATED, before=before, after=serialize_client(client)), actor=actor
        )
    return client


def rotate_secret(client: Client, *, actor: Actor) -> str:
    """Replace the secret, at once, and return the new one. Raises Denied."""
    check(actor, Verb.ROTATE_CLIENT_SECRET)
    with transaction.atomic():
        client = Client.objects.select_for_update().get(pk=client.pk)
        check_no_escalation(actor, client)
        secret = _new_secret(client)
        client.save(update_fields=["secret_hash"])
        record_configuration_change(effect_on(client, Action.SECRET_ROTATED), actor=actor)
    return secret


def delete_client(client_id: str, *, actor: Actor) -> None:
    """Delete the client with its grants, if there is such a client. Its tokens are refused from now on
    in this process, and within seconds in every other. Raises Denied."""
    check(actor, Verb.DELETE_CLIENT)
    with transaction.atomic():
        client = Client.objects.select_for_update().filter(client_id=client_id).first()
        if client is None:
            return
        grants = client.grants.select_related("resource_server")
        held = {grant.resource_server.audience: grant.scope for grant in grants}
        record_configuration_change(
            effect_on(client, Action.DELETED, before={**serialize_client(client), "grants": held}),
            actor=actor,
        )
        # Links that a compromised client created must not outlive it.
        Ticket.objects.filter(made_by=client_id, used_at=None).delete()
        lock_refresh_tokens(RefreshToken.objects.filter(authorization__client=client))
        client.delete()
        clear_token_caches_on_commit()


def _with_defaults(columns: dict[str, Any]) -> dict[str, Any]:
    """Defaults by the type of application: single-page and native applications cannot keep a secret, and
    only clients with a secret get tokens for themselves."""
    app_type = columns.get("app_type", Client.Type.MACHINE)
    is_open = app_type in (Client.Type.SINGLE_PAGE, Client.Type.NATIVE)
    # Without `implicit`, which Auth0 has here too: OAuth 2.1 drops it.
    of_users = [] if app_type == Client.Type.MACHINE else ["authorization_code", "refresh_token"]
    defaults = {
        "token_endpoint_auth_method": "none" if is_open else "client_secret_post",
        "grant_types": of_users if is_open else [*of_users, "client_credentials"],
    }
    return {**defaults, **columns}


def _check_fields(client: Client) -> None:
    """Check what one field alone does not say. Raises FieldError."""
    if reason := explain_refused_refresh_token(client.refresh_token, client.app_type):
        raise FieldError("refresh_token", reason)
    if (logo := client.branding.get("logo")) and (reason := explain_refused_logo(logo)):
        raise FieldError("branding.logo", reason)
    for name in ("callbacks", "allowed_logout_urls"):
        for url in getattr(client, name):
            if url.partition(":")[0].strip().lower() in CONTENT_SCHEMES:
                raise FieldError(name, f"Browsers would run {url[:40]} as a script, or open it as a file")
    refused = [grant for grant in client.grant_types if grant not in THIRD_PARTY_GRANTS]
    if refused and not client.is_first_party:
        rule = f"A third-party client may only have {', '.join(THIRD_PARTY_GRANTS)}; not {', '.join(refused)}"
        raise FieldError("grant_types", rule)


def _new_secret(client: Client) -> str:
    # 48 random bytes are 64 characters, the length of Auth0's secrets.
    secret = secrets.token_urlsafe(48)
    client.secret_hash = Client.hash_secret(secret)
    return secret
