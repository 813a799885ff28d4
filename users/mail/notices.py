"""Send the security notices that actions request."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from users.jobs.run import Run
from users.mail.send import send_once, site_host


def mail_notice(run: Run) -> None:
    """Send it to the email that the account had before the change, also if the account was deleted since."""
    parameters = run.parameters
    send_once(run, parameters["notice"], parameters["to"], lambda: _context(parameters["at"]))


def _context(at: str) -> dict[str, Any]:
    return {"site": site_host(), "at": datetime.fromisoformat(at)}
