"""Errors of authorization."""

from __future__ import annotations


class Denied(Exception):
    """The actor may not do this. `reason` is a sentence for the user."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class Protected(Denied):
    """The user has staff rights, and the actor is no administrator."""


class StaleSignIn(Denied):
    """The token's sign-in is too long ago for this action."""
