"""The admin site: URLs, permission and sign-in of the dashboard."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any, TypeVar, cast

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext

from users.admin.apis.page import api_page, apis_page, delete_api_page, new_api_page
from users.admin.applications.page import (
    application_page,
    applications_page,
    delete_page,
    new_application_page,
    new_secret_page,
    rotate_secret_page,
)
from users.admin.applications.trial import trial_page, try_page
from users.admin.bulk_preview import bulk_page
from users.admin.bulk_report import skipped_file
from users.admin.changes.page import change_page, changes_page
from users.admin.changes.undo_page import reversal_page
from users.admin.connections.page import connection_page, connections_page, new_connection_page
from users.admin.imports.page import import_page
from users.admin.imports.report import refused_file
from users.admin.jobs import job_download_page, job_page, jobs_page
from users.admin.log.page import log_page
from users.admin.metadata.editor_hints import editor_hints
from users.admin.metadata.indexed_keys_page import indexed_keys_page
from users.admin.metadata.page import metadata_page
from users.admin.navigation import navigation
from users.admin.notes import notes_page
from users.admin.overview.page import overview_page
from users.admin.palette import palette_entries
from users.admin.pieces import pieces_page
from users.admin.rules.list_page import rule_settings_page, rules_page
from users.admin.rules.page import new_rule_page, rule_page, starters_page, syntax_page
from users.admin.saved import undo_saved
from users.admin.segments import segment_page, segments_page
from users.admin.user_admin import UserAdmin
from users.admin.user_list.cell_page import cell_page
from users.admin.user_list.search_help import help_page
from users.admin.user_list.suggestions import suggestions
from users.admin.webhooks.page import (
    add_page,
    delivery_page,
    webhook_page,
    webhook_secret_page,
    webhooks_page,
)
from users.jobs.visibility import count_running
from users.models import User
from users.web.actors import staff
from users.web.page_view import PageRequest, page_request, page_view

Page = TypeVar("Page", bound=Callable[..., HttpResponseBase])

# Route, name, view, and keyword arguments that do not come from the route.
PAGES: tuple[tuple[str, str, Callable[..., HttpResponseBase], dict[str, str]], ...] = (
    ("apis/", "apis", apis_page, {}),
    # Before the route with an id, which would also match it.
    ("apis/new/", "new_api", new_api_page, {}),
    ("apis/<slug:resource_server_id>/", "api", api_page, {}),
    ("apis/<slug:resource_server_id>/delete/", "api_delete", delete_api_page, {}),
    ("applications/", "applications", applications_page, {}),
    # Before the route with an id, which would also match them.
    ("applications/trial/", "application_trial", trial_page, {}),
    ("applications/new/", "new_application", new_application_page, {}),
    ("applications/<str:client_id>/", "application", application_page, {}),
    ("applications/<str:client_id>/secret/", "application_secret", rotate_secret_page, {}),
    ("applications/<str:client_id>/secret/new/", "application_new_secret", new_secret_page, {}),
    ("applications/<str:client_id>/try/", "application_try", try_page, {}),
    ("applications/<str:client_id>/delete/", "application_delete", delete_page, {}),
    ("help/search/", "search_help", help_page, {}),
    ("help/pieces/", "pieces", pieces_page, {}),
    ("log/", "log", log_page, {}),
    ("users/user/bulk/<slug:action>/", "bulk", bulk_page, {}),
    ("users/user/import/", "import", import_page, {}),
    ("users/user/<int:object_id>/cell/", "cell", cell_page, {}),
    ("changes/", "changes", changes_page, {}),
    ("changes/<int:number>/", "change", change_page, {}),
    ("changes/<int:number>/undo/", "undo", reversal_page, {"part": ""}),
    ("changes/<int:number>/restore/<slug:part>/", "restore", reversal_page, {}),
    ("connections/", "connections", connections_page, {}),
    # Before the route with a slug, which would also match `new`.
    ("connections/new/", "new_connection", new_connection_page, {}),
    ("connections/<slug:connection_id>/", "connection", connection_page, {}),
    ("indexed-keys/", "indexed_keys", indexed_keys_page, {}),
    ("metadata/", "metadata", metadata_page, {}),
    ("jobs/", "jobs", jobs_page, {}),
    ("jobs/<slug:job_id>/", "job", job_page, {}),
    ("jobs/<slug:job_id>/download/", "job_download", job_download_page, {}),
    ("jobs/<slug:job_id>/skipped.csv", "skipped", skipped_file, {}),
    ("jobs/<slug:job_id>/refused.jsonl", "refused", refused_file, {}),
    ("notes/<int:user_key>/", "notes", notes_page, {}),
    ("palette/", "palette", palette_entries, {}),
    ("rules/", "rules", rules_page, {}),
    # Before the route with an id, which would also match them.
    ("rules/new/", "rule_starters", starters_page, {}),
    ("rules/new/<slug:starter>/", "new_rule", new_rule_page, {}),
    ("rules/settings/", "rule_settings", rule_settings_page, {}),
    ("rules/syntax/", "rule_syntax", syntax_page, {}),
    ("rules/<slug:rule_id>/", "rule", rule_page, {}),
    ("segments/", "segments", segments_page, {}),
    # Likewise.
    ("segments/new/", "new_segment", segment_page, {"segment_id": ""}),
    ("segments/<slug:segment_id>/", "segment", segment_page, {}),
    ("webhooks/", "webhooks", webhooks_page, {}),
    # Likewise, for `add`.
    ("webhooks/add/", "webhook_add", add_page, {}),
    ("webhooks/<slug:webhook_id>/", "webhook", webhook_page, {}),
    ("webhooks/<slug:webhook_id>/secret/", "webhook_secret", webhook_secret_page, {}),
    ("webhooks/<slug:webhook_id>/deliveries/<int:number>/", "delivery", delivery_page, {}),
)


class Site(AdminSite):
    """The admin site. Sign-in is at `/login/` for all users; this only admits those with staff rights."""

    def has_permission(self, request: HttpRequest) -> bool:
        # Django's own also asks `is_active`; here `is_staff` includes it, as it is derived from the rights.
        return request.user.is_authenticated and request.user.is_staff

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            # To redirect to the sign-in page would loop: it sends signed-in users on to where they came from.
            raise PermissionDenied(gettext("The dashboard is for staff. Your own page is at /profile/."))
        # The sign-in page checks that `next` leads to this host.
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    # Where Django's site has pages this one has addresses of ours.

    def logout(  # type: ignore[override]  # a redirect, no page
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("account_logout")

    def password_change(  # type: ignore[override]  # a redirect, no page
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("account_change_password")

    def password_change_done(  # type: ignore[override]  # a redirect, no page
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("profile")

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What the frame of every page shows; nothing of Django's own, whose templates are not used."""
        # Error pages have the frame as well, and may come before the actor is known.
        actor = getattr(request, "actor", None) or staff(request)
        return {
            "navigation": list(navigation(request)),
            # Called by the template of the sidebar: answers without it take no query.
            "running_jobs": partial(count_running, actor),
        }

    def admin_view(self, view: Page, cacheable: bool = False) -> Page:
        """Every page of the dashboard goes through here, once it is known that staff ask for it."""
        page = page_view(view, actor_of=staff, when_gone=_user_gone)
        # As Django does for the views of models: pages of errors ask it for their frame.
        page.admin_site = self  # type: ignore[attr-defined]  # a function takes attributes
        # Django's method asks `has_permission`, adds CSRF protection and forbids caching.
        return cast(Page, super().admin_view(page, cacheable))

    def get_urls(self) -> list[Any]:
        own = [
            path(route, self.admin_view(self._with_base_context(page)), parts, name=name)
            for route, name, page, parts in PAGES
        ]
        suggest = path("suggest/", self.admin_view(suggestions), name="suggest")
        hints = path("metadata/hints/", self.admin_view(editor_hints), name="editor_hints")
        undo = path("undo/", self.admin_view(undo_saved), name="undo_saved")
        # Ours first: Django's list ends with a pattern that matches everything and answers 404.
        return [*own, suggest, hints, undo, *super().get_urls()]

    def _with_base_context(self, page: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        """The page, given what stands around it."""

        @wraps(page)
        def view(request: HttpRequest, **parts: Any) -> HttpResponseBase:
            return page(request, frame=self.each_context(request), **parts)

        return view

    def index(  # type: ignore[override]  # no template of Django's
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return overview_page(page_request(request), self.each_context(request))

    def app_index(  # type: ignore[override]  # a redirect, no page
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("admin:index")


def _user_gone(request: PageRequest) -> HttpResponse:
    messages.error(
        request, gettext("%(subject)s had already been deleted. Not saved.") % {"subject": request.subject}
    )
    return redirect("admin:users_user_changelist")


site = Site(name="admin")
# Django's bulk delete would bypass the write path and leave no history.
site.disable_action("delete_selected")
site.register(User, UserAdmin)
