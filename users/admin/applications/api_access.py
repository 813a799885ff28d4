"""The *APIs* tab of an application: which APIs it may call for itself, and with which scopes."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from users.actions.access.client_grants import create_grant, delete_grant, edit_grant
from users.actions.errors import AlreadyExists, UnknownScope
from users.admin.request import TemplateContext
from users.models import Client, ClientGrant, ResourceServer
from users.rights.actor import Actor
from users.tokens.scopes import MACHINE_SCOPES
from users.web.page_view import PageRequest

# Most custom APIs on the pages of an application; the Management API lists all.
MAX_APIS = 200


def list_apis() -> list[ResourceServer]:
    """The Management API first, then custom ones in the order of their creation."""
    return [ResourceServer.objects.management(), *ResourceServer.objects.custom()[:MAX_APIS]]


def api_access_context(client: Client) -> TemplateContext:
    """Each API with its scopes, and which of them are granted, in three queries."""
    granted = {grant.resource_server_id: grant for grant in client.grants.all()}
    return {
        "apis": [_row(server, granted.get(server.pk)) for server in list_apis()],
        "has_grant": "client_credentials" in client.grant_types,
    }


def save_api_access(request: PageRequest, client: Client, actor: Actor) -> HttpResponse:
    """Authorize the application for the API that the form names, change its scopes, or revoke it."""
    named = request.POST.get("api", "")
    if "\0" in named:  # PostgreSQL takes no NUL
        raise Http404
    found = ResourceServer.objects.filter(resource_server_id=named).first()
    if found is None or (found.is_system and not found.is_management):
        raise Http404
    grant = ClientGrant.objects.filter(client=client, resource_server=found).first()
    scope = list(dict.fromkeys(request.POST.getlist("scope")))
    try:
        if request.POST.get("do") == "revoke":
            if grant:
                delete_grant(grant.grant_id, actor=actor)
        elif grant:
            edit_grant(grant, scope, actor=actor)
        else:
            create_grant(client, found, scope, actor=actor)
        messages.success(request, gettext("Saved."))
    except (AlreadyExists, UnknownScope, ClientGrant.DoesNotExist):
        # Another administrator has changed the grant, or the API its scopes.
        messages.error(request, gettext("Not saved: the scopes were changed since you opened this page."))
    return redirect(f"{request.path}?tab=apis")


def _row(server: ResourceServer, grant: ClientGrant | None) -> TemplateContext:
    held = grant.scope if grant else []
    known = (
        MACHINE_SCOPES
        if server.is_management
        else {scope["value"]: scope.get("description", "") for scope in server.scopes}
    )
    # A grant may name scopes that the API no longer has: they are shown, so that they can be removed.
    return {
        "server": server,
        "is_granted": grant is not None,
        "held": len([scope for scope in held if scope in known]),
        "scopes": [{"name": name, "about": about, "is_held": name in held} for name, about in known.items()],
    }
