"""Users in the dashboard: the list is Django admin's, the page of one user is ours."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from users.admin.change_list import UserChangeList
from users.admin.delete_page import delete_page
from users.admin.filters import ConnectionFilter, CreatedFilter, LastLoginFilter, StatusFilter
from users.admin.paginator import CappedPaginator
from users.admin.user_page import user_page
from users.models import User
from users.models.user import UserQuerySet
from users.rights.visible import PROFILE, visible
from users.search.words import by_words
from users.web.actors import staff
from users.web.initials import colour, initials


class UserAdmin(admin.ModelAdmin):
    """Nothing here writes: the pages call the actions."""

    list_display = ["person", "status", "logins", "last_sign_in", "created"]
    list_display_links = None
    list_filter = [StatusFilter, ConnectionFilter, CreatedFilter, LastLoginFilter]
    list_per_page = 50
    list_max_show_all = 0
    ordering = ["-created_at", "-id"]
    search_fields = ["email"]  # switches the box on; `get_search_results` decides
    search_help_text = "Words that begin an e-mail address, a name, a nickname or a user id."
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = CappedPaginator
    actions = None

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return request.user.is_authenticated and visible(staff(request), PROFILE)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False  # Django's own forms are not used; our page asks about each right

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def get_sortable_by(self, request: HttpRequest) -> list[str]:
        """By any column where everybody is listed; beside a filter only where one index serves
        both, so that no list is sorted as a whole."""
        if request.GET.get("last_login") in LastLoginFilter.days:
            return ["last_sign_in"]
        filtered = {spec.parameter_name for spec in self.list_filter} & request.GET.keys()
        return ["created"] if filtered else ["person", "logins", "last_sign_in", "created"]

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[UserChangeList]:
        return UserChangeList

    def get_queryset(self, request: HttpRequest) -> UserQuerySet:
        return User.objects.without_documents()

    def get_search_results(
        self, request: HttpRequest, queryset: UserQuerySet, search_term: str
    ) -> tuple[UserQuerySet, bool]:
        return by_words(queryset, search_term), False

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """None but our own filters: `?app_metadata__plan=full`, typed by hand, would tell what
        one may not see."""
        return lookup in {spec.parameter_name for spec in self.list_filter}

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return user_page(request, object_id, self.admin_site.each_context(request))

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return delete_page(request, object_id, self.admin_site.each_context(request))

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return self.change_view(request, object_id)

    @admin.display(description="User", ordering="email_folded")
    def person(self, user: User) -> SafeString:
        context = {"user": user, "initials": initials(user), "colour": colour(user)}
        return render_to_string("users/admin/person.html", context)

    @admin.display(description="Status")
    def status(self, user: User) -> SafeString:
        return render_to_string("users/web/badges.html", {"user": user})

    @admin.display(description="Logins", ordering="logins_count")
    def logins(self, user: User) -> int:
        return user.logins_count

    @admin.display(description="Last login", ordering="last_login")
    def last_sign_in(self, user: User) -> SafeString:
        return render_to_string("users/web/moment.html", {"at": user.last_login, "empty": "Never"})

    @admin.display(description="Created", ordering="created_at")
    def created(self, user: User) -> SafeString:
        return render_to_string("users/web/moment.html", {"at": user.created_at})
