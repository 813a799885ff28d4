"""`/users/{id}/history` and `/users/{id}/restore`: list, undo and revert changes. An addition of ours."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from users.actions.account.restore import restore
from users.actions.account.undo import undo
from users.actions.errors import UserNotFound
from users.api.framework.etags import expected_versions
from users.api.framework.history_rows import filter_changes, serialize_page
from users.api.framework.operation import Operation
from users.api.framework.view import View
from users.api.readers.timestamps import parse_state_time, time_parameter
from users.api.readers.users import check_user_id
from users.api.schemas import history, users
from users.history.account_periods import changes_for_user_id
from users.models.compiled_lookup import by_user_id
from users.representation.field_selection import select_fields
from users.representation.validation import FieldError, RuleKind

# Undoing a change is a write, so it needs the scope to write as well.
WRITE_SCOPES = (
    "update:users_history update:users",
    "update:users_history update:users_app_metadata",
)
STALE = {412: "The user changed since the version that If-Match names."}


class HistoryView(View):
    """The changes of one user, also of a deleted one, but never of an earlier user with the same id."""

    operations = {
        "GET": Operation(
            "List the changes of a user",
            scopes=("read:users_history",),
            query=history.QUERY,
            success=200,
            schema={"anyOf": [history.ROWS, history.PAGE]},
            answers={404: "There is no such user, and never was one."},
        )
    }

    def get(self, request: Request, user_id: str) -> Response:
        query = self.query()
        query |= {name: time_parameter(query, name) for name in ("from", "to") if name in query}
        check_user_id(user_id)
        # Not `find_user`, which raises for a deleted user.
        user = by_user_id.one(user_id)
        every = changes_for_user_id(user_id, user)
        # A deleted user's history still answers; 404 is for an id that never existed.
        if user is None and not every.exists():
            raise UserNotFound
        lines = filter_changes(every, query, user, self.actor)
        start = query["page"] * query["per_page"]
        rows = [
            select_fields(row, query)
            for row in serialize_page(lines, start, query["per_page"], user, self.actor)
        ]
        if not query["include_totals"]:
            return Response(rows)
        # The second query runs only where totals are asked for.
        totals = {"start": start, "limit": query["per_page"], "length": len(rows), "total": lines.count()}
        return Response({**totals, "history": rows})


class UndoView(View):
    """Undo one change."""

    path = {"change_id": history.CHANGE_ID}
    operations = {
        "POST": Operation(
            "Undo a change of a user",
            scopes=WRITE_SCOPES,
            body=history.UNDO,
            success=200,
            schema=users.USER,
            answers={
                **STALE,
                404: "The user or the change does not exist.",
                409: "A key has changed again since; `attributes.conflicts` names each.",
            },
            has_etag=True,
        )
    }

    def post(self, request: Request, user_id: str, change_id: str) -> Response:
        body = self.body()
        check_user_id(user_id)
        undone = undo(
            user_id,
            int(change_id),
            actor=self.actor,
            reason=body.get("reason", ""),
            force=body.get("force", False),
            expected_versions=expected_versions(request),
        )
        return self.write_response(undone)


class RestoreView(View):
    """Restore the state at a time."""

    operations = {
        "POST": Operation(
            "Restore the documents of a user as they were",
            scopes=WRITE_SCOPES,
            body=history.RESTORE,
            example=history.RESTORE_EXAMPLE,
            success=200,
            schema=users.USER,
            answers={**STALE, 404: "The user does not exist, or it is not known what they were then."},
            has_etag=True,
        )
    }

    def post(self, request: Request, user_id: str) -> Response:
        body = self.body()
        check_user_id(user_id)
        # A time that the schema's format allows may be none that Python has: a leap second, for example.
        at = parse_state_time(body["at"])
        if at is None:
            raise FieldError("at", f"Not a moment: {body['at']}")
        # Both documents may have a key of that name.
        if "key" in body and "document" not in body:
            rule = "Missing required property: document, of which the key is"
            raise FieldError("document", rule, kind=RuleKind.REQUIRED)
        restored = restore(
            user_id,
            at,
            actor=self.actor,
            document=body.get("document"),
            key=body.get("key"),
            reason=body.get("reason", ""),
            expected_versions=expected_versions(request),
        )
        return self.write_response(restored)
