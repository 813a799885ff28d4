"""Let the staff groups write notes, and find users deleted earlier by their email.

The email of a user deleted before this release is in its record of changes. Nothing of the product is
imported, so that what it does later cannot change what this creates.
"""

import unicodedata
from datetime import datetime
from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

GROUPS = ("Support", "Support lead", "Administrator")
BATCH_SIZE = 500


def let_groups_write_notes(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    content_types = apps.get_model("contenttypes", "ContentType").objects
    content_type, _ = content_types.get_or_create(app_label="users", model="note")
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type, codename="write_notes", defaults={"name": "Can write notes about users"}
    )
    # A group that administrators have deleted is not created again.
    for group in apps.get_model("auth", "Group").objects.filter(name__in=GROUPS):
        group.permissions.add(permission)


def store_deleted_emails(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    change, deleted_user = apps.get_model("users", "Change"), apps.get_model("users", "DeletedUser")
    # Those of the partial index on rare changes.
    lines = change.objects.filter(what="deleted", user=None).order_by("-at", "-id")
    rows = []
    for subject, at in lines.values_list("subject", "at").iterator(chunk_size=BATCH_SIZE):
        email = _last_email(change, subject, at)
        if email:
            rows.append(
                deleted_user(
                    subject=subject, email=email[:254], email_folded=_fold(email)[:254], deleted_at=at
                )
            )
        if len(rows) == BATCH_SIZE:
            deleted_user.objects.bulk_create(rows)
            rows.clear()
    deleted_user.objects.bulk_create(rows)


def _last_email(change: Any, subject: str, at: datetime) -> str:
    """The email that the user had when it was deleted; empty where it is not recorded."""
    named = change.objects.filter(subject=subject, at__lte=at, what__in=("created", "profile"))
    newest = named.filter(keys__has_key="email").order_by("-at", "-id")
    sides = newest.values_list("keys__email", flat=True).first() or {}
    email = sides.get("after")
    return email if isinstance(email, str) else ""


def _fold(email: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", email).lower())


class Migration(migrations.Migration):
    dependencies = [("users", "0003_activity_notes_and_deliveries")]
    operations = [
        migrations.RunPython(let_groups_write_notes, migrations.RunPython.noop),
        migrations.RunPython(store_deleted_emails, migrations.RunPython.noop),
    ]
