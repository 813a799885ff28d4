"""Names of configuration objects that must be unique."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from users.actions.errors import AlreadyExists


@contextmanager
def report_duplicate_name(message: str, kind: type[AlreadyExists] = AlreadyExists) -> Iterator[None]:
    """Turn a violated unique constraint into `kind`, where only the name is unique. The constraint decides,
    not a query beforehand, which would lose the race between two requests."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise kind(message) from None
