"""`/jobs`: asynchronous operations and their results."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from users.api.framework.operation import Operation
from users.api.framework.problem import Problem
from users.api.framework.view import View
from users.api.readers.body_references import check_references
from users.api.readers.users import check_main_identity, find_user_in_body
from users.api.schemas import jobs as schemas
from users.api.schemas.jobs import EXPIRED
from users.api.schemas.tickets import MAIL_EXAMPLE, VERIFICATION_EMAIL
from users.jobs.files import is_expired
from users.jobs.progress import percentage, seconds_left
from users.mail.verification import request_verification
from users.models import Job
from users.representation.timestamps import format_time
from users.rights.may import Verb, may
from users.web.export_links import export_link

# The kinds that Auth0's Management API has. Others belong to the dashboard, whose reports name users that the
# caller may not read.
KINDS = (Job.Kind.USERS_IMPORT, Job.Kind.USERS_EXPORT, Job.Kind.VERIFICATION_EMAIL)
NOT_FOUND = {404: "The job does not exist."}
# Parameters of the request that the job repeats.
SHOWN_PARAMETERS = ("connection_id", "connection", "external_id", "format", "csv_bom", "limit", "fields")


class VerificationEmailView(View):
    """Send a user a link to verify their email."""

    operations = {
        "POST": Operation(
            "Send a verification email",
            scopes=("update:users",),
            body=VERIFICATION_EMAIL,
            example=MAIL_EXAMPLE,
            success=201,
            schema=schemas.JOB,
            answers={404: "The user does not exist."},
        )
    }

    def post(self, request: Request) -> Response:
        body = self.body()
        user = find_user_in_body(body["user_id"])
        check_main_identity(user, body.get("identity"))
        check_references(body)
        job = request_verification(user, actor=self.actor)
        return Response(serialize_job(job), status=201)


class JobView(View):
    """One import, export or verification email. A caller with the scope may read all of them, as at Auth0."""

    path = {"id": schemas.JOB_ID}
    operations = {
        "GET": Operation(
            "Read a job",
            scopes=("create:users", "read:users"),
            success=200,
            schema=schemas.JOB,
            answers=NOT_FOUND,
        )
    }

    def get(self, request: Request, id: str) -> Response:
        job = _get_or_404(id)
        # The file contains what its requester may see and the link needs no token, so the link is shown only
        # to callers who may view users.
        link = {"location": export_link(job)} if _has_file(job) and may(self.actor, Verb.VIEW) else {}
        return Response({**serialize_job(job), **link})


class JobErrorsView(View):
    """The errors of a job."""

    path = {"id": schemas.JOB_ID}
    operations = {
        "GET": Operation(
            "Read the errors of a job",
            scopes=("create:users", "read:users"),
            success=200,
            schema=schemas.ERRORS,
            answers={**NOT_FOUND, 204: "The job has no errors."},
        )
    }

    def get(self, request: Request, id: str) -> Response:
        job = _get_or_404(id)
        # A job that failed as a whole is an object instead of a list: so Auth0's OpenAPI document.
        if _status(job) == Job.Status.FAILED:
            return Response(serialize_job(job))
        failed = [
            {"user": record.user, "errors": record.errors, "number": record.number}
            # No pages: the job stores 10,000 of them at most.
            for record in job.failed_records.all()
        ]
        # 204 where there are none, as documented of Auth0.
        return Response(failed) if failed else Response(status=204)


def serialize_job(job: Job) -> dict[str, Any]:
    """Serialize the job as the API returns it."""
    is_cancelled = job.status == Job.Status.CANCELLED
    further = {
        "status_details": "It was cancelled." if is_cancelled else job.details or None,
        "percentage_done": percentage(job) if job.status == Job.Status.PROCESSING else None,
        "time_left_seconds": seconds_left(job, timezone.now()),
        "summary": job.result.get("summary"),
    }
    return {
        "type": job.kind,
        "status": _status(job),
        "created_at": format_time(job.created_at),
        "id": job.job_id,
        **{name: job.parameters[name] for name in SHOWN_PARAMETERS if name in job.parameters},
        **{name: value for name, value in further.items() if value is not None},
    }


def _has_file(job: Job) -> bool:
    return job.kind == Job.Kind.USERS_EXPORT and _status(job) == Job.Status.COMPLETED


def _status(job: Job) -> str:
    if job.status == Job.Status.CANCELLED:
        return Job.Status.FAILED
    is_gone = job.kind == Job.Kind.USERS_EXPORT and is_expired(job, timezone.now())
    return EXPIRED if is_gone else job.status


def _get_or_404(job_id: str) -> Job:
    job = Job.objects.filter(job_id=job_id, kind__in=KINDS).first()
    if job is None:
        raise Problem(404, "The job does not exist", "inexistent_job")
    return job
