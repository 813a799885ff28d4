"""The main loop of a worker process."""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from typing import Any

from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone

from users.availability.outage import outage_of
from users.availability.report import log_failure
from users.jobs import queue, wakeup
from users.jobs.errors import Cancelled, ClaimLost, JobFailed, Released
from users.jobs.heartbeat import Heartbeat
from users.jobs.job_log import append_line
from users.jobs.registry import KINDS
from users.jobs.run import Run
from users.jobs.schedule import enqueue_due_jobs
from users.jobs.timing import Timing
from users.models import Job
from users.rights.errors import Denied

log = logging.getLogger(__name__)

INTERNAL_ERROR = "Something went wrong on our side. It has been logged."


class Worker:
    """Does one job at a time. To do more at once, run more workers, on any number of machines."""

    def __init__(self, timing: Timing | None = None) -> None:
        self._timing = timing or Timing()
        self._is_stopping = False
        self._next_tick = 0.0

    def stop(self) -> None:
        """Finish the current step and return from `run`. Safe to call in a signal handler."""
        self._is_stopping = True

    def run(self) -> None:
        """Work until `stop` is called. Errors are logged, an unavailable database included, and the loop
        continues."""
        while not self._is_stopping:
            close_old_connections()
            try:
                self._enqueue_due_jobs()
                is_idle = not self.work()
            # Broad on purpose: a worker that exits at the first outage would have to be restarted by hand.
            except Exception as error:
                # A worker may start before the first `migrate`; a stack trace each second would hide that.
                if _is_missing_tables(error):
                    log.error("the database has no tables yet; run manage.py migrate")
                else:
                    log_failure(log, "the worker continues after this error")
                is_idle = True
            if is_idle and not self._is_stopping:
                self._rest()
        connection.close()

    def work(self) -> bool:
        """Do the next job. False if none is due."""
        job = queue.claim_job(KINDS, self._timing.lease)
        if job is None:
            return False
        self._perform(job)
        return True

    def _perform(self, job: Job) -> None:
        run = Run(job, self._timing, lambda: self._is_stopping)
        log.info("%s begins: %s, attempt %d", job, job.kind, job.attempts)
        try:
            with Heartbeat(run, self._timing):
                result = KINDS[job.kind].work(run)
        except ClaimLost:
            log.warning("%s has been taken by another worker", job)
        except Released:
            # Yielding is no failed attempt.
            queue.requeue_job(job, attempts=0)
            wakeup.notify_workers()
            log.info("%s yields", job)
        except Cancelled:
            queue.finish_job(job, Job.Status.CANCELLED, log=run.lines)
            log.info("%s is cancelled", job)
        except (JobFailed, Denied) as error:
            queue.finish_job(job, Job.Status.FAILED, str(error), log=run.lines)
            log.info("%s failed: %s", job, error)
        except Exception as error:
            # The exception's text goes to the server's log only, since it may contain personal data.
            log_failure(log, "%s failed unexpectedly", job)
            self._try_again(run, error)
        else:
            self._complete(run, result or {})

    def _complete(self, run: Run, result: dict[str, Any]) -> None:
        kind = KINDS[run.job.kind]
        if kind.keeps_row:
            columns = {"result": result, **run.columns}
            queue.finish_job(run.job, Job.Status.COMPLETED, keeps_file=kind.keeps_file, **columns)
        else:
            queue.delete_job(run.job)
        log.info("%s is completed", run.job)

    def _try_again(self, run: Run, error: Exception) -> None:
        """Requeue the job with exponential backoff, or let it fail after its last attempt."""
        outage = outage_of(error)
        why = (
            f"A dependency was unavailable ({outage.kind.value})"
            if outage
            else f"It failed unexpectedly ({type(error).__name__})"
        )
        if run.attempts >= KINDS[run.job.kind].attempts:
            lines = append_line(run.lines, f"{why} and is given up.", timezone.now())
            queue.finish_job(run.job, Job.Status.FAILED, outage.text if outage else INTERNAL_ERROR, log=lines)
            return
        rest = self._timing.rest * 4 ** (run.attempts - 1)
        lines = append_line(run.lines, f"{why} and is tried again in {rest:g} seconds.", timezone.now())
        queue.requeue_job(run.job, rest=rest, log=lines)

    def _rest(self) -> None:
        """Wait for a notification, or until it is time to poll. Waits are short enough for `stop` to be
        noticed."""
        ends = time.monotonic() + self._timing.max_idle
        while (
            not wakeup.wait_for_job(self._timing.poll) and not self._is_stopping and time.monotonic() < ends
        ):
            pass

    def _enqueue_due_jobs(self) -> None:
        if time.monotonic() >= self._next_tick:
            enqueue_due_jobs()
            self._next_tick = time.monotonic() + self._timing.schedule_interval


def _is_missing_tables(error: Exception) -> bool:
    """Whether the cause is that `migrate` has not run yet. SQLite has no error code for that."""
    if not isinstance(error, DatabaseError) or outage_of(error):
        return False
    with suppress(DatabaseError):
        return Job._meta.db_table not in connection.introspection.table_names()
    return False
