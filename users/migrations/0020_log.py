"""The events of the log that are no changes of accounts."""

from django.db import migrations, models

import users.metadata.text
import users.models.fields


class Migration(migrations.Migration):
    dependencies = [
        ("users", "0019_timeline"),
    ]

    operations = [
        migrations.CreateModel(
            name="LogEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("type", users.models.fields.CodePointField(max_length=40)),
                ("description", models.CharField(max_length=300)),
                ("user_id", users.models.fields.CodePointField(blank=True, max_length=255)),
                ("user_name", users.models.fields.CodePointField(blank=True, max_length=300)),
                ("client_id", users.models.fields.CodePointField(blank=True, max_length=64)),
                ("client_name", users.models.fields.CodePointField(blank=True, max_length=300)),
                ("connection", users.models.fields.CodePointField(blank=True, max_length=128)),
                ("connection_id", users.models.fields.CodePointField(blank=True, max_length=32)),
                ("strategy", users.models.fields.CodePointField(blank=True, max_length=64)),
                ("ip", users.models.fields.CodePointField(blank=True, max_length=45)),
                ("user_agent", models.CharField(blank=True, max_length=300)),
                ("hostname", models.CharField(blank=True, max_length=255)),
                ("audience", models.CharField(blank=True, max_length=600)),
                ("scope", models.CharField(blank=True, max_length=1000)),
                ("details", models.JSONField(default=dict, encoder=users.metadata.text.DocumentEncoder)),
            ],
            options={
                "ordering": ["-at", "-id"],
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(
                condition=models.Q(
                    ("what__in", ["deleted", "password", "reset_sent", "multifactor", "unblocked"])
                ),
                fields=["what", "-at", "-id"],
                name="change_rare",
            ),
        ),
        migrations.AddIndex(
            model_name="logevent",
            index=models.Index(fields=["-at", "-id"], name="log_event_latest"),
        ),
        migrations.AddIndex(
            model_name="logevent",
            index=models.Index(fields=["type", "-at", "-id"], name="log_event_type"),
        ),
        migrations.AddIndex(
            model_name="logevent",
            index=models.Index(fields=["user_id", "-at", "-id"], name="log_event_user"),
        ),
        migrations.AddIndex(
            model_name="logevent",
            index=models.Index(fields=["user_name", "-at", "-id"], name="log_event_user_name"),
        ),
        migrations.AddIndex(
            model_name="logevent",
            index=models.Index(fields=["client_id", "-at", "-id"], name="log_event_client"),
        ),
        migrations.AddIndex(
            model_name="logevent",
            index=models.Index(fields=["ip", "-at", "-id"], name="log_event_ip"),
        ),
    ]
