"""`/tickets`: links by which people set a password or prove an address."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from users.actions.account.tickets import LIFETIME, make_ticket
from users.actions.errors import UserGone
from users.api.framework.errors import bad_body
from users.api.framework.operation import Operation
from users.api.framework.problem import Problem
from users.api.framework.view import View
from users.api.readers.body_references import check_named_parts
from users.api.readers.users import check_main_identity, named_user
from users.api.schemas import tickets as schemas
from users.mail.ticket_links import ticket_link
from users.models import Connection, Ticket, User

GONE = {404: "The user does not exist."}
WHO = "'Either user_id, or connection_id and email together, say whose ticket it is'."


class PasswordChangeView(View):
    """A link to set a new password."""

    operations = {
        "POST": Operation(
            "Make a password-change ticket",
            scopes=("create:user_tickets",),
            body=schemas.PASSWORD_CHANGE,
            example=schemas.PASSWORD_EXAMPLE,
            success=201,
            schema=schemas.TICKET,
            answers=GONE,
        )
    }

    def post(self, request: Request) -> Response:
        body = self.body()
        user = _meant(body)
        return _ticket(self, user, Ticket.Purpose.PASSWORD_CHANGE, body)


class EmailVerificationView(View):
    """A link to confirm an address."""

    operations = {
        "POST": Operation(
            "Make an e-mail verification ticket",
            scopes=("create:user_tickets",),
            body=schemas.EMAIL_VERIFICATION,
            example=schemas.VERIFICATION_EXAMPLE,
            success=201,
            schema=schemas.TICKET,
            answers=GONE,
        )
    }

    def post(self, request: Request) -> Response:
        body = self.body()
        user = named_user(body["user_id"])
        return _ticket(self, user, Ticket.Purpose.EMAIL_VERIFICATION, body)


def _ticket(view: View, user: User, purpose: Ticket.Purpose, body: dict[str, Any]) -> Response:
    check_main_identity(user, body.get("identity"))
    check_named_parts(body)
    seconds = body.get("ttl_sec")
    secret = make_ticket(
        user,
        purpose,
        actor=view.actor,
        lifetime=timedelta(seconds=seconds) if seconds else LIFETIME,
        result_url=body.get("result_url", ""),
        names_email_in_redirect=body.get("includeEmailInRedirect", False),
        marks_email_as_verified=body.get("mark_email_as_verified", False),
    )
    return Response({"ticket": ticket_link(purpose, secret)}, status=201)


def _meant(body: dict[str, Any]) -> User:
    """By id, or by address within a connection. Raises Problem, FieldError or UserGone."""
    given = {"user_id", "connection_id", "email"} & body.keys()
    if given == {"user_id"}:
        return named_user(body["user_id"])
    if given != {"connection_id", "email"}:
        raise bad_body(WHO)
    connection = Connection.objects.filter(connection_id=body["connection_id"]).first()
    if connection is None:
        text = f"The connection with id {body['connection_id']} does not exist."
        raise Problem(400, text, "inexistent_connection")
    found = User.objects.with_connection().by_email(body["email"]).filter(connection=connection).first()
    if found is None:
        raise UserGone
    return found
