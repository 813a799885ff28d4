"""The record of changes as it would stand, had it been written otherwise."""

from __future__ import annotations

from users.models import Change, Outbox
from users.models.write_guard import allow_history_deletion


def rewrite(lines, **columns):
    """Give these lines other columns. None ever changes, so each is forgotten and written anew."""
    found = list(lines)
    with allow_history_deletion():
        Change.objects.filter(pk__in=[line.pk for line in found]).delete()
    Outbox.objects.filter(change_id__in=[line.pk for line in found]).delete()
    for line in found:
        for name, value in columns.items():
            setattr(line, name, value)
    Change.objects.bulk_create(found)
