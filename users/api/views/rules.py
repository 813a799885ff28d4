"""`/rules` and `/rules/{id}`: list, create, read, change and delete rules."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from users.actions.errors import RuleNotFound
from users.actions.rules.rules import create_rule, delete_rule, edit_rule
from users.api.framework.operation import Operation
from users.api.framework.paging import PAGE_QUERY, offset_page, offset_schema, without_required
from users.api.framework.view import View
from users.models import Rule
from users.representation.field_selection import fields_query, select_fields
from users.representation.rules import (
    FIELDS,
    FIELDS_OF_POST,
    RULE_ID,
    SCHEMA,
    columns_from_body,
    serialize_rule,
)
from users.representation.schema import closed_object

NOT_FOUND = {404: "The rule does not exist."}
NAME_TAKEN = {409: "A rule has this name."}


class RulesView(View):
    """The rules as a collection, in the order in which they run."""

    operations = {
        "GET": Operation(
            "List rules",
            scopes=("read:rules",),
            query={
                **PAGE_QUERY,
                **fields_query(SCHEMA["properties"]),
                "enabled": {"type": "boolean", "description": "Only rules that are, or are not."},
            },
            success=200,
            schema=offset_schema("rules", SCHEMA),
        ),
        "POST": Operation(
            "Create a rule",
            scopes=("create:rules",),
            body=closed_object(FIELDS_OF_POST, required=("name", "script")),
            success=201,
            schema=SCHEMA,
            answers=NAME_TAKEN,
        ),
    }

    def get(self, request: Request) -> Response:
        query = self.query()
        rules = Rule.objects.all()
        if "enabled" in query:
            rules = rules.filter(is_enabled=query["enabled"])
        return Response(offset_page(rules, rules.count, query, name="rules", show=serialize_rule))

    def post(self, request: Request) -> Response:
        rule = create_rule(actor=self.actor, **columns_from_body(self.body()))
        return Response(serialize_rule(rule), status=201)


class RuleView(View):
    """One rule."""

    path = {"id": RULE_ID}
    operations = {
        "GET": Operation(
            "Read a rule",
            scopes=("read:rules",),
            query=fields_query(SCHEMA["properties"]),
            success=200,
            schema=without_required(SCHEMA),
            answers=NOT_FOUND,
        ),
        "PATCH": Operation(
            "Change a rule",
            scopes=("update:rules",),
            body=closed_object(FIELDS),
            success=200,
            schema=SCHEMA,
            answers={**NOT_FOUND, **NAME_TAKEN},
        ),
        # Without 404, since deleting is idempotent at Auth0.
        "DELETE": Operation("Delete a rule", scopes=("delete:rules",), success=204),
    }

    def get(self, request: Request, id: str) -> Response:
        return Response(select_fields(serialize_rule(_find_rule(id)), self.query()))

    def patch(self, request: Request, id: str) -> Response:
        rule = edit_rule(_find_rule(id), columns_from_body(self.body()), actor=self.actor)
        return Response(serialize_rule(rule))

    def delete(self, request: Request, id: str) -> Response:
        delete_rule(id, actor=self.actor)
        return Response(status=204)


def _find_rule(rule_id: str) -> Rule:
    """Return the rule. Raises RuleNotFound."""
    rule = Rule.objects.filter(rule_id=rule_id).first()
    if rule is None:
        raise RuleNotFound
    return rule
