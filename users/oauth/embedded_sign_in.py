"""Sign-in forms on pages of applications, Auth0's embedded login: a right password gets a login ticket."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext

from users.actions.authorizations.login_tickets import issue_login_ticket
from users.models import Client, Connection
from users.models.compiled_lookup import find_active_client
from users.oauth.errors import SignInRefused, TokenError
from users.oauth.parameters import required_parameter
from users.oauth.redirect_uris import is_registered_origin
from users.oauth.sign_in_errors import sign_in_error
from users.sign_in.outcomes import Reason, Refused
from users.sign_in.progress import Credentials, SignInRequest
from users.sign_in.transaction import prove_password
from users.web.client_ip import client_ip


def embedding_client(body: dict[str, str]) -> Client:
    """Return the client whose page has the form. Raises TokenError.

    Not those of others: their pages must not see passwords. Source: Auth0 docs, "Cross-Origin
    Authentication", which is for first-party clients.
    """
    client_id = required_parameter(body, "client_id")
    client = find_active_client(client_id)
    if client is None:
        raise TokenError("unauthorized_client", f"Unknown client: {client_id[:64]}", 403)
    if not client.is_first_party:
        raise TokenError("unauthorized_client", "Third-party clients use the hosted sign-in page.", 403)
    return client


def page_origin(request: HttpRequest, client: Client, *, own: str = "") -> str:
    """Return the origin of the page that has the form: one of the client's, or `own`. Raises TokenError."""
    origin = request.headers.get("Origin", "")
    if origin and (origin == own or is_registered_origin(client, origin)):
        return origin
    text = f"This origin is not registered for the client: {origin[:200] or '(none)'}"
    raise TokenError("unauthorized_client", text, 403)


def ticket_for_password(
    request: HttpRequest, body: dict[str, str], client: Client, *, connection: Connection, origin: str
) -> str:
    """Check `username` and `password`, and return a login ticket. Raises TokenError."""
    credentials = Credentials(
        login=required_parameter(body, "username"),
        password=required_parameter(body, "password"),
        connection=connection,
    )
    proven = prove_password(
        credentials, SignInRequest(ip=client_ip(request), application=client, refuses_staff=True)
    )
    if isinstance(proven, Refused):
        raise _error_of(proven)
    return issue_login_ticket(proven.user, client, connection=proven.connection, origin=origin)


def _error_of(refused: Refused) -> TokenError:
    """The codes that Lock looks for: it shows the text of `unauthorized`, and its own for the others."""
    match refused.reason:
        case Reason.WRONG_CREDENTIALS:
            return SignInRefused("access_denied", "Wrong email or password.", 403)
        case Reason.BLOCKED:
            return SignInRefused("unauthorized", "user is blocked", 403)
        case Reason.STAFF_ACCOUNT:
            text = gettext("Accounts with staff rights cannot sign in here. Use the sign-in page.")
            return SignInRefused("unauthorized", text, 403)
    return sign_in_error(refused)
