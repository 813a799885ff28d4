"""An authenticator app that is being added by an MFA token."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("users", "0012_refresh_token_of_mfa"),
    ]

    operations = [
        migrations.AddField(
            model_name="mfatoken",
            name="enrolment",
            field=models.JSONField(default=dict),
        ),
    ]
