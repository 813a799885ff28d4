"""`/grants`: what users have allowed applications to do."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from users.actions.authorizations.revoke import revoke_consents
from users.api.framework.logged import log_write
from users.api.framework.operation import Operation
from users.api.framework.paging import PAGE_QUERY, offset_page, offset_schema
from users.api.framework.view import View
from users.api.readers.users import find_user
from users.models import Consent
from users.representation.authorizations import CONSENT, serialize_consent
from users.representation.field_selection import fields_query

_USER: dict[str, Any] = {"type": "string", "maxLength": 300, "description": "Only those of this user."}


class GrantsView(View):
    """The consents of all users. Source of the shapes: recorded answers."""

    operations = {
        "GET": Operation(
            "List grants",
            scopes=("read:grants",),
            query={
                **PAGE_QUERY,
                **fields_query(CONSENT["properties"]),
                "user_id": _USER,
                "client_id": {
                    "type": "string",
                    "maxLength": 64,
                    "description": "Only those for this application.",
                },
                "audience": {
                    "type": "string",
                    "maxLength": 600,
                    "description": "Only those for the API with this audience.",
                },
            },
            success=200,
            schema=offset_schema("grants", CONSENT),
        ),
        "DELETE": Operation(
            "Delete the grants of a user",
            scopes=("delete:grants",),
            query={"user_id": {**_USER, "description": "The user."}},
            required_query=("user_id",),
            success=204,
            answers={404: "The user does not exist."},
        ),
    }

    def get(self, request: Request) -> Response:
        query = self.query()
        consents = _filter(query).select_related("user", "client").order_by("created_at", "id")
        return Response(offset_page(consents, consents.count, query, name="grants", show=serialize_consent))

    @log_write
    def delete(self, request: Request) -> Response:
        user = find_user(self.query()["user_id"])
        revoke_consents(user, Consent.objects.all(), actor=self.actor)
        return Response(status=204)


class GrantView(View):
    """One consent."""

    path = {"grant_id": {"type": "string", "maxLength": 40, "examples": ["gr_AbCdEfGh12345678"]}}
    operations = {
        "DELETE": Operation("Delete a grant", scopes=("delete:grants",), success=204),
    }

    @log_write
    def delete(self, request: Request, grant_id: str) -> Response:
        """Delete the consent and revoke the tokens that follow from it. 204 also where there is none."""
        consent = Consent.objects.filter(consent_id=grant_id).select_related("user").first()
        if consent is not None:
            revoke_consents(consent.user, Consent.objects.filter(pk=consent.pk), actor=self.actor)
        return Response(status=204)


def _filter(query: dict[str, Any]) -> QuerySet[Consent]:
    columns = {"user_id": "user__user_id", "client_id": "client__client_id", "audience": "audience"}
    return Consent.objects.filter(**{columns[name]: query[name] for name in columns if name in query})
