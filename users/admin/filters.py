"""The filters beside the list. None of them counts or scans."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import Q
from django.utils import timezone

from users.models import Connection
from users.models.user import UserQuerySet
from users.search.listing import matching

Choices = list[tuple[str, str]]


class StatusFilter(SimpleListFilter):
    """May the person sign in, and is the address known to be theirs?"""

    title = "status"
    parameter_name = "status"
    tests = {
        "active": Q(blocked__isnull=True) | Q(blocked=False),
        "blocked": Q(blocked=True),
        "unverified": Q(email_verified=False),
    }

    def lookups(self, request: Any, model_admin: Any) -> Choices:
        return [("active", "Active"), ("blocked", "Blocked"), ("unverified", "E-mail not verified")]

    def queryset(self, request: Any, queryset: UserQuerySet) -> UserQuerySet:
        test = self.tests.get(self.value())
        return queryset.filter(test) if test else queryset


class ConnectionFilter(SimpleListFilter):
    """Where the account comes from."""

    title = "connection"
    parameter_name = "connection"

    def lookups(self, request: Any, model_admin: Any) -> Choices:
        return [(name, name) for name in Connection.objects.values_list("name", flat=True)[:50]]

    def has_output(self) -> bool:
        return bool(self.lookup_choices)

    def queryset(self, request: Any, queryset: UserQuerySet) -> UserQuerySet:
        if not self.value():
            return queryset
        return matching(connection=self.value(), users=queryset)


class _SinceFilter(SimpleListFilter):
    """A moment within so many days."""

    column = ""

    def lookups(self, request: Any, model_admin: Any) -> Choices:
        return [("1", "Past 24 hours"), ("7", "Past 7 days"), ("30", "Past 30 days")]

    def queryset(self, request: Any, queryset: UserQuerySet) -> UserQuerySet:
        days = dict(self.lookup_choices).get(self.value()) and int(self.value())
        if not days:
            return queryset
        return queryset.filter(**{f"{self.column}__gte": timezone.now() - timedelta(days=days)})


class CreatedFilter(_SinceFilter):
    """New accounts."""

    title = "created"
    parameter_name = "created"
    column = "created_at"


class LastLoginFilter(_SinceFilter):
    """Accounts in use, or never used."""

    title = "last login"
    parameter_name = "last_login"
    column = "last_login"
    days = ("1", "7", "30")

    def lookups(self, request: Any, model_admin: Any) -> Choices:
        return [*super().lookups(request, model_admin), ("never", "Never")]

    def queryset(self, request: Any, queryset: UserQuerySet) -> UserQuerySet:
        if self.value() == "never":
            return queryset.filter(last_login__isnull=True)
        return super().queryset(request, queryset) if self.value() in self.days else queryset
