"""The pages of applications, for administrators: the list, a new one, and one with its tabs."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext

from users.actions.access.clients import delete_client, edit_client, make_client, rotate_secret
from users.actions.access.connections import enable_clients
from users.actions.errors import StaleVersion
from users.admin.applications.api_access import api_access_context, save_api_access
from users.admin.applications.form import ApplicationForm, NewApplicationForm, version_of_application
from users.admin.applications.quick_start import quick_start_context
from users.admin.applications.rows import application_row, application_rows
from users.admin.configuration_history import history_context
from users.admin.refresh_token_count import count_refresh_tokens
from users.admin.request import TemplateContext
from users.admin.shown_once import store_secret, take_secret
from users.log.configuration_history import Kind
from users.models import Client, ClientGrant, Connection
from users.models.compiled_lookup import find_active_client
from users.representation.clients import columns_from_body
from users.rights.actor import Actor
from users.rights.may import Verb, check
from users.web.page_view import PageRequest

SECTION = "applications"
MAX_QUERY = 200


def applications_page(request: PageRequest, frame: TemplateContext) -> HttpResponse:
    """List the applications by name, or those that `?q=` finds, continuing after `?after=`."""
    actor = require_administrator(request)
    context = {**frame, "title": gettext("Applications"), "section": SECTION}
    if request.GET.get("tab") == "history":
        context |= {**history_context(request, actor, Kind.CLIENT), "tab": "history"}
    else:
        query = request.GET.get("q", "").strip()[:MAX_QUERY]
        context |= {**application_rows(query, after=request.GET.get("after", "")), "tab": "applications"}
    return TemplateResponse(request, "users/admin/applications.html", context)


def new_application_page(request: PageRequest, frame: TemplateContext) -> HttpResponse:
    """GET shows the form, POST creates the application and leads to its secret, if it has one."""
    actor = require_administrator(request)
    form = NewApplicationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        client, secret = make_client(actor=actor, **columns_from_body(form.body()))
        if secret:
            store_secret(request.session, client.client_id, secret, is_first=True)
            return redirect("admin:application_new_secret", client.client_id)
        messages.success(request, gettext("The application is created."))
        return redirect("admin:application", client.client_id)
    context = {**frame, "title": gettext("New application"), "section": SECTION, "form": form}
    status = 422 if form.errors else 200
    return TemplateResponse(request, "users/admin/application_new.html", context, status=status)


def application_page(request: PageRequest, client_id: str, frame: TemplateContext) -> HttpResponse:
    """GET shows the tab that `?tab=` names, POST saves the settings or what the application may call."""
    actor = require_administrator(request)
    client = get_application_or_404(client_id)
    tab = request.GET.get("tab", "")
    if request.method == "POST":
        if tab == "apis":
            return save_api_access(request, client, actor)
        return _save(request, frame, client, actor)
    match tab:
        case "settings":
            context: TemplateContext = {"form": ApplicationForm(initial=ApplicationForm.initial_of(client))}
        case "apis":
            context = api_access_context(client)
        case "history":
            context = history_context(request, actor, Kind.CLIENT, client.client_id)
        case _:
            tab = "quickstart"
            context = quick_start_context(client, request.GET.get("library", ""), request.GET.get("api", ""))
    return _application(request, frame, client, tab, context)


def rotate_secret_page(request: PageRequest, client_id: str, frame: TemplateContext) -> HttpResponse:
    """GET asks, POST replaces the secret and leads to the new one."""
    actor = require_administrator(request)
    client = get_application_or_404(client_id)
    if client.is_public:
        raise Http404
    if request.method == "POST":
        try:
            secret = rotate_secret(client, actor=actor)
        except Client.DoesNotExist:  # deleted meanwhile
            raise Http404 from None
        store_secret(request.session, client.client_id, secret, is_first=False)
        return redirect("admin:application_new_secret", client.client_id)
    context = {**frame, "title": gettext("Create a new secret?"), "section": SECTION, "client": client}
    return TemplateResponse(request, "users/admin/application_rotate.html", context)


def new_secret_page(request: PageRequest, client_id: str, frame: TemplateContext) -> HttpResponse:
    """Show the secret that was just created, once; afterwards lead to the application."""
    require_administrator(request)
    client = get_application_or_404(client_id)
    secret = take_secret(request.session, client.client_id)
    if secret is None:
        return redirect("admin:application", client.client_id)
    context = {
        **frame,
        "title": gettext("The secret"),
        "section": SECTION,
        "client": client,
        "secret": secret,
    }
    return TemplateResponse(request, "users/admin/application_secret.html", context)


def delete_page(request: PageRequest, client_id: str, frame: TemplateContext) -> HttpResponse:
    """GET says what ends with the application and asks, POST deletes it."""
    actor = require_administrator(request)
    client = get_application_or_404(client_id)
    if request.method == "POST":
        delete_client(client.client_id, actor=actor)
        messages.success(request, gettext("The application “%(name)s” is deleted.") % {"name": client.name})
        return redirect("admin:applications")
    context = {
        **frame,
        "title": gettext("Delete %(name)s?") % {"name": client.name},
        "section": SECTION,
        "client": client,
        **count_refresh_tokens(authorization__client=client),
        "apis": ClientGrant.objects.filter(client=client).count(),
    }
    return TemplateResponse(request, "users/admin/application_delete.html", context)


def require_administrator(request: PageRequest) -> Actor:
    """Return the actor of the request. Raises Denied unless they may manage applications."""
    check(request.actor, Verb.UPDATE_CLIENT)
    return request.actor


def get_application_or_404(client_id: str) -> Client:
    """Return the application. A revoked one stays in the table for the history alone."""
    client = find_active_client(client_id)
    if client is None:
        raise Http404
    return client


def _application(
    request: PageRequest,
    frame: TemplateContext,
    client: Client,
    tab: str,
    context: TemplateContext,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {
        **frame,
        **application_row(client),
        **context,
        "title": client.name,
        "section": SECTION,
        "tab": tab,
    }
    return TemplateResponse(request, "users/admin/application.html", context, status=status)


def _save(request: PageRequest, frame: TemplateContext, client: Client, actor: Actor) -> HttpResponse:
    typed = ApplicationForm(request.POST, request.FILES, initial=ApplicationForm.initial_of(client))

    def read_initial() -> dict[str, Any]:
        return ApplicationForm.initial_of(get_application_or_404(client.client_id))

    try:
        form = typed.save_with(lambda: _write(client, typed, actor), read_initial)
    except Client.DoesNotExist:  # deleted meanwhile
        raise Http404 from None
    if form.is_saved:
        messages.success(request, gettext("Saved."))
        return redirect(request.get_full_path())
    client = get_application_or_404(client.client_id)
    return _application(request, frame, client, "settings", {"form": form}, status=422)


def _write(client: Client, form: ApplicationForm, actor: Actor) -> None:
    """Write what differs from what is stored, in one transaction. Raises StaleVersion, and what the actions
    raise."""
    with transaction.atomic():
        client = Client.objects.select_for_update().get(pk=client.pk)
        if form.cleaned_data["version"] != version_of_application(client):
            raise StaleVersion
        columns = columns_from_body(form.body())
        changed = {name: value for name, value in columns.items() if getattr(client, name) != value}
        if changed:
            edit_client(client, changed, actor=actor)
        _enable_connections(client, form, actor)


def _enable_connections(client: Client, form: ApplicationForm, actor: Actor) -> None:
    """Enable the ticked connections for the application, and disable the others that were offered."""
    wanted = set(form.cleaned_data["connections"])
    enabled = set(client.connections.values_list("connection_id", flat=True))
    offered: Any = form.fields["connections"]
    changed = {one for one, _ in offered.choices if (one in wanted) != (one in enabled)}
    for connection in Connection.objects.filter(connection_id__in=changed):
        enable_clients(connection, {client.client_id: connection.connection_id in wanted}, actor=actor)
