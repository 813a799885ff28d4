"""A kind of job that checks an import. Safe beside the previous release: only choices change."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("users", "0019_rules"),
    ]

    operations = [
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
                    ("daily_counts", "Daily counts"),
                    ("users_import", "Import of users"),
                    ("import_check", "Check of an import"),
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
