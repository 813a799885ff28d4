"""How hooks change the scopes of a sign-in that waits. Safe beside the previous release: it is null."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("users", "0016_return_of_authorization_request"),
    ]

    operations = [
        migrations.AddField(
            model_name="mfatoken",
            name="scope_changes",
            field=models.JSONField(null=True),
        ),
    ]
