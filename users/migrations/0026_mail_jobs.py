"""Jobs that send mail: password resets and security notices."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("users", "0025_no_allauth_emails"),
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
                    ("notice_email", "Security notice by email"),
                    ("housekeeping", "Housekeeping"),
                    ("users_import", "Import of users"),
                    ("users_export", "Export of users"),
                    ("indexed_key", "Indexed key"),
                    ("metadata_sample", "Sample for the metadata map"),
                    ("metadata_count", "Exact count of metadata"),
                ],
                max_length=30,
            ),
        ),
    ]
