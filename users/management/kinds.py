"""The code of every kind of job. A worker knows those that are imported here."""

from users.actions import build_indexes, clear_expired
from users.survey import read
from users.transfer import export_job, import_job
from users.web import verification

__all__ = ["build_indexes", "clear_expired", "export_job", "import_job", "read", "verification"]
