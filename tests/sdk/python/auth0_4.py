"""What a developer writes with auth0-python 4."""

from __future__ import annotations

import io
from typing import Any

from answering import answer_calls
from auth0.authentication import GetToken
from auth0.management import Auth0
from auth0.rest import RestClientOptions
from authentication import Authentication


class Program(Authentication):
    def __init__(self, domain: str, token: str = "", **credentials: str) -> None:
        self.domain = domain
        self.credentials = credentials
        token = token or self.token()["access_token"]
        self.management = Auth0(domain, token)
        self.users, self.roles = self.management.users, self.management.roles
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

    def import_users(self, text: str, connection_id: str) -> dict[str, Any]:
        file = io.BytesIO(text.encode())
        return self.management.jobs.import_users(connection_id, file, upsert=True, external_id="wave-3")

    def export_users(self, body: dict[str, Any]) -> dict[str, Any]:
        return self.management.jobs.export_users(body)

    def job(self, job_id: str) -> dict[str, Any]:
        return self.management.jobs.get(job_id)

    def create_role(self, body: dict[str, Any]) -> dict[str, Any]:
        return self.roles.create(body)

    def role(self, role_id: str) -> dict[str, Any]:
        return self.roles.get(role_id)

    def roles_named(self, text: str) -> list[dict[str, Any]]:
        return self.roles.list(name_filter=text)["roles"]

    def patch_role(self, role_id: str, body: dict[str, Any]) -> dict[str, Any]:
        return self.roles.update(role_id, body)

    def delete_role(self, role_id: str) -> None:
        self.roles.delete(role_id)

    def give_roles(self, user_id: str, role_ids: list[str]) -> None:
        self.users.add_roles(user_id, role_ids)

    def take_roles(self, user_id: str, role_ids: list[str]) -> None:
        self.users.remove_roles(user_id, role_ids)

    def methods_of(self, user_id: str) -> list[dict[str, Any]]:
        return self.users.get_authentication_methods(user_id)

    def remove_methods(self, user_id: str) -> None:
        self.users.delete_authentication_methods(user_id)

    def remove_method(self, user_id: str, method_id: str) -> None:
        self.users.delete_authentication_method_by_id(user_id, method_id)

    def roles_of(self, user_id: str) -> list[dict[str, Any]]:
        return self.users.list_roles(user_id)["roles"]

    def give_role_to(self, role_id: str, user_ids: list[str]) -> None:
        self.roles.add_users(role_id, user_ids)

    def members(self, role_id: str, size: int) -> list[str]:
        """From checkpoint to checkpoint, until there is none."""
        page = self.roles.list_users(role_id, take=size)
        found = page["users"]
        while "next" in page:
            page = self.roles.list_users(role_id, from_param=page["next"], take=size)
            found += page["users"]
        return [user["user_id"] for user in found]

    def logs_of(self, user_id: str, size: int) -> list[dict[str, Any]]:
        """This SDK has no pager: one asks for pages until one is empty."""
        found: list[dict[str, Any]] = []
        number = 0
        while page := self.users.get_log_events(user_id, page=number, per_page=size):
            found += page
            number += 1
        return found

    def logs_like(self, text: str) -> list[dict[str, Any]]:
        return self.management.logs.search(q=text)["logs"]

    def log(self, log_id: str) -> dict[str, Any]:
        return self.management.logs.get(log_id)


def facts(error: Exception) -> dict[str, Any]:
    return {
        "status": getattr(error, "status_code", None),
        "code": getattr(error, "error_code", None),
        "message": getattr(error, "message", None),
    }


answer_calls(Program, facts)
