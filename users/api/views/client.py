"""`/clients/{id}`: read, change, remove; and its secret."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from users.actions.access.clients import delete_client, edit_client, rotate_secret
from users.api.framework.operation import Operation
from users.api.framework.problem import Problem
from users.api.framework.view import View
from users.api.views.clients import serialize_fields
from users.models import Client
from users.representation.clients import FIELDS, SCHEMA, columns_from_body, serialize_client
from users.representation.field_selection import fields_query
from users.representation.schema import Schema, closed_object

NOT_FOUND = {404: "The client does not exist."}
# Printable ASCII, as OAuth defines client ids (RFC 6749, appendix A.1).
PATH: dict[str, Schema] = {"client_id": {"type": "string", "maxLength": 64, "pattern": r"^[\x21-\x7e]+$"}}


class ClientView(View):
    """One client."""

    path = PATH
    operations = {
        "GET": Operation(
            "Read a client",
            scopes=("read:clients",),
            query=fields_query(SCHEMA["properties"], is_open=True),
            success=200,
            schema=SCHEMA,
            answers=NOT_FOUND,
        ),
        "PATCH": Operation(
            "Change a client",
            scopes=("update:clients",),
            body={**closed_object(FIELDS), "minProperties": 1},
            success=200,
            schema=SCHEMA,
            answers=NOT_FOUND,
        ),
        # Without 404, since deleting is idempotent at Auth0.
        "DELETE": Operation("Remove a client", scopes=("delete:clients",), success=204),
    }

    def get(self, request: Request, client_id: str) -> Response:
        return Response(serialize_fields(find_client(client_id), self.query()))

    def patch(self, request: Request, client_id: str) -> Response:
        body = self.body()
        client = edit_client(find_client(client_id), columns_from_body(body), actor=self.actor)
        return Response(serialize_client(client))

    def delete(self, request: Request, client_id: str) -> Response:
        """Delete the client. 204 also where there is none, as recorded of Auth0."""
        delete_client(client_id, actor=self.actor)
        return Response(status=204)


class ClientSecretView(View):
    """The secret of a client."""

    path = PATH
    operations = {
        "POST": Operation(
            "Make a new secret",
            scopes=("update:client_keys",),
            success=200,
            schema=SCHEMA,
            answers={**NOT_FOUND, 400: "The client is public and has no secret."},
        ),
    }

    def post(self, request: Request, client_id: str) -> Response:
        client = find_client(client_id)
        # Giving a public client a secret would invite shipping it in an app.
        if client.is_public:
            text = "The client has no secret: its token_endpoint_auth_method is none."
            raise Problem(400, text, "operation_not_supported")
        return Response(serialize_client(client, secret=rotate_secret(client, actor=self.actor)))


def find_client(client_id: str) -> Client:
    """Return the client. Raises Problem 404."""
    # Revoked clients stay in the table for the history, and are gone for the API.
    client = Client.objects.filter(client_id=client_id, is_revoked=False).first()
    if client is None:
        raise Problem(404, "The client does not exist", "inexistent_client")
    return client
