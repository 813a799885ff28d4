"""Look up roles."""

from __future__ import annotations

from users.actions.errors import RoleNotFound
from users.models import Role
from users.representation.roles import ROLE_ID
from users.representation.schema import Schema

# The `path` of views below a role.
PATH: dict[str, Schema] = {"id": ROLE_ID}
NOT_FOUND = {404: "The role does not exist."}


def find_role(role_id: str) -> Role:
    """Return the role. Raises RoleNotFound."""
    role = Role.objects.filter(role_id=role_id).first()
    if role is None:
        raise RoleNotFound
    return role
