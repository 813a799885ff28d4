"""What a developer writes with auth0-python 4."""

from __future__ import annotations

from typing import Any

from answering import answer_calls
from auth0.authentication import GetToken
from auth0.management import Auth0
from auth0.rest import RestClientOptions


class Program:
    def __init__(self, domain: str, token: str = "", **credentials: str) -> None:
        self.domain = domain
        self.credentials = credentials
        token = token or self.token()["access_token"]
        self.management = Auth0(domain, token)
        self.users = self.management.users
        self.impatient = Auth0(domain, token, rest_options=RestClientOptions(retries=0)).users

    def token(self) -> dict[str, Any]:
        return GetToken(self.domain, **self.credentials).client_credentials(f"https://{self.domain}/api/v2/")

    def create(self, body: dict[str, Any]) -> dict[str, Any]:
        return self.users.create(body)

    def get(self, user_id: str) -> dict[str, Any]:
        return self.users.get(user_id)

    def get_once(self, user_id: str) -> dict[str, Any]:
        return self.impatient.get(user_id)

    def patch(self, user_id: str, body: dict[str, Any]) -> dict[str, Any]:
        return self.users.update(user_id, body)

    def delete(self, user_id: str) -> None:
        self.users.delete(user_id)

    def page(self, number: int, size: int) -> dict[str, Any]:
        return self.users.list(page=number, per_page=size)

    def everybody(self, size: int) -> list[str]:
        """This SDK has no pager: one asks for pages until one is empty."""
        found: list[str] = []
        number = 0
        while page := self.users.list(page=number, per_page=size)["users"]:
            found += [user["user_id"] for user in page]
            number += 1
        return found

    def by_email(self, address: str) -> list[dict[str, Any]]:
        return self.management.users_by_email.search_users_by_email(address)


def facts(error: Exception) -> dict[str, Any]:
    return {
        "status": getattr(error, "status_code", None),
        "code": getattr(error, "error_code", None),
        "message": getattr(error, "message", None),
    }


answer_calls(Program, facts)
