"""The dashboard as a whole."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse

from users.admin.changes_page import change_page, changes_page
from users.admin.indexed_keys import indexed_keys_page
from users.admin.jobs import job_page, jobs_page
from users.admin.log import log_page
from users.admin.metadata import metadata_page
from users.admin.search_help import help_page
from users.admin.segments import segment_page, segments_page
from users.admin.suggestions import suggestions
from users.admin.take_back_page import take_back_page
from users.admin.user_admin import UserAdmin
from users.admin.webhooks import add_page, webhook_page, webhooks_page
from users.models import User


class Site(AdminSite):
    """One sign-in for everybody stands at `/login/`; here one only enters with staff rights."""

    site_title = site_header = "Profiledesk"
    index_title = "Directory"
    site_url = None

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated and request.user.is_staff

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if self.has_permission(request):
            return redirect("admin:users_user_changelist")
        if request.user.is_authenticated:
            raise PermissionDenied("The dashboard is for staff. Your own page is at /profile/.")
        # Where it leads after signing in is judged there: only to this host.
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect("account_logout")

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("account_change_password")

    def get_urls(self) -> list[Any]:
        pages = [
            path("help/search/", self.admin_view(self.search_help), name="search_help"),
            path("log/", self.admin_view(self.log), name="log"),
            path("changes/", self.admin_view(self.changes), name="changes"),
            path("changes/<int:number>/", self.admin_view(self.change), name="change"),
            path("changes/<int:number>/undo/", self.admin_view(self.take_back), name="undo"),
            path(
                "changes/<int:number>/restore/<slug:part>/", self.admin_view(self.take_back), name="restore"
            ),
            path("indexed-keys/", self.admin_view(self.indexed_keys), name="indexed_keys"),
            path("metadata/", self.admin_view(self.metadata), name="metadata"),
            path("suggest/", self.admin_view(self.suggest), name="suggest"),
            path("jobs/", self.admin_view(self.jobs), name="jobs"),
            path("jobs/<slug:job_id>/", self.admin_view(self.job), name="job"),
            path("segments/", self.admin_view(self.segments), name="segments"),
            path("segments/new/", self.admin_view(self.segment), name="new_segment"),
            path("segments/<slug:segment_id>/", self.admin_view(self.segment), name="segment"),
            path("webhooks/", self.admin_view(self.webhooks), name="webhooks"),
            path("webhooks/add/", self.admin_view(self.add_webhook), name="webhook_add"),
            path("webhooks/<slug:webhook_id>/", self.admin_view(self.webhook), name="webhook"),
        ]
        return [*pages, *super().get_urls()]

    def metadata(self, request: HttpRequest) -> HttpResponse:
        """Which keys the two documents have."""
        return metadata_page(request, self.each_context(request))

    def suggest(self, request: HttpRequest) -> HttpResponse:
        """What may come next in the search box."""
        return suggestions(request)

    def jobs(self, request: HttpRequest) -> HttpResponse:
        """What staff asked for that takes long."""
        return jobs_page(request, self.each_context(request))

    def job(self, request: HttpRequest, job_id: str) -> HttpResponse:
        """One of them."""
        return job_page(request, job_id, self.each_context(request))

    def segments(self, request: HttpRequest) -> HttpResponse:
        """Saved searches."""
        return segments_page(request, self.each_context(request))

    def segment(self, request: HttpRequest, segment_id: str = "") -> HttpResponse:
        """One of them, or a new one."""
        return segment_page(request, segment_id, self.each_context(request))

    def search_help(self, request: HttpRequest) -> HttpResponse:
        """What the box above the list of users takes."""
        return help_page(request, self.each_context(request))

    def log(self, request: HttpRequest) -> HttpResponse:
        """What happened."""
        return log_page(request, self.each_context(request))

    def changes(self, request: HttpRequest) -> HttpResponse:
        """Who changed what, of all users."""
        return changes_page(request, self.each_context(request))

    def change(self, request: HttpRequest, number: int) -> HttpResponse:
        """One of them."""
        return change_page(request, number, self.each_context(request))

    def take_back(self, request: HttpRequest, number: int, part: str = "") -> HttpResponse:
        """Undo one of them, or go back to it."""
        return take_back_page(request, number, part, self.each_context(request))

    def indexed_keys(self, request: HttpRequest) -> HttpResponse:
        """The keys of metadata that are fast to search by."""
        return indexed_keys_page(request, self.each_context(request))

    def webhooks(self, request: HttpRequest) -> HttpResponse:
        """Who elsewhere is told what happens."""
        return webhooks_page(request, self.each_context(request))

    def add_webhook(self, request: HttpRequest) -> HttpResponse:
        """One more."""
        return add_page(request, self.each_context(request))

    def webhook(self, request: HttpRequest, webhook_id: str) -> HttpResponse:
        """One of them."""
        return webhook_page(request, webhook_id, self.each_context(request))

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect("admin:users_user_changelist")

    def app_index(
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("admin:users_user_changelist")


site = Site(name="admin")
# The bulk delete would go past the one write path and leave no record.
site.disable_action("delete_selected")
site.register(User, UserAdmin)
