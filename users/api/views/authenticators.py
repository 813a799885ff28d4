"""`/users/{id}/authenticators`: remove all second factors."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from users.actions.account.multifactor import remove_multifactor
from users.api.framework.operation import Operation
from users.api.framework.view import View
from users.api.readers.users import find_user
from users.api.views.user import NOT_FOUND


class AuthenticatorsView(View):
    """All second factors that the user has enrolled."""

    operations = {
        "DELETE": Operation(
            "Remove all second factors",
            # The only scope that Auth0's OpenAPI document names here; `update:users` does not open it.
            scopes=("delete:guardian_enrollments",),
            success=204,
            answers=NOT_FOUND,
        ),
    }

    def delete(self, request: Request, user_id: str) -> Response:
        """Remove all second factors. 204 also where there are none."""
        remove_multifactor(find_user(user_id), actor=self.actor)
        return Response(status=204)
