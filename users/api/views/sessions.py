"""`/users/{id}/sessions` and `/sessions/{id}`: list and end browser sessions."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from users.actions.account.end_sessions import end_session, end_sessions
from users.actions.authorizations.metadata import set_metadata
from users.actions.authorizations.revoke import revoke_access, revoke_session
from users.api.framework.logged import log_write
from users.api.framework.operation import EMPTY_OBJECT, Operation
from users.api.framework.paging import CHECKPOINT_QUERY, PAGE_QUERY, checkpoint_page, checkpoint_schema
from users.api.framework.problem import Problem
from users.api.framework.view import View
from users.api.readers.users import find_session_owner
from users.listing.keyset import Keyset
from users.models import Session, User
from users.representation.authorizations import METADATA
from users.representation.field_selection import fields_query
from users.representation.schema import closed_object
from users.representation.sessions import ID, SCHEMA, serialize_session
from users.sign_in.session_store import (
    active_session,
    active_sessions,
    clients_of_session,
    clients_of_sessions,
    session_data,
)

NOT_FOUND = {404: "The user does not exist."}
_NOT_FOUND = Problem(404, "The session does not exist.", "inexistent_session")
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
        user = find_session_owner(user_id)
        sessions, clients = active_sessions(user), clients_of_sessions(user)

        def show(session: Session) -> dict[str, Any]:
            # Decoded for this page only: session data is signed and costs time.
            return serialize_session(
                session, user, session_data(session), clients.get(session.session_id or "", [])
            )

        page = checkpoint_page(sessions, query, name="sessions", show=show, order=ORDER)
        # Auth0's SDK for Node sends `include_totals` and `take` together, so totals go with checkpoints here.
        return Response({**page, "total": sessions.count()} if query["include_totals"] else page)

    @log_write
    def delete(self, request: Request, user_id: str) -> Response:
        end_sessions(find_session_owner(user_id), actor=self.actor)
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
        "PATCH": Operation(
            "Change the metadata of a session",
            scopes=("update:sessions",),
            body=closed_object({"session_metadata": METADATA}, required=("session_metadata",)),
            success=200,
            schema=SCHEMA,
            answers={404: "The session does not exist, or has ended."},
        ),
        "DELETE": Operation("End a session", scopes=("delete:sessions",), success=202, schema=EMPTY_OBJECT),
    }

    def get(self, request: Request, session_id: str) -> Response:
        return Response(_serialize(*_find_session(session_id)))

    @log_write
    def patch(self, request: Request, session_id: str) -> Response:
        metadata = self.body()["session_metadata"]
        session, user = _find_session(session_id)
        set_metadata(session, metadata, user=user, actor=self.actor)
        return Response(_serialize(session, user))

    @log_write
    def delete(self, request: Request, session_id: str) -> Response:
        """End the session. 202 also where it has already ended."""
        session = active_session(session_id)
        if session is not None:
            # The action refuses to end a session of staff.
            end_session(session, actor=self.actor)
        return Response({}, status=202)


class SessionRevocationView(View):
    """One session with all that came from it."""

    path = {"session_id": ID}
    operations = {
        "POST": Operation(
            "Revoke a session",
            # Both: unlike DELETE it also ends refresh tokens.
            scopes=("delete:sessions delete:refresh_tokens",),
            success=202,
            schema=EMPTY_OBJECT,
            answers={404: "The session does not exist, or has ended."},
        ),
    }

    @log_write
    def post(self, request: Request, session_id: str) -> Response:
        """End the session and revoke its refresh tokens and access tokens."""
        revoke_session(_find_session(session_id)[0], actor=self.actor)
        return Response({}, status=202)


class RevokeAccessView(View):
    """All that a user has allowed, or what came from one session."""

    operations = {
        "POST": Operation(
            "Revoke the sessions and refresh tokens of a user",
            scopes=("delete:sessions delete:refresh_tokens",),
            body={
                **closed_object(
                    {
                        "session_id": ID,
                        "preserve_refresh_tokens": {
                            "type": "boolean",
                            "default": False,
                            "description": "Whether refresh tokens stay valid.",
                        },
                    }
                ),
                "description": "Without a session_id, all sessions of the user.",
            },
            success=202,
            schema=EMPTY_OBJECT,
            answers={404: "The user or the session does not exist."},
        ),
    }

    @log_write
    def post(self, request: Request, user_id: str) -> Response:
        body = self.body()
        user = find_session_owner(user_id)
        session = None
        if "session_id" in body:
            session, owner = _find_session(body["session_id"])
            if owner != user:
                raise _NOT_FOUND
        preserves = body.get("preserve_refresh_tokens", False)
        revoke_access(user, actor=self.actor, session=session, preserves_refresh_tokens=preserves)
        return Response({}, status=202)


def _find_session(session_id: str) -> tuple[Session, User]:
    """The session and its user. An expired session counts as gone, although its row may still exist."""
    session = active_session(session_id)
    if session is None or session.user is None:
        raise _NOT_FOUND
    return session, session.user


def _serialize(session: Session, user: User) -> dict[str, Any]:
    return serialize_session(session, user, session_data(session), clients_of_session(session))
