"""`/users/{id}/authentication-methods`: list and remove second factors and recovery codes."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from users.actions.account.multifactor import remove_authentication_method, remove_multifactor
from users.actions.errors import MethodNotFound
from users.api.framework.operation import Operation
from users.api.framework.paging import PAGE_QUERY, offset_page, offset_schema
from users.api.framework.view import View
from users.api.readers.users import find_user
from users.api.views.user import NOT_FOUND
from users.representation.authentication_methods import (
    ID,
    SCHEMA,
    authentication_methods,
    find_method,
    serialize_method,
)
from users.representation.field_selection import fields_query

READ = ("read:authentication_methods", "read:current_user")
# The second scope opens it to the user's own token.
DELETE = ("delete:authentication_methods", "delete:current_user_metadata")
METHOD_NOT_FOUND = {404: "The user or the authentication method does not exist."}


class AuthenticationMethodsView(View):
    """All methods of a user."""

    operations = {
        "GET": Operation(
            "List a user's authentication methods",
            scopes=READ,
            query={**PAGE_QUERY, **fields_query(SCHEMA["properties"])},
            success=200,
            schema=offset_schema("authenticators", SCHEMA),
            answers=NOT_FOUND,
        ),
        "DELETE": Operation(
            "Remove all authentication methods of a user", scopes=DELETE, success=204, answers=NOT_FOUND
        ),
    }

    def get(self, request: Request, user_id: str) -> Response:
        query = self.query()
        # Not from the database page by page: a user has two at most.
        methods = authentication_methods(find_user(user_id))
        return Response(offset_page(methods, methods.__len__, query, name="authenticators", show=dict))

    def delete(self, request: Request, user_id: str) -> Response:
        """Remove all methods. 204 also where there are none."""
        # All methods go together, recovery codes included, as with Auth0.
        remove_multifactor(find_user(user_id), actor=self.actor)
        return Response(status=204)


class AuthenticationMethodView(View):
    """One method of a user."""

    path = {"method_id": ID}
    operations = {
        "GET": Operation(
            "Read an authentication method of a user",
            scopes=READ,
            success=200,
            schema=SCHEMA,
            answers=METHOD_NOT_FOUND,
        ),
        "DELETE": Operation(
            "Remove an authentication method of a user", scopes=DELETE, success=204, answers=METHOD_NOT_FOUND
        ),
    }

    def get(self, request: Request, user_id: str, method_id: str) -> Response:
        method = find_method(find_user(user_id), method_id)
        if method is None:
            # Also for another user's method: ids are looked up within the user.
            raise MethodNotFound
        return Response(serialize_method(method))

    def delete(self, request: Request, user_id: str, method_id: str) -> Response:
        # The action refuses staff accounts, and a user's own token five minutes after its sign-in.
        remove_authentication_method(find_user(user_id), method_id, actor=self.actor)
        return Response(status=204)
