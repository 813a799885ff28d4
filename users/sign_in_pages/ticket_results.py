"""The outcome of a ticket, as the application that requested it reads it from the query string.

Source: Auth0 docs, "Customize Email Templates", redirect-to results. Applications compare the
texts.
"""

from __future__ import annotations

from users.actions.errors import TicketRefused
from users.models import Ticket
from users.web.redirect_urls import add_parameters

Purpose = Ticket.Purpose
Why = TicketRefused.Why

SUCCESS_MESSAGES = {
    Purpose.PASSWORD_CHANGE: "You can now login to the application with the new password.",
    Purpose.EMAIL_VERIFICATION: "Your email was verified. You can continue using the application.",
}
FAILURE_MESSAGES = {Why.USED: "This URL can be used only once", Why.EXPIRED: "Access expired."}
OBSOLETE_MESSAGES = {
    Purpose.PASSWORD_CHANGE: "The operation cannot be completed. Please try again.",
    Purpose.EMAIL_VERIFICATION: "Your email address could not be verified.",
}


def redirect_url(ticket: Ticket, refused: Why | None = None) -> str:
    """Return the application's URL with the outcome in the query string; empty where it gave none."""
    if not ticket.result_url:
        return ""
    purpose = Purpose(ticket.purpose)
    outcome = {
        **({"email": ticket.email} if ticket.names_email_in_redirect else {}),
        "success": "false" if refused else "true",
        "message": FAILURE_MESSAGES.get(refused, OBSOLETE_MESSAGES[purpose])
        if refused
        else SUCCESS_MESSAGES[purpose],
    }
    # Appended to the query that the application gave, which may carry its own state.
    return add_parameters(ticket.result_url, outcome)
