"""The refresh token that a sign-in waiting for its second factor has presented, with its secret."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("users", "0011_session_metadata"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="mfatoken",
            name="refresh_token",
        ),
        migrations.AddField(
            model_name="mfatoken",
            name="refresh_token_secret",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="users.refreshtokensecret",
            ),
        ),
    ]
