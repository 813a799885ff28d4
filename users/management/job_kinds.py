"""Import the code of every job kind: a worker runs only kinds that are registered by import."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from users.actions.search_setup import build_indexes, count_segments
from users.bulk_actions import job as bulk_job
from users.bulk_actions import undo_job
from users.housekeeping import daily_counts, retention
from users.import_export import check_job, export_job, import_job
from users.jobs.registry import JobKind
from users.mail import invitation, notices, password_reset, send, verification
from users.metadata_map import survey_jobs
from users.models import Job

DAILY, MINUTE = timedelta(days=1), timedelta(minutes=1)

KINDS: Mapping[str, JobKind] = {
    Job.Kind.VERIFICATION_EMAIL: JobKind(verification.mail_verification, attempts=send.ATTEMPTS),
    Job.Kind.PASSWORD_RESET_REQUEST: JobKind(password_reset.enqueue_password_resets, keeps_row=False),
    Job.Kind.PASSWORD_RESET_EMAIL: JobKind(
        password_reset.mail_password_reset, attempts=send.ATTEMPTS, keeps_row=False
    ),
    Job.Kind.INVITATION_EMAIL: JobKind(invitation.mail_invitation, attempts=send.ATTEMPTS),
    Job.Kind.NOTICE_EMAIL: JobKind(notices.mail_notice, attempts=send.ATTEMPTS, keeps_row=False),
    Job.Kind.HOUSEKEEPING: JobKind(retention.clear_expired, every=DAILY),
    # A kind that keeps no row is asked for at every check of the schedule.
    Job.Kind.DAILY_COUNTS: JobKind(daily_counts.fold_in_steps, every=MINUTE, keeps_row=False),
    Job.Kind.USERS_IMPORT: JobKind(import_job.import_users),
    # Its file is what the import takes.
    Job.Kind.IMPORT_CHECK: JobKind(check_job.check_import, keeps_file=True),
    Job.Kind.USERS_EXPORT: JobKind(export_job.export_users, keeps_file=True),
    Job.Kind.BULK_ACTION: JobKind(bulk_job.run_bulk_action),
    Job.Kind.BULK_UNDO: JobKind(undo_job.undo_bulk_action),
    Job.Kind.SEGMENT_COUNTS: JobKind(count_segments.count_segments, keeps_row=False),
    Job.Kind.INDEXED_KEY: JobKind(build_indexes.build_or_drop_indexes),
    Job.Kind.METADATA_SAMPLE: JobKind(survey_jobs.take_sample, every=DAILY),
    Job.Kind.METADATA_COUNT: JobKind(survey_jobs.count_exactly),
}
