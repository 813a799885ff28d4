"""Roles, memberships, and permissions of roles and users (RBAC)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from users.models.ids import new_role_id
from users.models.resource_server import ResourceServer


class Role(models.Model):
    """A named set of permissions. Roles never grant staff rights of this product."""

    role_id = models.CharField(max_length=20, unique=True, default=new_role_id)
    name = models.CharField(max_length=255, unique=True)
    # Case-folded for search by prefix; folding may turn one character into three.
    name_folded = models.CharField(max_length=900, db_index=True)
    description = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.name


class RoleMember(models.Model):
    """A user's membership in a role."""

    role = models.ForeignKey(Role, models.CASCADE, related_name="members", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["created_at", "id"]
        constraints = [models.UniqueConstraint(fields=["role", "user"], name="role_member_once")]
        # The members of a role are listed oldest first, page by page (keyset pagination).
        indexes = [models.Index(fields=["role", "created_at", "id"], name="role_member_oldest")]

    def __str__(self) -> str:
        return f"{self.user_id} has {self.role_id}"


class Permission(models.Model):
    """One scope of an API, granted by a role."""

    role = models.ForeignKey(Role, models.CASCADE, related_name="permissions")
    resource_server = models.ForeignKey(ResourceServer, models.CASCADE, related_name="+")
    name = models.CharField(max_length=280)

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["role", "resource_server", "name"], name="role_permission_once")
        ]

    def __str__(self) -> str:
        return self.name


class UserPermission(models.Model):
    """One scope of an API, granted to a user directly."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="direct_permissions")
    resource_server = models.ForeignKey(ResourceServer, models.CASCADE, related_name="+")
    name = models.CharField(max_length=280)

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "resource_server", "name"], name="user_permission_once")
        ]

    def __str__(self) -> str:
        return self.name
