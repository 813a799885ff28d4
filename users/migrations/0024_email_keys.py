"""Store emails and user names in lower case for look-ups, in place of their case-folded forms.

Two users of one connection may now have one email, in two forms of its domain. Then only one of them
is found by it, and a warning names both. The other is found by no email until it is changed.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from django.db import migrations, models

from users.metadata.identifiers import email_key, lower_case

log = logging.getLogger(__name__)

ROWS = 2000
KEYS = {"email": email_key, "username": lower_case}


def store_keys(apps: Any, schema_editor: Any) -> None:
    """Write the keys that differ from what is stored, except those that another user has."""
    # The model's own managers refuse writes outside actions, and leave out linked accounts.
    users = models.QuerySet(apps.get_model("users", "User"), using=schema_editor.connection.alias)
    for user in _users(users):
        for name, key_of in KEYS.items():
            value, stored = getattr(user, name), getattr(user, f"{name}_folded")
            key = None if value is None else key_of(value)
            if key is not None and key != stored:
                _store(users, user, name, key)


def _store(users: Any, user: Any, name: str, key: str) -> None:
    column = f"{name}_folded"
    same = users.filter(connection_id=user.connection_id).exclude(pk=user.pk)
    holder = same.filter(**{column: key}).values_list("user_id", flat=True).first()
    if holder:
        log.warning(
            "%s and %s have the same %s. Only %s signs in by it, until it is changed for one of them.",
            *(user.user_id, holder, name, holder),
        )
        key = lower_case(getattr(user, name))
        if same.filter(**{column: key}).exists():
            key = None  # the case-folded form may be the email of another user
    users.filter(pk=user.pk).update(**{column: key})


def _users(users: Any) -> Iterator[Any]:
    """All rows, in bounded memory."""
    columns = ("pk", "user_id", "connection_id", *KEYS, *(f"{name}_folded" for name in KEYS))
    last = 0
    while rows := list(users.filter(pk__gt=last).order_by("pk").only(*columns)[:ROWS]):
        last = rows[-1].pk
        yield from rows


class Migration(migrations.Migration):
    """See above."""

    dependencies = [("users", "0023_encrypt_job_files")]

    operations = [migrations.RunPython(store_keys, migrations.RunPython.noop)]
