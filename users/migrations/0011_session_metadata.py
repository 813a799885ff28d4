"""Metadata that clients of the API attach to sessions."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("users", "0010_enable_clients"),
    ]

    operations = [
        migrations.AddField(
            model_name="session",
            name="metadata",
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
    ]
