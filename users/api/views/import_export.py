"""`/jobs/users-imports` and `/jobs/users-exports`: bulk operations as jobs."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response

from users.api.framework.errors import invalid_body
from users.api.framework.logged import log_write
from users.api.framework.multipart import PartsParser
from users.api.framework.operation import Operation
from users.api.framework.problem import Problem
from users.api.framework.view import View
from users.api.schemas import import_export, jobs
from users.api.views.jobs import serialize_job
from users.conf import conf
from users.import_export.export_fields import parse_path
from users.import_export.export_formats import MAX_COLUMNS
from users.import_export.import_record import Existing
from users.jobs.enqueue import enqueue
from users.jobs.files import store_file
from users.metadata.documents import DOCUMENTS
from users.models import Connection, Job
from users.representation.validation import Checker
from users.rights.may import Verb, check

_PARTS_CHECKER = Checker(import_export.IMPORT_TEXTS)
# Concurrent imports per tenant. Source: Auth0 docs, "Bulk User Imports".
MAX_IMPORTS = 2


class UsersImportsView(View):
    """Upload a file of users to import."""

    parser_classes = [PartsParser]
    operations = {
        "POST": Operation(
            "Import users from a file",
            scopes=("create:users",),
            body=import_export.IMPORT,
            media_types=("multipart/form-data",),
            success=202,
            schema=jobs.JOB,
        )
    }

    @log_write
    def post(self, request: Request) -> Response:
        parts = dict(request.data)
        file = parts.pop("users", None)
        # A text part of that name has no chunks.
        if file is None or not hasattr(file, "chunks"):
            raise _invalid_body("Must provide 'users' file as multipart part.")
        # One check at a time, in Auth0's words: the schema would name both missing parts in its own.
        if "connection_id" not in parts:
            raise _invalid_body("Must provide 'connection_id' as multipart part.")
        _PARTS_CHECKER.check(parts)
        if not file.size:
            raise _invalid_body("Users file must not be empty.")
        connection = _get_connection(parts["connection_id"])
        if not connection.is_database:
            raise _invalid_body("Connection must be a database connection.")
        if not connection.is_enabled:
            raise _invalid_body("Connection must be enabled.")
        is_upsert = parts.get("upsert", False)
        # The right that the job checks again when it runs: without it the job would only fail later.
        check(self.actor, Verb.CREATE)
        if is_upsert:
            # An upsert overwrites existing users, which the scope create:users does not permit.
            check(self.actor, Verb.CHANGE_PROFILE)
        # After everything that needs no count of jobs.
        _check_import_limit()
        asked = {
            "connection_id": connection.connection_id,
            "connection": connection.name,
            # Source: Auth0 docs, "Bulk User Imports": an upsert replaces both documents.
            "existing": Existing.REPLACE if is_upsert else Existing.REFUSE,
            **{name: parts[name] for name in ("external_id",) if name in parts},
        }
        # The job and its file together: a worker must not find a job without a file.
        with transaction.atomic():
            job = enqueue(Job.Kind.USERS_IMPORT, actor=self.actor, parameters=asked)
            store_file(job, file.chunks())
        # 202 here but 200 for exports, as recorded of Auth0.
        return Response(serialize_job(job), status=202)


class UsersExportsView(View):
    """Request an export of users to a file."""

    operations = {
        "POST": Operation(
            "Export users to a file",
            scopes=("read:users",),
            body=import_export.EXPORT,
            success=200,
            schema=jobs.JOB,
        )
    }

    @log_write
    def post(self, request: Request) -> Response:
        # The default is written out, so that the job says which format its file has.
        asked = {"format": "json", **self.body()}
        if "connection_id" in asked:
            asked["connection"] = _get_connection(asked["connection_id"]).name
        if asked["format"] == "csv":
            _check_columns(asked.get("fields", []))
        elif asked.get("csv_bom"):
            raise invalid_body("'A byte order mark is for the format csv' on property csv_bom.")
        job = enqueue(Job.Kind.USERS_EXPORT, actor=self.actor, parameters=asked)
        return Response(serialize_job(job))


def _get_connection(connection_id: str) -> Connection:
    connection = Connection.objects.filter(connection_id=connection_id).first()
    if connection is None:
        # 400 and not 404, as in Auth0's OpenAPI document: the body is wrong, not the path.
        raise _invalid_body("The connection does not exist.")
    return connection


def _check_columns(fields: list[dict[str, Any]]) -> None:
    """Apply Auth0's limits on CSV exports. Source: Auth0 docs, "Bulk User Exports"."""
    if not conf.strict_limits:
        return
    if len(fields) > MAX_COLUMNS:
        raise invalid_body(f"'Array is too long ({len(fields)}), maximum {MAX_COLUMNS}' on property fields.")
    for number, item in enumerate(fields):
        if parse_path(item["name"]) in {(name,) for name in DOCUMENTS}:
            place = f"fields[{number}].name"
            raise invalid_body(
                f"'A whole document does not go into CSV; name a key of it' on property {place}."
            )


def _check_import_limit() -> None:
    # `due_at` is set while a job waits or runs, and null once it has ended.
    running = Job.objects.filter(kind=Job.Kind.USERS_IMPORT, due_at__isnull=False)
    if conf.strict_limits and running.count() >= MAX_IMPORTS:
        raise Problem(
            429,
            "There are 2 active import users jobs, please wait until some of them are finished and try again",
            "too_many_requests",
        )


def _invalid_body(text: str) -> Problem:
    """400 with Auth0's text. Source: its published OpenAPI document."""
    return Problem(400, text, "invalid_body")
