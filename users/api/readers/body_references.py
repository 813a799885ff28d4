"""Check ids in a body other than the user's: client and organization."""

from __future__ import annotations

from typing import Any

from users.api.framework.problem import Problem
from users.models import Client


def check_references(body: dict[str, Any]) -> None:
    """Raise Problem 400 for a client that does not exist, and for any organization (we have none).

    Source of the texts: Auth0's published OpenAPI document, /tickets.
    """
    if "organization_id" in body:
        raise Problem(400, "The organization does not exist", "inexistent_organization")
    # Pages look the same for all clients, yet a wrong id is a mistake worth reporting.
    if "client_id" in body and not Client.objects.filter(client_id=body["client_id"]).exists():
        raise Problem(400, "The client does not exist", "inexistent_client")
