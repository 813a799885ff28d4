"""`/connections`: list and create."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from users.actions.access.connections import create_connection
from users.api.framework.operation import Operation
from users.api.framework.paging import BY_ID, CHECKPOINT_QUERY, PAGE_QUERY, page_schema, paginate
from users.api.framework.view import View
from users.models import Connection
from users.representation.connections import (
    FIELDS,
    NAME,
    SCHEMA,
    STRATEGY,
    columns_from_body,
    serialize_connection,
)
from users.representation.field_selection import fields_query
from users.representation.schema import Schema, closed_object

# PostgreSQL refuses text with NUL, which would become a 500.
_TEXT: Schema = {"type": "string", "pattern": r"^[^\x00]*$"}


class ConnectionsView(View):
    """The connections as a collection."""

    operations = {
        "GET": Operation(
            "List connections",
            scopes=("read:connections",),
            query={
                **PAGE_QUERY,
                **CHECKPOINT_QUERY,
                **fields_query(SCHEMA["properties"], is_open=True),
                "name": {**_TEXT, "description": "Only the connection of this name."},
                # A list, since auth0-deploy-cli and the SDKs repeat it.
                "strategy": {
                    "type": "array",
                    "items": _TEXT,
                    "description": "Only connections of these kinds.",
                },
            },
            success=200,
            schema=page_schema("connections", SCHEMA),
        ),
        "POST": Operation(
            "Create a connection",
            scopes=("create:connections",),
            body=closed_object({"name": NAME, "strategy": STRATEGY, **FIELDS}, required=("name", "strategy")),
            success=201,
            schema=SCHEMA,
            answers={409: "Another connection has this name."},
        ),
    }

    def get(self, request: Request) -> Response:
        query = self.query()
        # By id: connections have no `created_at`.
        page = paginate(_filter(query), query, name="connections", show=serialize_connection, order=BY_ID)
        return Response(page)

    def post(self, request: Request) -> Response:
        body = self.body()
        enabled = body.get("enabled_clients", ())
        connection = create_connection(actor=self.actor, enabled_clients=enabled, **columns_from_body(body))
        return Response(serialize_connection(connection), status=201)


def _filter(query: dict[str, Any]) -> QuerySet[Connection]:
    found = Connection.objects.prefetch_related("clients")
    if "name" in query:
        found = found.filter(name=query["name"])
    if "strategy" in query:
        found = found.filter(strategy__in=query["strategy"])
    return found
