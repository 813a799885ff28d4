"""`/users/{id}/recovery-code-regeneration`: a new recovery code for a user who lost their second factor."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from users.actions.account.multifactor import renew_recovery_code
from users.api.framework.operation import Operation
from users.api.framework.view import View
from users.api.readers.users import find_user
from users.api.views.user import NOT_FOUND
from users.representation.schema import Schema

SCHEMA: Schema = {
    "type": "object",
    "properties": {"recovery_code": {"type": "string", "examples": ["7QZ3MHKD9W4XTBY2RFGC8NPV"]}},
}


class RecoveryCodeView(View):
    """Return the code once, for the client to pass on: it is stored encrypted and never shown again."""

    operations = {
        "POST": Operation(
            "Make a recovery code in place of the earlier ones",
            scopes=("update:users",),
            success=200,
            schema=SCHEMA,
            answers=NOT_FOUND,
        ),
    }

    def post(self, request: Request, user_id: str) -> Response:
        # 200 and not 201, as recorded of Auth0.
        return Response({"recovery_code": renew_recovery_code(find_user(user_id), actor=self.actor)})
