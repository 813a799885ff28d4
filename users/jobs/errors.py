"""How a job ends before its end."""

from __future__ import annotations


class JobFailed(Exception):
    """It cannot be done, and trying again would not help. The text, a sentence for people,
    becomes the job's `details`."""


class Interrupted(Exception):
    """Raised between two steps: the worker has something else to do. The job is not at fault."""


class Released(Interrupted):
    """The worker is asked to stop, or others wait: the job goes back into the queue."""


class Cancelled(Interrupted):
    """Somebody does not want it any more."""


class ClaimLost(Interrupted):
    """Another worker has the job now. Whatever was not committed must not be."""
