"""The `state` with which a user returns from another site. Safe beside the previous release: it is null."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("users", "0015_mfa_api"),
    ]

    operations = [
        migrations.AddField(
            model_name="authorizationrequest",
            name="return_hash",
            field=models.CharField(max_length=64, null=True, unique=True),
        ),
    ]
