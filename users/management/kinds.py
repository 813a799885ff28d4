"""The code of every kind of job. A worker knows those that are imported here."""

from users.actions import build_indexes, clear_expired
from users.mail import notices, password_reset, verification
from users.survey import read
from users.transfer import export_job, import_job

__all__ = [
    "build_indexes",
    "clear_expired",
    "export_job",
    "import_job",
    "notices",
    "password_reset",
    "read",
    "verification",
]
