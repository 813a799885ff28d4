"""From an address to the role it means."""

from __future__ import annotations

from users.actions.errors import RoleNotFound
from users.models import Role
from users.representation.roles import ROLE_ID
from users.representation.schema import Schema

# For `path` of the views below a role.
PATH: dict[str, Schema] = {"id": ROLE_ID}
NOT_FOUND = {404: "The role does not exist."}


def find_role(role_id: str) -> Role:
    """Raises RoleGone."""
    role = Role.objects.filter(role_id=role_id).first()
    if role is None:
        raise RoleNotFound
    return role
