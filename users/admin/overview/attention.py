"""What needs the attention of staff: failing webhooks, failed jobs, records that an import refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from users.actions.webhooks import check_administrator
from users.models import Job, Webhook
from users.rights.actor import Actor
from users.rights.errors import Denied

# A job that failed longer ago is no news.
RECENT = timedelta(days=7)
# Failed deliveries in a row before a webhook counts as failing: a single one may be chance.
MIN_FAILURES = 2
MAX_WEBHOOKS = 5


@dataclass(frozen=True)
class Concern:
    """One line, with the page to go to."""

    icon: str
    title: str
    detail: str
    url: str


def find_concerns(viewer: Actor, jobs: Sequence[Job]) -> list[Concern]:
    """What the viewer may know of; `jobs` are those of theirs that the page has read."""
    return [*_failing_webhooks(viewer), *_failed_jobs(jobs, timezone.now() - RECENT)]


def _failing_webhooks(viewer: Actor) -> Iterator[Concern]:
    try:
        check_administrator(viewer)
    except Denied:
        return
    failing = Webhook.objects.filter(is_enabled=True, failures__gte=MIN_FAILURES).order_by("-failures", "pk")
    for webhook in failing.only("webhook_id", "url", "description", "failures")[:MAX_WEBHOOKS]:
        name = webhook.description or urlsplit(webhook.url).hostname or webhook.url
        yield Concern(
            "webhook",
            _("Webhook is failing: %(name)s") % {"name": name},
            ngettext("The last delivery failed", "The last %(number)d deliveries failed", webhook.failures)
            % {"number": webhook.failures},
            reverse("admin:webhook", args=[webhook.webhook_id]),
        )


def _failed_jobs(jobs: Sequence[Job], since: datetime) -> Iterator[Concern]:
    for job in jobs:
        if not job.finished_at or job.finished_at < since:
            continue
        url = reverse("admin:job", args=[job.job_id])
        refused = job.result.get("summary", {}).get("failed", 0)
        if job.status == Job.Status.FAILED:
            yield Concern("jobs", _("Failed: %(job)s") % {"job": job.get_kind_display()}, job.details, url)
        elif refused:
            yield Concern(
                "upload",
                ngettext(
                    "An import refused %(number)d record", "An import refused %(number)d records", refused
                )
                % {"number": refused},
                _("Correct the file and import it again"),
                url,
            )
