"""Which scope opens which operation. An operation without a row is closed."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import MethodNotAllowed, NotAuthenticated
from rest_framework.permissions import BasePermission

from users.api.problem import Problem
from users.tokens.verify import Machine


class HasScope(BasePermission):
    """Any one of the operation's scopes is enough. The check comes before any look at the
    account, so that a caller without the scope cannot learn who exists."""

    def has_permission(self, request: Any, view: Any) -> bool:
        operation = view.operation(request.method)
        if operation is None:
            raise MethodNotAllowed(request.method)
        if operation.scopes is None:
            return True
        if not isinstance(request.user, Machine):
            raise NotAuthenticated
        if not request.user.scopes.intersection(operation.scopes):
            expected = ",".join(operation.scopes)
            raise Problem(403, f"Insufficient scope, expected any of: {expected}", "insufficient_scope")
        return True
