"""`/rules-configs`: the settings that scripts read as `configuration`. Their values are never returned."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from users.actions.rules.configs import delete_config, set_config
from users.api.framework.operation import Operation
from users.api.framework.paging import PAGE_QUERY
from users.api.framework.view import View
from users.models import RuleConfig
from users.representation.rules import (
    CONFIG_KEY,
    CONFIG_SCHEMA,
    CONFIG_VALUE,
    SAVED_CONFIG_SCHEMA,
    serialize_config,
)
from users.representation.schema import closed_object


class RulesConfigsView(View):
    """The settings as a collection."""

    operations = {
        "GET": Operation(
            "List the keys of rules' settings",
            scopes=("read:rules_configs",),
            # Accepted and ignored: Terraform sends them, and expects the whole list.
            query=PAGE_QUERY,
            success=200,
            schema={"type": "array", "items": CONFIG_SCHEMA},
        ),
    }

    def get(self, request: Request) -> Response:
        return Response([serialize_config(config) for config in RuleConfig.objects.all()])


class RulesConfigView(View):
    """One setting."""

    path = {"key": CONFIG_KEY}
    operations = {
        "PUT": Operation(
            "Set one of rules' settings",
            scopes=("update:rules_configs",),
            body=closed_object({"value": CONFIG_VALUE}, required=("value",)),
            success=200,
            schema=SAVED_CONFIG_SCHEMA,
        ),
        # Without 404, since deleting is idempotent at Auth0.
        "DELETE": Operation("Delete one of rules' settings", scopes=("delete:rules_configs",), success=204),
    }

    def put(self, request: Request, key: str) -> Response:
        value = self.body()["value"]
        set_config(key, value, actor=self.actor)
        # The caller has just sent the value: Auth0 returns it here, and nowhere else.
        return Response({"key": key, "value": value})

    def delete(self, request: Request, key: str) -> Response:
        delete_config(key, actor=self.actor)
        return Response(status=204)
