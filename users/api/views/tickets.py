"""`/tickets`: links with which users set a password or verify an email."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from users.actions.account.tickets import LIFETIME, create_ticket
from users.actions.errors import UserNotFound
from users.api.framework.errors import invalid_body
from users.api.framework.operation import Operation
from users.api.framework.problem import Problem
from users.api.framework.view import View
from users.api.readers.body_references import check_references
from users.api.readers.users import check_main_identity, find_user_in_body
from users.api.schemas import tickets as schemas
from users.mail.ticket_links import ticket_link
from users.models import Connection, Ticket, User

NOT_FOUND = {404: "The user does not exist."}
MISSING_USER = "'Either user_id, or connection_id and email together, say whose ticket it is'."


class PasswordChangeView(View):
    """Create a link to set a new password."""

    operations = {
        "POST": Operation(
            "Make a password-change ticket",
            scopes=("create:user_tickets",),
            body=schemas.PASSWORD_CHANGE,
            example=schemas.PASSWORD_EXAMPLE,
            success=201,
            schema=schemas.TICKET,
            answers=NOT_FOUND,
        )
    }

    def post(self, request: Request) -> Response:
        body = self.body()
        # Only this ticket may name the user by email, as at Auth0.
        user = _find_user(body)
        return _create_ticket(self, user, Ticket.Purpose.PASSWORD_CHANGE, body)


class EmailVerificationView(View):
    """Create a link to verify an email."""

    operations = {
        "POST": Operation(
            "Create an email verification ticket",
            scopes=("create:user_tickets",),
            body=schemas.EMAIL_VERIFICATION,
            example=schemas.VERIFICATION_EXAMPLE,
            success=201,
            schema=schemas.TICKET,
            answers=NOT_FOUND,
        )
    }

    def post(self, request: Request) -> Response:
        body = self.body()
        user = find_user_in_body(body["user_id"])
        return _create_ticket(self, user, Ticket.Purpose.EMAIL_VERIFICATION, body)


def _create_ticket(view: View, user: User, purpose: Ticket.Purpose, body: dict[str, Any]) -> Response:
    check_main_identity(user, body.get("identity"))
    check_references(body)
    # 0 means the default too, as at Auth0.
    seconds = body.get("ttl_sec")
    secret = create_ticket(
        user,
        purpose,
        actor=view.actor,
        lifetime=timedelta(seconds=seconds) if seconds else LIFETIME,
        result_url=body.get("result_url", ""),
        names_email_in_redirect=body.get("includeEmailInRedirect", False),
        marks_email_as_verified=body.get("mark_email_as_verified", False),
    )
    return Response({"ticket": ticket_link(purpose, secret)}, status=201)


def _find_user(body: dict[str, Any]) -> User:
    """Find the user by id, or by email within a connection.

    Raises Problem, FieldError or UserNotFound.
    """
    # Exactly one way of naming the user: with both, they could contradict each other.
    given = {"user_id", "connection_id", "email"} & body.keys()
    if given == {"user_id"}:
        return find_user_in_body(body["user_id"])
    # An email alone could be of a user in each connection.
    if given != {"connection_id", "email"}:
        raise invalid_body(MISSING_USER)
    connection = Connection.objects.filter(connection_id=body["connection_id"]).first()
    if connection is None:
        text = f"The connection with id {body['connection_id']} does not exist."
        raise Problem(400, text, "inexistent_connection")
    found = User.objects.with_connection().by_email(body["email"]).filter(connection=connection).first()
    if found is None:
        raise UserNotFound
    return found
