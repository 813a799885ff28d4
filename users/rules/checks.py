"""A check of Django: what this system does not permit to the processes in which rules run."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Info

from users.javascript.pool import find_unprotected


def check_protections(**_: Any) -> list[CheckMessage]:
    """Name what is missing. An Info, since rules run all the same: the engine gives them nothing to break out
    with."""
    return [
        Info(
            f"The processes that run rules go without {missing}: this system does not permit it.",
            hint="Containers: allow seccomp filters, or user and network namespaces (docs/production.md).",
            id="users.I001",
        )
        for missing in find_unprotected()
    ]
