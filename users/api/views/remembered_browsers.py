"""`/users/{id}/multifactor/actions/invalidate-remember-browser`: forget trusted browsers."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from users.api.framework.operation import Operation
from users.api.framework.view import View
from users.api.readers.users import find_user
from users.api.views.user import NOT_FOUND


class RememberedBrowsersView(View):
    """No browser is ever remembered: each sign-in asks for the second factor, so there is nothing to do."""

    operations = {
        "POST": Operation(
            "Ask for the second factor in every browser again",
            scopes=("update:users",),
            success=204,
            answers=NOT_FOUND,
        ),
    }

    def post(self, request: Request, user_id: str) -> Response:
        # 404 for an unknown user, as on the other paths of a user.
        find_user(user_id)
        return Response(status=204)
