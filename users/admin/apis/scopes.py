"""The *Scopes* tab of an API: what tokens for it may allow."""

from __future__ import annotations

from collections import Counter

from django.contrib import messages
from django.db import transaction
from django.utils.translation import gettext

from users.actions.access.resource_servers import edit_server
from users.admin.apis.form import ScopeForm
from users.admin.request import TemplateContext
from users.models import ClientGrant, Permission, ResourceServer
from users.rights.actor import Actor
from users.tokens.scopes import MACHINE_SCOPES
from users.web.page_view import PageRequest

# As many as the Management API accepts.
MAX_SCOPES = 1_000


def scopes_context(server: ResourceServer, removed: str, *, form: ScopeForm | None = None) -> TemplateContext:
    """Each scope with the number of roles and applications that hold it, in two queries. `removed` is the
    scope that the page asks about before it is removed."""
    known = MACHINE_SCOPES if server.is_management else _described(server)
    roles = Counter(Permission.objects.filter(resource_server=server).values_list("name", flat=True))
    held = ClientGrant.objects.filter(resource_server=server, client__is_revoked=False)
    applications = Counter(name for scope in held.values_list("scope", flat=True) for name in scope)
    rows = [
        {"value": name, "about": about, "roles": roles[name], "applications": applications[name]}
        for name, about in known.items()
    ]
    return {
        "scopes": rows,
        "removed": next((row for row in rows if row["value"] == removed and not server.is_system), None),
        "form": form or ScopeForm(),
    }


def save_scopes(request: PageRequest, server: ResourceServer, actor: Actor) -> ScopeForm:
    """Add a scope, change its description, or remove it, and return the form, with errors where nothing was
    saved. Raises ResourceServer.DoesNotExist where the API was deleted meanwhile."""
    if request.POST.get("do") == "remove":
        value = request.POST.get("scope", "")
        with transaction.atomic():
            scopes = _locked_scopes(server)
            left = [scope for scope in scopes if scope["value"] != value]
            if left != scopes:
                edit_server(server, {"scopes": left}, actor=actor)
        messages.success(request, gettext("The scope %(scope)s is removed.") % {"scope": value})
        return ScopeForm()
    form = ScopeForm(request.POST)
    if form.is_valid():
        _add(request, server, form, actor)
    return form


def _add(request: PageRequest, server: ResourceServer, form: ScopeForm, actor: Actor) -> None:
    new = form.scope
    with transaction.atomic():
        scopes = _locked_scopes(server)
        is_known = any(scope["value"] == new["value"] for scope in scopes)
        if not is_known and len(scopes) >= MAX_SCOPES:
            form.add_error(None, gettext("An API has at most %(most)d scopes.") % {"most": MAX_SCOPES})
            return
        # In its place, where it is known.
        changed = [new if scope["value"] == new["value"] else scope for scope in scopes]
        changed += [] if is_known else [new]
        if changed != scopes:
            edit_server(server, {"scopes": changed}, actor=actor)
    text = (
        gettext("The scope %(scope)s is changed.") if is_known else gettext("The scope %(scope)s is added.")
    )
    messages.success(request, text % {"scope": new["value"]})


def _locked_scopes(server: ResourceServer) -> list[dict[str, str]]:
    """The scopes as they are now, locked: of two administrators who add one each, none is lost."""
    scopes: list[dict[str, str]] = ResourceServer.objects.select_for_update().get(pk=server.pk).scopes
    return scopes


def _described(server: ResourceServer) -> dict[str, str]:
    return {scope["value"]: scope.get("description", "") for scope in server.scopes}
