"""The overview: numbers, charts and the newest of everything, as far as the viewer may see it.

Nothing is counted while the page is built, so it takes as long with a million users as with a thousand.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from users.admin.changes.rows import NAME_COLUMNS, People, UsersById, change_context
from users.admin.changes.sentences import is_spelled_out
from users.admin.overview.attention import find_concerns
from users.admin.overview.first_steps import first_steps
from users.admin.overview.numbers import DEFAULT_PERIOD, PERIODS, Numbers
from users.admin.request import TemplateContext
from users.history.subjects import emails_of_deleted
from users.history.timeline import list_all_changes
from users.jobs.progress import percentage, seconds_left
from users.jobs.visibility import visible_jobs
from users.models import Change, Job, User
from users.rights.actor import Actor
from users.web.page_view import PageRequest

# Rows of each of the lists.
MAX_ROWS = 5
# Among the newest jobs of the viewer, those that failed are looked for.
JOBS_READ = 30
MAX_RUNNING_JOBS = 3
# Apart from these, the user only: the page shows a face, a name and when the user was created.
USER_COLUMNS = (*NAME_COLUMNS, "created_at")
LARGE_JOB_COLUMNS = ("state", "log", "parameters", "result")


def overview_page(request: PageRequest, frame: TemplateContext) -> HttpResponse:
    """The first page of the dashboard, for all staff. `?days=` is the period of charts and comparisons."""
    actor = request.actor
    days = _period(request.GET.get("days", ""))
    numbers = Numbers(actor, days)
    # One user is the administrator who has just installed the product.
    is_new = numbers.sees_users and numbers.user_count <= 1
    context: dict[str, Any] = {
        **frame,
        "title": gettext("Overview"),
        "section": "overview",
        "days": days,
        "periods": PERIODS,
        **(
            {"steps": first_steps(actor)}
            if is_new
            else {
                "figures": list(numbers.headline()),
                "details": list(numbers.details()),
                "chart": numbers.chart(),
            }
        ),
        **_newest(actor, sees_users=numbers.sees_users),
        **_jobs(actor),
    }
    return TemplateResponse(request, "users/admin/overview.html", context)


def _period(given: str) -> int:
    return next((days for days in PERIODS if str(days) == given), DEFAULT_PERIOD)


def _newest(actor: Actor, *, sees_users: bool) -> TemplateContext:
    """The newest changes and users. One query reads both the newest users and those whom the changes name."""
    changes = list_all_changes(actor, limit=MAX_ROWS).changes
    if not sees_users:
        return {"changes": [_change_row(change, People({})) for change in changes]}
    users = _read_users(changes)
    gone = {change.subject for change in changes if change.user_id is None}
    people = People(users, emails_of_deleted(gone) if gone else {})
    newest = sorted(
        (user for user in users.values() if user.linked_to_id is None),
        key=lambda user: (user.created_at, user.pk),
        reverse=True,
    )
    return {
        "changes": [_change_row(change, people) for change in changes],
        "newest": newest[:MAX_ROWS],
    }


def _change_row(change: Change, people: People) -> TemplateContext:
    row = change_context(change, people)
    # A single value fits beside its sentence; of several, the activity has the values.
    is_single = len(row["lines"]) == 1 and not row["more"] and not is_spelled_out(change)
    return {**row, "lines": row["lines"] if is_single else []}


def _read_users(changes: list[Change]) -> UsersById:
    """By user_id: those whom the changes name, and the newest."""
    ids = {user_id for change in changes for user_id in (change.actor_id, change.subject)}
    # The limit is inside: SQLite takes none in a part of a UNION.
    newest = User.objects.order_by("-created_at", "-id").values("pk")[:MAX_ROWS]
    found: QuerySet[User] = User.accounts.filter(pk__in=newest).only(*USER_COLUMNS)
    if ids:
        found = found.union(User.accounts.filter(user_id__in=ids).only(*USER_COLUMNS))
    return {user.user_id: user for user in found}


def _jobs(actor: Actor) -> TemplateContext:
    """Running jobs with their progress, the newest others, and what needs attention. One query for jobs,
    whatever is queued: both parts read a few rows of an index."""
    jobs = visible_jobs(actor)
    newest = jobs.order_by("-created_at", "-id").values("pk")[:JOBS_READ]
    # The end of their lease is later than when the jobs that wait were due.
    running = jobs.filter(status=Job.Status.PROCESSING, due_at__isnull=False).order_by("-due_at", "-id")
    parts = [
        Job.objects.filter(pk__in=keys)
        .order_by()
        .defer(*LARGE_JOB_COLUMNS)
        .annotate(refused=F("result__summary__failed"))
        for keys in (newest, running.values("pk")[:MAX_RUNNING_JOBS])
    ]
    found = sorted(parts[0].union(parts[1]), key=lambda job: (job.created_at, job.pk), reverse=True)
    now = timezone.now()
    at_work = [job for job in found if job.status == Job.Status.PROCESSING][:MAX_RUNNING_JOBS]
    return {
        "running": [_running_row(job, now) for job in at_work],
        "jobs": [job for job in found if job not in at_work][: MAX_ROWS - len(at_work)],
        "concerns": find_concerns(actor, found),
        "jobs_url": reverse("admin:jobs"),
    }


def _running_row(job: Job, now: datetime) -> TemplateContext:
    left = seconds_left(job, now)
    return {
        "job": job,
        "percentage": percentage(job),
        "seconds_left": left,
        # Instead of many seconds.
        "minutes_left": round(left / 60) if left is not None and left >= 120 else None,
    }
