"""Users in Django admin: its URLs and permission checks, with pages of our own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from users.admin.new_user import new_user_page
from users.admin.user_detail.delete_page import delete_page
from users.admin.user_detail.page import user_page
from users.admin.user_list.page import list_page
from users.models import User
from users.rights.may import Verb, check, may
from users.rights.visible import PROFILE, visible
from users.web.page_view import page_request

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[User]
else:
    ModelAdmin = admin.ModelAdmin  # generic for the type checker only


class UserAdmin(ModelAdmin):
    """The admin of users. Nothing here writes: the pages call the actions."""

    # Bulk actions of Django admin would bypass the write path.
    actions = None

    def has_module_permission(self, request: HttpRequest) -> bool:
        # Django would take any permission of the app; staff who may not see users hold some as well.
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return visible(page_request(request).actor, PROFILE)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False  # Django's forms are not used; our page checks each right

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may(page_request(request).actor, Verb.CREATE)

    # Django's confirmation would delete past the write path; `delete_view` asks for the right itself.
    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        check(page_request(request).actor, Verb.VIEW)
        return list_page(page_request(request), self.admin_site.each_context(request))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return new_user_page(page_request(request), self.admin_site.each_context(request))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return user_page(page_request(request), object_id, self.admin_site.each_context(request))

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return delete_page(page_request(request), object_id, self.admin_site.each_context(request))

    # Django's own history is empty, since nothing is saved through its forms.
    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return self.change_view(request, object_id)
