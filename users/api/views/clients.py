"""`/clients`: list and create clients (applications)."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from users.actions.access.clients import make_client
from users.api.framework.operation import Operation
from users.api.framework.paging import CHECKPOINT_QUERY, PAGE_QUERY, page_schema, paginate
from users.api.framework.view import View
from users.models import Client
from users.representation.clients import FIELDS, SCHEMA, columns_from_body, serialize_client
from users.representation.field_selection import fields_query, select_fields
from users.representation.schema import closed_object


class ClientsView(View):
    """The clients as a collection."""

    operations = {
        "GET": Operation(
            "List clients",
            scopes=("read:clients",),
            query={
                **PAGE_QUERY,
                **CHECKPOINT_QUERY,
                **fields_query(SCHEMA["properties"], is_open=True),
                "app_type": {
                    "type": "array",
                    "items": {"type": "string", "enum": Client.Type.values},
                    "description": "Only those of these kinds.",
                },
                # auth0-deploy-cli sends these filters, and gives up at a 400.
                "is_first_party": {"type": "boolean", "description": "Only those that are, or are not."},
                "is_global": {"type": "boolean", "description": "None is; true finds none."},
            },
            success=200,
            schema=page_schema("clients", SCHEMA),
        ),
        "POST": Operation(
            "Make a client",
            scopes=("create:clients",),
            body=closed_object(FIELDS, required=("name",)),
            success=201,
            schema=SCHEMA,
        ),
    }

    def get(self, request: Request) -> Response:
        query = self.query()
        return Response(paginate(_filter(query), query, name="clients", show=serialize_client))

    def post(self, request: Request) -> Response:
        client, secret = make_client(actor=self.actor, **columns_from_body(self.body()))
        # The one response that contains the secret.
        return Response(serialize_client(client, secret=secret), status=201)


def _filter(query: dict[str, Any]) -> Any:
    # No client is global, so this filter is decided without a query.
    if query.get("is_global"):
        return Client.objects.none()
    clients = Client.objects.filter(is_revoked=False)
    if "is_first_party" in query:
        clients = clients.filter(is_first_party=query["is_first_party"])
    return clients.filter(app_type__in=query["app_type"]) if "app_type" in query else clients


def serialize_fields(client: Client, query: dict[str, Any]) -> dict[str, Any]:
    """Serialize the client with only the requested fields."""
    return select_fields(serialize_client(client), query)
