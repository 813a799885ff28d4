"""The pages of connections, for administrators."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext

from users.actions.access.connections import (
    MAX_COUNTED_USERS,
    create_connection,
    delete_connection,
    edit_connection,
    enable_clients,
    explain_refused_deletion,
)
from users.actions.errors import (
    ConnectionExists,
    ConnectionInUse,
    ConnectionNotFound,
    NotSupported,
)
from users.admin.configuration_history import history_context
from users.admin.connections.counts import connections_with_counts
from users.admin.connections.form import ConnectionForm, DatabaseForm, NewConnectionForm
from users.admin.request import TemplateContext
from users.listing.keyset import Keyset
from users.listing.pages import read_cursor_page
from users.log.configuration_history import Kind
from users.models import Client, Connection
from users.representation.validation import FieldError
from users.rights.actor import Actor
from users.rights.errors import Denied
from users.rights.may import Verb, check
from users.web.page_view import PageRequest

PAGE_SIZE = 50
CONNECTIONS, CLIENTS = "connections", "connection_clients"
BY_NAME = Keyset(("name", "id"))


def connections_page(request: PageRequest, frame: TemplateContext) -> HttpResponse:
    """List the connections by name, continuing after `?after=`."""
    actor = _require_administrator(request)
    context = {**frame, "title": gettext("Connections"), "section": "connections"}
    if request.GET.get("tab") == "history":
        context |= {**history_context(request, actor, Kind.CONNECTION), "tab": "history"}
    else:
        found = connections_with_counts()
        page = read_cursor_page(
            CONNECTIONS, found, BY_NAME, size=PAGE_SIZE, cursor=request.GET.get("after", "")
        )
        context |= {
            "connections": page.rows,
            "most": MAX_COUNTED_USERS,
            "is_after": page.has_previous,
            "next": page.next,
        }
    return TemplateResponse(request, "users/admin/connections.html", context)


def new_connection_page(request: PageRequest, frame: TemplateContext) -> HttpResponse:
    """GET shows the form, POST creates a connection and opens its page."""
    actor = _require_administrator(request)
    form = NewConnectionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and (made := _create(form, actor)):
        messages.success(request, gettext("The connection %(name)s is created.") % {"name": made.name})
        return redirect("admin:connection", made.connection_id)
    context = {
        **frame,
        "title": gettext("New connection"),
        "section": "connections",
        "form": form,
        "errors": form.errors,
    }
    status = 422 if form.errors else 200
    return TemplateResponse(request, "users/admin/connection_new.html", context, status=status)


def connection_page(request: PageRequest, connection_id: str, frame: TemplateContext) -> HttpResponse:
    """GET shows a tab, POST does what its button says."""
    actor = _require_administrator(request)
    connection = connections_with_counts().filter(connection_id=connection_id).first()
    if connection is None:
        raise Http404
    if request.method != "POST":
        return _render_page(request, frame, connection, actor)
    do = request.POST.get("do", "")
    try:
        if do == "save":
            return _save(request, frame, connection, actor)
        if do == "delete":
            return _delete(request, connection, actor)
        if do == "clients":
            _save_clients(request, connection, actor)
    # Another administrator deleted it between the page and the button.
    except (ConnectionNotFound, Connection.DoesNotExist):
        messages.info(request, gettext("The connection has been deleted."))
        return redirect("admin:connections")
    # With the query string, so that the tab and the page stay as they were.
    return redirect(request.get_full_path())


def _render_page(
    request: PageRequest,
    frame: TemplateContext,
    connection: Connection,
    actor: Actor,
    form: ConnectionForm | None = None,
) -> HttpResponse:
    # A refused form is shown with its errors, whatever tab the URL names.
    tab = "settings" if form else request.GET.get("tab", "")
    context = {
        **frame,
        "title": connection.name,
        "section": "connections",
        "connection": connection,
        "most": MAX_COUNTED_USERS,
        "deletion_refusal": explain_refused_deletion(connection),
        "tab": tab,
        # For the title of the window.
        "errors": form is not None,
    }
    if tab == "history":
        context |= history_context(request, actor, Kind.CONNECTION, connection.connection_id)
    elif tab == "clients":
        context |= _clients(request, connection)
    else:
        form_class = form_class_of(connection)
        context |= {"tab": "settings", "form": form or form_class(initial=form_class.initial_of(connection))}
    return TemplateResponse(request, "users/admin/connection.html", context, status=422 if form else 200)


def form_class_of(connection: Connection) -> type[ConnectionForm]:
    """The form with the settings that act on a connection of this kind."""
    return DatabaseForm if connection.is_database else ConnectionForm


def _create(form: NewConnectionForm, actor: Actor) -> Connection | None:
    """Create the connection. None where the form now has errors."""
    typed = form.cleaned_data
    everyone = Client.objects.filter(is_revoked=False).values_list("client_id", flat=True)
    try:
        return create_connection(
            actor=actor,
            enabled_clients=list(everyone) if typed["for_all"] else (),
            name=typed["name"],
            display_name=typed["display_name"],
        )
    except ConnectionExists:
        form.add_error("name", gettext("Another connection has this name."))
    except FieldError as error:
        form.add_refusal(error)
    return None


def _save(request: PageRequest, frame: TemplateContext, connection: Connection, actor: Actor) -> HttpResponse:
    form_class = form_class_of(connection)
    typed = form_class(request.POST, initial=form_class.initial_of(connection))

    def write() -> None:
        columns = typed.values_for(connection)
        try:
            edit_connection(connection, columns, actor=actor, version=typed.cleaned_data["version"])
        except NotSupported as refused:
            typed.add_error(None, str(refused))
        except Denied as denied:
            typed.add_error("is_enabled", denied.reason)

    def read_initial() -> dict[str, Any]:
        # It may have changed once more since this request began.
        connection.refresh_from_db()
        return form_class.initial_of(connection)

    form = typed.save_with(write, read_initial)
    if form.is_saved:
        messages.success(request, gettext("Saved."))
        return redirect(request.get_full_path())
    return _render_page(request, frame, connection, actor, form)


def _delete(request: PageRequest, connection: Connection, actor: Actor) -> HttpResponse:
    try:
        delete_connection(connection, actor=actor)
    except ConnectionInUse as refused:
        messages.error(request, str(refused))
        return redirect(request.get_full_path())
    messages.success(request, gettext("The connection %(name)s is deleted.") % {"name": connection.name})
    return redirect("admin:connections")


def _clients(request: PageRequest, connection: Connection) -> TemplateContext:
    """The clients of a page, each with whether the connection is enabled for it."""
    clients = Client.objects.filter(is_revoked=False)
    page = read_cursor_page(CLIENTS, clients, BY_NAME, size=PAGE_SIZE, cursor=request.GET.get("after", ""))
    shown = [client.pk for client in page.rows]
    enabled = set(connection.clients.filter(pk__in=shown).values_list("pk", flat=True))
    return {
        "clients": [{"client": client, "is_enabled": client.pk in enabled} for client in page.rows],
        "is_after": page.has_previous,
        "next": page.next,
    }


def _save_clients(request: PageRequest, connection: Connection, actor: Actor) -> None:
    """Enable the connection for the clients that were ticked, and disable it for those that were unticked.

    Others are left alone, so that two administrators overwrite nothing of each other.
    """
    ticked, were = set(request.POST.getlist("client")), set(request.POST.getlist("was"))
    wanted = {client_id: client_id in ticked for client_id in ticked ^ were}
    try:
        enable_clients(connection, wanted, actor=actor)
    # An application was deleted meanwhile.
    except FieldError as error:
        messages.error(request, gettext("Not saved: %(reason)s.") % {"reason": error.rule})
    else:
        messages.success(request, gettext("Saved."))


def _require_administrator(request: PageRequest) -> Actor:
    # The right comes before the look-up: those without it get the same 403 for every id.
    check(request.actor, Verb.UPDATE_CONNECTION)
    return request.actor
