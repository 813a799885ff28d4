"""`/users/{id}/sessions` and `/sessions/{id}`: list and end browser sessions."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from users.actions.account.end_sessions import end_session, end_sessions
from users.actions.errors import UserNotFound
from users.api.framework.logged import log_write
from users.api.framework.operation import EMPTY_OBJECT, Operation
from users.api.framework.paging import CHECKPOINT_QUERY, PAGE_QUERY, checkpoint_page, checkpoint_schema
from users.api.framework.problem import Problem
from users.api.framework.view import View
from users.api.readers.users import find_user
from users.listing.keyset import Keyset
from users.models import Session, User
from users.representation.field_selection import fields_query
from users.representation.sessions import ID, SCHEMA, serialize_session
from users.sign_in.session_store import active_session, active_sessions, session_data

NOT_FOUND = {404: "The user does not exist."}
# By the sign-in, which never changes: by the last request, a walk would miss sessions or meet them twice.
ORDER = Keyset(("signed_in_at", "session_id"))
_PAGE = checkpoint_schema("sessions", SCHEMA)


class UserSessionsView(View):
    """The browser sessions of one user. Source of the texts, the schemas and 202: recorded answers."""

    operations = {
        "GET": Operation(
            "List the sessions of a user",
            scopes=("read:sessions",),
            query={
                **CHECKPOINT_QUERY,
                "include_totals": PAGE_QUERY["include_totals"],
                **fields_query(SCHEMA["properties"]),
            },
            success=200,
            schema={**_PAGE, "properties": {**_PAGE["properties"], "total": {"type": "integer"}}},
            answers=NOT_FOUND,
        ),
        "DELETE": Operation(
            "End all sessions of a user",
            scopes=("delete:sessions",),
            # Auth0 ends sessions asynchronously; ours have ended when it answers.
            success=202,
            schema=EMPTY_OBJECT,
            answers=NOT_FOUND,
        ),
    }

    def get(self, request: Request, user_id: str) -> Response:
        query = self.query()
        user = _get_user_or_404(user_id)
        sessions = active_sessions(user)
        page = checkpoint_page(
            sessions, query, name="sessions", show=lambda session: _serialize(session, user), order=ORDER
        )
        # Auth0's SDK for Node sends `include_totals` and `take` together, so totals go with checkpoints here.
        return Response({**page, "total": sessions.count()} if query["include_totals"] else page)

    @log_write
    def delete(self, request: Request, user_id: str) -> Response:
        end_sessions(_get_user_or_404(user_id), actor=self.actor)
        return Response({}, status=202)


class SessionView(View):
    """One session."""

    path = {"session_id": ID}
    operations = {
        "GET": Operation(
            "Read a session",
            scopes=("read:sessions",),
            success=200,
            schema=SCHEMA,
            answers={404: "The session does not exist, or has ended."},
        ),
        "DELETE": Operation("End a session", scopes=("delete:sessions",), success=202, schema=EMPTY_OBJECT),
    }

    def get(self, request: Request, session_id: str) -> Response:
        # An expired session counts as gone, although its row may still exist.
        session = active_session(session_id)
        if session is None or session.user is None:
            raise Problem(404, "The session does not exist.", "inexistent_session")
        return Response(_serialize(session, session.user))

    @log_write
    def delete(self, request: Request, session_id: str) -> Response:
        """End the session. 202 also where it has already ended."""
        session = active_session(session_id)
        if session is not None:
            # The action refuses to end a session of staff.
            end_session(session, actor=self.actor)
        return Response({}, status=202)


def _serialize(session: Session, user: User) -> dict[str, Any]:
    # Decoded for this page only: session data is signed and costs time.
    return serialize_session(session, user, session_data(session))


def _get_user_or_404(user_id: str) -> User:
    try:
        return find_user(user_id)
    except UserNotFound:
        # These endpoints have a text of their own at Auth0.
        raise Problem(404, "User not found", "inexistent_user") from None
