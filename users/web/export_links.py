"""Signed download links of exports, valid for one job and one minute.

Source: Auth0 docs, "Bulk User Exports": 60 seconds, and a new link each time the job is read.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import chain
from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from users.conf import conf
from users.crypto.key_ring import Undecryptable
from users.crypto.signer import BadSignature, Purpose, sign, verify
from users.jobs.files import is_expired, read_chunks
from users.models import Job

LIFETIME = timedelta(seconds=60)


def export_link(job: Job) -> str:
    """Return a URL that downloads the export without authentication for a minute."""
    return conf.public_url + reverse(
        "export_file", args=[sign(job.job_id, Purpose.EXPORT_LINK), _file_name(job)]
    )


def has_file(job: Job) -> bool:
    """Whether there is a file to download: a completed export has one until its retention is over."""
    is_done = job.kind == Job.Kind.USERS_EXPORT and job.status == Job.Status.COMPLETED
    return is_done and not is_expired(job, timezone.now())


@require_safe
def export_file(request: HttpRequest, signed: str, name: str) -> StreamingHttpResponse:
    """Stream the file of an export while its link is valid and the file exists.

    `name` is not signed: it only gives browsers a file name.
    """
    try:
        job_id = verify(signed, Purpose.EXPORT_LINK, max_age=LIFETIME)
    except BadSignature:
        # 404 for a forged link and an expired one alike: a client that reads the job again gets a new one.
        raise Http404("This link has expired. Read the job again for a new one.") from None
    # The kind is checked, too: an import's job has a file as well, the upload.
    job = Job.objects.filter(job_id=job_id, kind=Job.Kind.USERS_EXPORT, status=Job.Status.COMPLETED).first()
    if job is None or not has_file(job):
        raise Http404("This export has been deleted.")
    content = read_chunks(job)
    try:
        # The first chunk is read here, since an error in the middle of a streamed response can only cut it
        # off.
        first = next(content, b"")
    except Undecryptable:
        raise Http404("This export can no longer be decrypted. Ask for another.") from None
    response = StreamingHttpResponse(chain([first], content), content_type="application/gzip")
    response["Content-Disposition"] = f'attachment; filename="{_file_name(job)}"'
    # A proxy must not cache personal data under a URL that needs no token.
    response["Cache-Control"] = "no-store"
    return response


def _file_name(job: Job) -> str:
    host = urlsplit(conf.public_url).hostname or "users"
    return f"{host.partition('.')[0]}.{job.parameters['format']}.gz"
