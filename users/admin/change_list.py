"""The list of users: what it asks of the database."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.db.models import F

from users.admin.filters import LastLoginFilter

EMPTY_LAST = {"last_login"}


class UserChangeList(ChangeList):
    """Titled "Users"; those who never signed in stand last, as the index has it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.title = "Users"

    def get_ordering(self, request: Any, queryset: Any) -> list[Any]:
        ordering = super().get_ordering(request, queryset)
        if request.GET.get("last_login") in LastLoginFilter.days and "o" not in request.GET:
            ordering = ["-last_login", "-id"]
        return [self._empty_last(field) for field in ordering]

    def _empty_last(self, field: Any) -> Any:
        name = str(field).removeprefix("-")
        if name not in EMPTY_LAST:
            return field
        return F(name).desc(nulls_last=True) if str(field).startswith("-") else F(name).asc(nulls_last=True)
