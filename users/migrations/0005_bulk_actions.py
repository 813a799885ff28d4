"""Counts of segments, and the kinds of jobs of bulk actions."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("users", "0004_note_rights_and_deleted_emails"),
    ]

    operations = [
        migrations.CreateModel(
            name="SegmentCount",
            fields=[
                (
                    "segment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="counted",
                        serialize=False,
                        to="users.segment",
                    ),
                ),
                ("count", models.PositiveIntegerField(null=True)),
                ("is_capped", models.BooleanField(default=False)),
                ("asks_about", models.JSONField(default=list)),
                ("counted_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AlterModelOptions(
            name="user",
            options={
                "base_manager_name": "accounts",
                "default_manager_name": "objects",
                "default_permissions": (),
                "permissions": [
                    ("view_user", "Can see users and their user_metadata"),
                    (
                        "change_profile",
                        "Can change profiles, mark emails as verified and remove second factors",
                    ),
                    ("send_links", "Can send password resets and verification emails"),
                    ("change_user_metadata", "Can change user_metadata"),
                    ("view_app_metadata", "Can see app_metadata"),
                    ("change_app_metadata", "Can change app_metadata"),
                    ("block_user", "Can block and unblock users"),
                    ("unlock_user", "Can clear lockouts after failed sign-ins"),
                    ("create_user", "Can create users"),
                    ("export_users", "Can export users to a file"),
                    ("delete_user", "Can delete users"),
                    ("view_changes", "Can view the activity of all users"),
                    ("administer", "Can grant staff rights and change staff accounts"),
                ],
            },
        ),
        migrations.AlterField(
            model_name="job",
            name="kind",
            field=models.CharField(
                choices=[
                    ("verification_email", "Verification email"),
                    ("password_reset_request", "Request for a password reset"),
                    ("password_reset_email", "Password reset email"),
                    ("invitation_email", "Invitation email"),
                    ("notice_email", "Security notice by email"),
                    ("housekeeping", "Housekeeping"),
                    ("users_import", "Import of users"),
                    ("users_export", "Export of users"),
                    ("bulk_action", "Bulk action"),
                    ("bulk_undo", "Undo of a bulk action"),
                    ("segment_counts", "Counts of segments"),
                    ("indexed_key", "Indexed key"),
                    ("metadata_sample", "Sample for the metadata map"),
                    ("metadata_count", "Exact count of metadata"),
                ],
                max_length=30,
            ),
        ),
    ]
