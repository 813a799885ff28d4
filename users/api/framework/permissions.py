"""Require the scopes that an operation states. A method without an operation is refused."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import MethodNotAllowed, NotAuthenticated
from rest_framework.permissions import BasePermission

from users.api.framework.problem import Problem
from users.tokens.verify import MachineCaller, UserCaller

# Source: Auth0's published OpenAPI document.
SUBJECT_MISMATCH = "User to be acted on does not match subject in bearer token."


class HasScope(BasePermission):
    """Permission that any one of the operation's scope choices satisfies.

    A choice of several scopes requires all of them. It is checked before the user is looked up, so that a
    caller without the scope cannot find out which users exist.
    """

    def has_permission(self, request: Any, view: Any) -> bool:
        operation = view.operation(request.method)
        # Checked before authentication errors: a method that does not exist needs no token to say so.
        if operation is None:
            raise MethodNotAllowed(request.method)
        if operation.scopes is None:
            return True
        caller = request.user
        # Without a token DRF sets Django's AnonymousUser.
        if not isinstance(caller, MachineCaller | UserCaller):
            raise NotAuthenticated
        if not operation.is_open_to(caller.scopes):
            # Text and code as recorded of Auth0, which lists every choice.
            expected = ",".join(operation.scopes)
            raise Problem(403, f"Insufficient scope, expected any of: {expected}", "insufficient_scope")
        # A user's own token opens only their own paths, whatever its scopes: this keeps it off other users.
        if isinstance(caller, UserCaller) and view.kwargs.get("user_id") != caller.user.user_id:
            raise Problem(403, SUBJECT_MISMATCH, "unowned_resource")
        return True
