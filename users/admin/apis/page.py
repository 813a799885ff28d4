"""The pages of APIs (resource servers), for administrators: the list, a new one, and one with its tabs."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, QuerySet
from django.db.models.functions import Lower
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext

from users.actions.access.optimistic_lock import check_version
from users.actions.access.resource_servers import create_server, delete_server, edit_server
from users.actions.errors import AlreadyExists
from users.admin.apis.form import ApiSettingsForm, NewApiForm
from users.admin.apis.scopes import save_scopes, scopes_context
from users.admin.configuration_history import history_context
from users.admin.refresh_token_count import count_refresh_tokens
from users.admin.request import TemplateContext
from users.listing.keyset import Keyset
from users.listing.pages import read_cursor_page
from users.log.configuration_history import Kind
from users.models import Permission, ResourceServer
from users.models.resource_server import MFA_IDENTIFIER
from users.representation.resource_servers import columns_from_body
from users.rights.actor import Actor
from users.rights.may import Verb, check
from users.web.page_view import PageRequest

SECTION = LIST = "apis"
PAGE_SIZE = 50
BY_NAME = Keyset(("name_lower", "id"))


def apis_page(request: PageRequest, frame: TemplateContext) -> HttpResponse:
    """List the APIs by name, continuing after `?after=`; as in the Management API without the MFA API."""
    actor = _require_administrator(request)
    context = {**frame, "title": gettext("APIs"), "section": SECTION}
    if request.GET.get("tab") == "history":
        context |= {**history_context(request, actor, Kind.RESOURCE_SERVER), "tab": "history"}
    else:
        servers = _servers().annotate(name_lower=Lower("name"))
        page = read_cursor_page(LIST, servers, BY_NAME, size=PAGE_SIZE, cursor=request.GET.get("after", ""))
        context |= {"apis": page.rows, "is_after": page.has_previous, "next": page.next}
    return TemplateResponse(request, "users/admin/apis.html", context)


def new_api_page(request: PageRequest, frame: TemplateContext) -> HttpResponse:
    """GET shows the form, POST creates the API and opens its scopes."""
    actor = _require_administrator(request)
    form = NewApiForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            server = create_server(actor=actor, **columns_from_body(form.body()))
        except AlreadyExists:
            form.add_error("identifier", gettext("Another API has this identifier."))
        else:
            messages.success(request, gettext("The API is created. Add its scopes."))
            return redirect(f"{_url(server)}?tab=scopes")
    context = {**frame, "title": gettext("New API"), "section": SECTION, "form": form, "errors": form.errors}
    status = 422 if form.errors else 200
    return TemplateResponse(request, "users/admin/api_new.html", context, status=status)


def api_page(request: PageRequest, resource_server_id: str, frame: TemplateContext) -> HttpResponse:
    """GET shows the tab that `?tab=` names, POST saves the settings or a scope."""
    actor = _require_administrator(request)
    server = _get_or_404(resource_server_id)
    tab = request.GET.get("tab", "")
    if request.method == "POST":
        try:
            return _post(request, frame, server, actor)
        except ResourceServer.DoesNotExist:  # deleted meanwhile
            raise Http404 from None
    match tab:
        case "scopes":
            context = scopes_context(server, request.GET.get("remove", ""))
        case "history":
            context = history_context(request, actor, Kind.RESOURCE_SERVER, server.resource_server_id)
        case _:
            tab = "settings"
            context = {"form": ApiSettingsForm(initial=ApiSettingsForm.initial_of(server))}
    return _render(request, frame, server, tab, context)


def delete_api_page(request: PageRequest, resource_server_id: str, frame: TemplateContext) -> HttpResponse:
    """GET says what ends with the API and asks, POST deletes it."""
    actor = _require_administrator(request)
    server = _get_or_404(resource_server_id)
    if server.is_system:
        raise Http404
    if request.method == "POST":
        delete_server(server, actor=actor)
        messages.success(request, gettext("The API “%(name)s” is deleted.") % {"name": server.name})
        return redirect("admin:apis")
    roles = Permission.objects.filter(resource_server=server).aggregate(number=Count("role", distinct=True))
    context = {
        **frame,
        "title": gettext("Delete %(name)s?") % {"name": server.name},
        "section": SECTION,
        "api": server,
        **count_refresh_tokens(authorization__resource_server=server),
        "roles": roles["number"],
        "applications": server.grants.count(),
    }
    return TemplateResponse(request, "users/admin/api_delete.html", context)


def _render(
    request: PageRequest,
    frame: TemplateContext,
    server: ResourceServer,
    tab: str,
    context: TemplateContext,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {
        **frame,
        **context,
        "title": server.name,
        "section": SECTION,
        "tab": tab,
        "api": server,
        # For the title of the window.
        "errors": status == 422,
    }
    return TemplateResponse(request, "users/admin/api.html", context, status=status)


def _post(request: PageRequest, frame: TemplateContext, server: ResourceServer, actor: Actor) -> HttpResponse:
    """Save, and show the tab again. Raises ResourceServer.DoesNotExist."""
    if request.GET.get("tab") == "scopes":
        if server.is_system:  # its scopes are fixed, and the page has no form
            raise Http404
        scope_form = save_scopes(request, server, actor)
        # The tab alone: a scope that the URL asks to remove is gone.
        if not scope_form.errors:
            return redirect(f"{_url(server)}?tab=scopes")
        context = scopes_context(server, "", form=scope_form)
        return _render(request, frame, server, "scopes", context, status=422)
    form = _save(request, server, actor)
    if form.is_saved:
        messages.success(request, gettext("Saved."))
        return redirect(f"{_url(server)}?tab=settings")
    return _render(request, frame, server, "settings", {"form": form}, status=422)


def _save(request: PageRequest, server: ResourceServer, actor: Actor) -> ApiSettingsForm:
    """Save the settings, and return the form: with errors, or as a conflict, where nothing was saved. Raises
    ResourceServer.DoesNotExist."""
    typed = ApiSettingsForm(request.POST, initial=ApiSettingsForm.initial_of(server))

    def read_initial() -> dict[str, Any]:
        return ApiSettingsForm.initial_of(ResourceServer.objects.get(pk=server.pk))

    return typed.save_with(lambda: _write(server, typed, actor), read_initial)


def _write(server: ResourceServer, form: ApiSettingsForm, actor: Actor) -> None:
    """Write the settings, if they are still those that the form was opened with. Raises StaleVersion."""
    columns = columns_from_body(form.body())
    with transaction.atomic():
        stored = ResourceServer.objects.select_for_update().get(pk=server.pk)
        check_version(stored, columns, form.cleaned_data["version"])
        edit_server(stored, columns, actor=actor)


def _servers() -> QuerySet[ResourceServer]:
    return ResourceServer.objects.exclude(identifier=MFA_IDENTIFIER)


def _get_or_404(resource_server_id: str) -> ResourceServer:
    # A slug has no NUL, which PostgreSQL refuses.
    server = _servers().filter(resource_server_id=resource_server_id).first()
    if server is None:
        raise Http404
    return server


def _url(server: ResourceServer) -> str:
    return reverse("admin:api", args=[server.resource_server_id])


def _require_administrator(request: PageRequest) -> Actor:
    # The right comes before the look-up: those without it get the same 403 for every id.
    check(request.actor, Verb.UPDATE_RESOURCE_SERVER)
    return request.actor
