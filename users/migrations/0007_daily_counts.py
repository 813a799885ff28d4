"""Tables of the counts of each day.

The table of sign-ins by day, `users_day`, leaves the models but stays in the database: server processes of
the previous release still write to it until they are restarted.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

NUMBERS: list[tuple[str, models.Field[Any, Any]]] = [
    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
    ("date", models.DateField()),
    ("logins", models.IntegerField(db_default=0, default=0)),
    ("failed_logins", models.IntegerField(db_default=0, default=0)),
    ("first_login", models.DateTimeField(null=True)),
    ("latest_login", models.DateTimeField(null=True)),
    ("created", models.IntegerField(db_default=0, default=0)),
    ("blocked", models.IntegerField(db_default=0, default=0)),
    ("unverified", models.IntegerField(db_default=0, default=0)),
    ("last_seen", models.IntegerField(db_default=0, default=0)),
]
OPTIONS = {"ordering": ["date"], "abstract": False, "default_permissions": ()}
JOB_KINDS = [
    ("verification_email", "Verification email"),
    ("password_reset_request", "Request for a password reset"),
    ("password_reset_email", "Password reset email"),
    ("invitation_email", "Invitation email"),
    ("notice_email", "Security notice by email"),
    ("housekeeping", "Housekeeping"),
    ("daily_counts", "Daily counts"),
    ("users_import", "Import of users"),
    ("users_export", "Export of users"),
    ("bulk_action", "Bulk action"),
    ("bulk_undo", "Undo of a bulk action"),
    ("segment_counts", "Counts of segments"),
    ("indexed_key", "Indexed key"),
    ("metadata_sample", "Sample for the metadata map"),
    ("metadata_count", "Exact count of metadata"),
]


class Migration(migrations.Migration):
    dependencies = [("users", "0006_create_and_export_rights")]
    operations = [
        migrations.CreateModel(
            name="DailyCount", fields=[(name, field.clone()) for name, field in NUMBERS], options=OPTIONS
        ),
        migrations.CreateModel(
            name="DailyIncrement", fields=[(name, field.clone()) for name, field in NUMBERS], options=OPTIONS
        ),
        migrations.AddConstraint(
            model_name="dailycount",
            constraint=models.UniqueConstraint(fields=("date",), name="daily_count_date"),
        ),
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel(name="Day")]),
        migrations.AlterField(
            model_name="job", name="kind", field=models.CharField(choices=JOB_KINDS, max_length=30)
        ),
    ]
