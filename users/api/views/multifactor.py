"""`/users/{id}/multifactor/{provider}`: remove a second factor."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from users.actions.account.multifactor import PROVIDERS, remove_multifactor
from users.api.framework.operation import Operation
from users.api.framework.view import View
from users.api.readers.users import find_user
from users.api.views.user import NOT_FOUND


class MultifactorView(View):
    """Second factors by Auth0's name of the provider."""

    path = {
        "provider": {
            "type": "string",
            "enum": list(PROVIDERS),
            "description": "The multi-factor provider.",
        }
    }
    operations = {
        "DELETE": Operation(
            "Remove a second factor",
            # Auth0's documentation opens this to a user's own token by `delete:current_user_metadata`; its
            # OpenAPI document names `update:users` alone.
            scopes=("update:users", "delete:current_user_metadata"),
            success=204,
            answers=NOT_FOUND,
        ),
    }

    def delete(self, request: Request, user_id: str, provider: str) -> Response:
        """Remove the factor. 204 also where there is none."""
        remove_multifactor(find_user(user_id), actor=self.actor, provider=provider)
        return Response(status=204)
