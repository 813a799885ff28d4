"""`/client-grants`: which scopes of APIs clients are granted."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from users.actions.access.client_grants import create_grant, delete_grant, edit_grant
from users.api.framework.operation import Operation
from users.api.framework.paging import CHECKPOINT_QUERY, PAGE_QUERY, page_schema, paginate
from users.api.framework.problem import Problem
from users.api.framework.view import View
from users.api.views.client import find_client
from users.models import ClientGrant, ResourceServer
from users.representation.client_grants import SCHEMA, SCOPE, serialize_grant
from users.representation.field_selection import fields_query
from users.representation.schema import closed_object

NOT_FOUND = {404: "The client grant does not exist."}
# 600 is the longest audience.
_TEXT = {"type": "string", "minLength": 1, "maxLength": 600}


class ClientGrantsView(View):
    """The grants as a collection."""

    operations = {
        "GET": Operation(
            "List client grants",
            scopes=("read:client_grants",),
            query={
                **PAGE_QUERY,
                **CHECKPOINT_QUERY,
                **fields_query(SCHEMA["properties"]),
                # auth0-deploy-cli sends both filters, and gives up at a 400.
                "client_id": {**_TEXT, "description": "Only those of this client."},
                "audience": {**_TEXT, "description": "Only those for this API."},
            },
            success=200,
            schema=page_schema("client_grants", SCHEMA),
        ),
        "POST": Operation(
            "Give a client scopes of an API",
            scopes=("create:client_grants",),
            body=closed_object(
                {
                    "client_id": {**_TEXT, "description": "The client."},
                    "audience": {**_TEXT, "description": "The API."},
                    "scope": SCOPE,
                },
                required=("client_id", "audience", "scope"),
            ),
            success=201,
            schema=SCHEMA,
            answers={404: "There is no such client or API.", 409: "There is a grant for both already."},
        ),
    }

    def get(self, request: Request) -> Response:
        query = self.query()
        return Response(paginate(_filter(query), query, name="client_grants", show=serialize_grant))

    def post(self, request: Request) -> Response:
        body = self.body()
        client = find_client(body["client_id"])
        # The audience of our own Management API follows from the settings and is in no column.
        server = ResourceServer.objects.for_audience(body["audience"])
        # 404 for a reference in the body, as recorded from Auth0.
        if server is None:
            raise Problem(404, f"Resource server not found: {body['audience']}", "inexistent_resource_server")
        return Response(
            serialize_grant(create_grant(client, server, body["scope"], actor=self.actor)), status=201
        )


class ClientGrantView(View):
    """One grant."""

    path = {"grant_id": {"type": "string", "pattern": "^cgr_[A-Za-z0-9]{16}$"}}
    operations = {
        "GET": Operation(
            "Read a client grant",
            scopes=("read:client_grants",),
            success=200,
            schema=SCHEMA,
            answers=NOT_FOUND,
        ),
        "PATCH": Operation(
            "Change what a client is granted",
            scopes=("update:client_grants",),
            body=closed_object({"scope": SCOPE}, required=("scope",)),
            success=200,
            schema=SCHEMA,
            answers=NOT_FOUND,
        ),
        "DELETE": Operation("Remove a client grant", scopes=("delete:client_grants",), success=204),
    }

    def get(self, request: Request, grant_id: str) -> Response:
        return Response(serialize_grant(_get_or_404(grant_id)))

    def patch(self, request: Request, grant_id: str) -> Response:
        scope = self.body()["scope"]
        return Response(serialize_grant(edit_grant(_get_or_404(grant_id), scope, actor=self.actor)))

    def delete(self, request: Request, grant_id: str) -> Response:
        # 204 also where there is none, as for clients.
        delete_grant(grant_id, actor=self.actor)
        return Response(status=204)


def _grants() -> QuerySet[ClientGrant]:
    # Both are part of each row.
    return ClientGrant.objects.select_related("client", "resource_server")


def _filter(query: dict[str, Any]) -> QuerySet[ClientGrant]:
    grants = _grants()
    if "client_id" in query:
        grants = grants.filter(client__client_id=query["client_id"])
    if "audience" in query:
        # An unknown audience is None here, which no grant has, so the list is empty.
        grants = grants.filter(resource_server=ResourceServer.objects.for_audience(query["audience"]))
    return grants


def _get_or_404(grant_id: str) -> ClientGrant:
    grant = _grants().filter(grant_id=grant_id).first()
    if grant is None:
        raise Problem(404, "The client grant does not exist", "inexistent_client_grant")
    return grant
