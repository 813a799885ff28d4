"""What is raised when someone may not."""

from __future__ import annotations


class Denied(Exception):
    """The actor may not do this. `reason` is a sentence for people."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class Protected(Denied):
    """The account has staff rights, and the actor is no administrator."""


class StaleSignIn(Denied):
    """The token is of a sign-in too long ago for this."""
