"""What a developer writes with auth0-python 6."""

from __future__ import annotations

import json
from typing import Any

from answering import answer_calls
from auth0.authentication import GetToken
from auth0.management import ManagementClient
from authentication import Authentication


class Program(Authentication):
    def __init__(self, domain: str, **credentials: str) -> None:
        self.domain = domain
        self.credentials = credentials
        management = ManagementClient(domain=domain, **credentials)
        self.users, self.roles, self.jobs = management.users, management.roles, management.jobs
        self.logs = management.logs

    def token(self) -> dict[str, Any]:
        return GetToken(self.domain, **self.credentials).client_credentials(f"https://{self.domain}/api/v2/")

    def create(self, body: dict[str, Any]) -> dict[str, Any]:
        return shown(self.users.create(**body))

    def get(self, user_id: str) -> dict[str, Any]:
        return shown(self.users.get(user_id))

    def get_once(self, user_id: str) -> dict[str, Any]:
        return shown(self.users.get(user_id, request_options={"max_retries": 0}))

    def patch(self, user_id: str, body: dict[str, Any]) -> dict[str, Any]:
        return shown(self.users.update(user_id, **body))

    def delete(self, user_id: str) -> None:
        self.users.delete(user_id)

    def page(self, number: int, size: int) -> dict[str, Any]:
        return shown(self.users.list(page=number, per_page=size).response)

    def everybody(self, size: int) -> list[str]:
        return [user.user_id for user in self.users.list(per_page=size)]

    def by_email(self, address: str) -> list[dict[str, Any]]:
        return [shown(user) for user in self.users.list_users_by_email(email=address)]

    def create_role(self, body: dict[str, Any]) -> dict[str, Any]:
        return shown(self.roles.create(**body))

    def role(self, role_id: str) -> dict[str, Any]:
        return shown(self.roles.get(role_id))

    def roles_named(self, text: str) -> list[dict[str, Any]]:
        return [shown(role) for role in self.roles.list(name_filter=text)]

    def patch_role(self, role_id: str, body: dict[str, Any]) -> dict[str, Any]:
        return shown(self.roles.update(role_id, **body))

    def delete_role(self, role_id: str) -> None:
        self.roles.delete(role_id)

    def give_roles(self, user_id: str, role_ids: list[str]) -> None:
        self.users.roles.assign(user_id, roles=role_ids)

    def take_roles(self, user_id: str, role_ids: list[str]) -> None:
        self.users.roles.delete(user_id, roles=role_ids)

    def methods_of(self, user_id: str) -> list[dict[str, Any]]:
        return [shown(method) for method in self.users.authentication_methods.list(user_id)]

    def remove_methods(self, user_id: str) -> None:
        self.users.authentication_methods.delete_all(user_id)

    def remove_method(self, user_id: str, method_id: str) -> None:
        self.users.authentication_methods.delete(user_id, method_id)

    def sessions_of(self, user_id: str) -> list[dict[str, Any]]:
        return [shown(session) for session in self.users.sessions.list(user_id)]

    def end_sessions(self, user_id: str) -> None:
        self.users.sessions.delete(user_id)

    def refresh_tokens_of(self, user_id: str) -> list[dict[str, Any]]:
        return [shown(token) for token in self.users.refresh_token.list(user_id)]

    def end_refresh_tokens(self, user_id: str) -> None:
        self.users.refresh_token.delete(user_id)

    def roles_of(self, user_id: str) -> list[dict[str, Any]]:
        return [shown(role) for role in self.users.roles.list(user_id)]

    def give_role_to(self, role_id: str, user_ids: list[str]) -> None:
        self.roles.users.assign(role_id, users=user_ids)

    def members(self, role_id: str, size: int) -> list[str]:
        return [user.user_id for user in self.roles.users.list(role_id, take=size)]

    def import_users(self, text: str, connection_id: str) -> dict[str, Any]:
        file = ("users.json", text.encode(), "application/json")
        jobs = self.jobs.users_imports
        return shown(jobs.create(users=file, connection_id=connection_id, upsert=True, external_id="wave-3"))

    def export_users(self, body: dict[str, Any]) -> dict[str, Any]:
        return shown(self.jobs.users_exports.create(**body))

    def job(self, job_id: str) -> dict[str, Any]:
        return shown(self.jobs.get(job_id))

    def logs_of(self, user_id: str, size: int) -> list[dict[str, Any]]:
        return [shown(entry) for entry in self.users.logs.list(user_id, per_page=size)]

    def logs_like(self, text: str) -> list[dict[str, Any]]:
        return [shown(entry) for entry in self.logs.list(search=text)]

    def log(self, log_id: str) -> dict[str, Any]:
        return shown(self.logs.get(log_id))


def shown(model: Any) -> Any:
    return json.loads(model.json())


def facts(error: Exception) -> dict[str, Any]:
    """The management part keeps the body, the token part takes it apart."""
    body = getattr(error, "body", None) or {}
    return {
        "status": getattr(error, "status_code", None),
        "code": body.get("errorCode", getattr(error, "error_code", None)),
        "message": body.get("message", getattr(error, "message", None)),
    }


answer_calls(Program, facts)
