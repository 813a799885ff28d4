"""`/resource-servers`: the APIs for which tokens are issued."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from users.actions.access.resource_servers import create_server, delete_server, edit_server
from users.api.framework.operation import Operation
from users.api.framework.paging import CHECKPOINT_QUERY, PAGE_QUERY, page_schema, paginate
from users.api.framework.problem import Problem
from users.api.framework.view import View
from users.api.readers.resource_servers import find_by_id_or_identifier
from users.models import ResourceServer
from users.models.resource_server import MFA_IDENTIFIER
from users.representation import resource_servers
from users.representation.field_selection import fields_query
from users.representation.resource_servers import FIELDS, IDENTIFIER, SCHEMA
from users.representation.schema import ONE_LINE, closed_object
from users.tokens.scopes import MACHINE_SCOPES

NOT_FOUND = {404: "The resource server does not exist."}
# Changing our own API's identifier or scopes would lock every client out.
MANAGEMENT_API = {400: "It is part of the product, or something about the request breaks a rule."}


class ResourceServersView(View):
    """The APIs as a collection, including our own Management API."""

    operations = {
        "GET": Operation(
            "List resource servers",
            scopes=("read:resource_servers",),
            query={
                **PAGE_QUERY,
                **CHECKPOINT_QUERY,
                **fields_query(SCHEMA["properties"]),
                "identifiers": {
                    "type": "array",
                    "items": {"type": "string", "maxLength": 600},
                    "maxItems": 100,
                    "description": "Only those of these audiences.",
                },
            },
            success=200,
            schema=page_schema("resource_servers", SCHEMA),
        ),
        "POST": Operation(
            "Make a resource server",
            scopes=("create:resource_servers",),
            body=closed_object({"identifier": IDENTIFIER, **FIELDS}, required=("identifier",)),
            success=201,
            schema=SCHEMA,
            answers={409: "There is one with this identifier."},
        ),
    }

    def get(self, request: Request) -> Response:
        query = self.query()
        # As with Auth0, the MFA API is not among them.
        servers = ResourceServer.objects.exclude(identifier=MFA_IDENTIFIER)
        if "identifiers" in query:
            # One by one: the identifier of our own Management API is in no column to filter by.
            found = (ResourceServer.objects.for_audience(name) for name in query["identifiers"])
            servers = servers.filter(pk__in=[server.pk for server in found if server])
        return Response(paginate(servers, query, name="resource_servers", show=_serialize))

    def post(self, request: Request) -> Response:
        server = create_server(actor=self.actor, **resource_servers.columns_from_body(self.body()))
        return Response(_serialize(server), status=201)


class ResourceServerView(View):
    """One API, by its id or its identifier."""

    path = {"resource_server_id": {"type": "string", "maxLength": 600, "pattern": ONE_LINE}}
    operations = {
        "GET": Operation(
            "Read a resource server",
            scopes=("read:resource_servers",),
            success=200,
            schema=SCHEMA,
            answers=NOT_FOUND,
        ),
        "PATCH": Operation(
            "Change a resource server",
            scopes=("update:resource_servers",),
            body={**closed_object(FIELDS), "minProperties": 1},
            success=200,
            schema=SCHEMA,
            # Of our own Management API only token_lifetime and allow_offline_access can be changed.
            answers={**NOT_FOUND, **MANAGEMENT_API},
        ),
        "DELETE": Operation(
            "Remove a resource server",
            scopes=("delete:resource_servers",),
            success=204,
            answers=MANAGEMENT_API,
        ),
    }

    def get(self, request: Request, resource_server_id: str) -> Response:
        return Response(_serialize(_get_or_404(resource_server_id)))

    def patch(self, request: Request, resource_server_id: str) -> Response:
        columns = resource_servers.columns_from_body(self.body())
        return Response(_serialize(edit_server(_get_or_404(resource_server_id), columns, actor=self.actor)))

    def delete(self, request: Request, resource_server_id: str) -> Response:
        """Delete the API. 204 also where there is none, as recorded of Auth0."""
        server = find_by_id_or_identifier(resource_server_id)
        # Deleting is idempotent, as recorded from Auth0.
        if server is not None:
            delete_server(server, actor=self.actor)
        return Response(status=204)


def _serialize(server: ResourceServer) -> dict[str, Any]:
    return resource_servers.serialize_resource_server(server, MACHINE_SCOPES)


def _get_or_404(text: str) -> ResourceServer:
    server = find_by_id_or_identifier(text)
    if server is None:
        raise Problem(404, "The resource server does not exist", "inexistent_resource_server")
    return server
