"""Health checks. `GET /healthz`: 200 while the process serves. `GET /readyz`: 200 while it can work."""

from __future__ import annotations

from collections.abc import Callable

import django.db
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse

from users.availability.outage import Kind, Outage, outage_of
from users.availability.report import report, was_seen
from users.web.request import Request

LIVE_PATH = "/healthz"
READY_PATH = "/readyz"
# Reads still work on a full disk and on a standby, so readiness stays off for this long after a write
# failed for one of these reasons.
NO_WRITES_SECONDS = 10.0
RETRY_SECONDS = "5"


class HealthMiddleware:
    """Answer probes before any other middleware: a probe sends no valid Host, no HTTPS and no session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        if request.method in ("GET", "HEAD"):
            if request.path_info == LIVE_PATH:
                return _plain_response("ok")
            if request.path_info == READY_PATH:
                return _readiness(request)
        return self._get_response(request)


def _readiness(request: Request) -> HttpResponse:
    """Check that the database can be read, is migrated, and accepted the last writes.

    Redis and the mail server are not checked: the service works without them.
    """
    try:
        # One cheap query that proves the connection and the existence of our tables.
        MigrationRecorder(connection).migration_qs.exists()
    except django.db.Error as error:
        request.outage = outage_of(error)
        # The database answered and the table is missing: `migrate` has not been run yet.
        if request.outage is None:
            return _plain_response("the database has not been migrated", 503)
        report(request.outage)
        return _plain_response(request.outage.kind.value, 503)
    for kind in (Kind.READ_ONLY, Kind.DISK_FULL):
        if was_seen(kind, within=NO_WRITES_SECONDS):
            request.outage = Outage(kind, "seen before")
            return _plain_response(kind.value, 503)
    return _plain_response("ready")


def _plain_response(text: str, status: int = 200) -> HttpResponse:
    response = HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = "no-store"
    if status == 503:
        response["Retry-After"] = RETRY_SECONDS
    return response
