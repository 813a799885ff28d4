"""How a job ends early."""

from __future__ import annotations


class JobFailed(Exception):
    """The job cannot be done, and retrying would not help. The text, a sentence for the user, becomes the
    job's `details`."""


class Interrupted(Exception):
    """Raised between two steps: the worker has other work. Not the job's fault."""


class Released(Interrupted):
    """The worker is stopping, or other jobs wait: the job goes back into the queue."""


class Cancelled(Interrupted):
    """A user has cancelled the job."""


class ClaimLost(Interrupted):
    """Another worker has the job now. Uncommitted work must be rolled back."""
