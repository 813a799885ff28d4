"""The link by which an export is fetched: signed for one job, valid for a minute.

Source: Auth0 docs, "Bulk User Exports": 60 seconds, and a new link with each look at the job.
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
    """An address that anybody may open for a minute."""
    return conf.public_url + reverse(
        "export_file", args=[sign(job.job_id, Purpose.EXPORT_LINK), _file_name(job)]
    )


@require_safe
def export_file(request: HttpRequest, signed: str, name: str) -> StreamingHttpResponse:
    """The file, as long as its link and its day last. `name` is for people only: nobody signed it."""
    try:
        job_id = verify(signed, Purpose.EXPORT_LINK, max_age=LIFETIME)
    except BadSignature:
        raise Http404("This link has had its time. Look at the job again for a new one.") from None
    job = Job.objects.filter(job_id=job_id, kind=Job.Kind.USERS_EXPORT, status=Job.Status.COMPLETED).first()
    if job is None or is_expired(job, timezone.now()):
        raise Http404("This export has been deleted.")
    content = read_chunks(job)
    try:
        first = next(content, b"")
    except Undecryptable:
        raise Http404("This export can no longer be decrypted. Ask for another.") from None
    response = StreamingHttpResponse(chain([first], content), content_type="application/gzip")
    response["Content-Disposition"] = f'attachment; filename="{_file_name(job)}"'
    response["Cache-Control"] = "no-store"
    return response


def _file_name(job: Job) -> str:
    host = urlsplit(conf.public_url).hostname or "users"
    return f"{host.partition('.')[0]}.{job.parameters['format']}.gz"
