"""Fill in the words of the users there are, and index them.

The words are written in batches of their own, so that no writer waits for all of them, and where it is
stopped it goes on when it is started again. On PostgreSQL the column of the index rewrites the table
while users cannot be read: about a minute and a half for a million.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations, models, transaction

from users.metadata.words import stored_words
from users.models import word_index

ROWS = 1000
NAMES = ("name", "given_name", "family_name", "nickname", "username", "email", "email_folded")


def fill(apps: Any, schema_editor: Any) -> None:
    connection = schema_editor.connection
    # The model's own managers refuse writes outside actions, and leave out linked accounts.
    users = models.QuerySet(apps.get_model("users", "User"), using=connection.alias)
    last = 0
    while rows := list(users.filter(pk__gt=last).order_by("pk").only(*NAMES, "phone_number")[:ROWS]):
        last = rows[-1].pk
        found = [
            (stored_words([getattr(user, name) for name in NAMES], user.phone_number), user.pk)
            for user in rows
        ]
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.executemany("UPDATE users_user SET words = %s WHERE id = %s AND words IS NULL", found)


def create(apps: Any, schema_editor: Any) -> None:
    with transaction.atomic(using=schema_editor.connection.alias):
        word_index.create(schema_editor.connection)


def drop(apps: Any, schema_editor: Any) -> None:
    word_index.drop(schema_editor.connection)


class Migration(migrations.Migration):
    """See above."""

    atomic = False
    dependencies = [("users", "0030_user_words")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(create, drop),
    ]
