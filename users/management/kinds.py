"""The code of every kind of job. A worker knows those that are imported here."""

from users.actions import clear_expired

__all__ = ["clear_expired"]
