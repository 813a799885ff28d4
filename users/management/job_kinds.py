"""The code of every kind of job. A worker knows those that are imported here."""

from users.actions.search_setup import build_indexes
from users.housekeeping import retention
from users.import_export import export_job, import_job
from users.mail import notices, password_reset, verification
from users.metadata_map import survey_jobs

__all__ = [
    "build_indexes",
    "export_job",
    "import_job",
    "notices",
    "password_reset",
    "retention",
    "survey_jobs",
    "verification",
]
