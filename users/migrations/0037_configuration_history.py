"""The history of configuration objects."""

from django.db import migrations, models

import users.metadata.text


class Migration(migrations.Migration):
    dependencies = [
        ("users", "0036_lockout_words"),
    ]

    operations = [
        migrations.CreateModel(
            name="ConfigurationChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("kind", models.CharField(max_length=30)),
                ("action", models.CharField(max_length=30)),
                ("object_id", models.CharField(max_length=64)),
                ("name", models.CharField(max_length=300)),
                ("before", models.JSONField(encoder=users.metadata.text.DocumentEncoder, null=True)),
                ("after", models.JSONField(encoder=users.metadata.text.DocumentEncoder, null=True)),
                (
                    "actor_kind",
                    models.CharField(
                        choices=[
                            ("staff", "Staff"),
                            ("user", "The user"),
                            ("client", "API client"),
                            ("command", "Command"),
                        ],
                        max_length=10,
                    ),
                ),
                ("actor_id", models.CharField(max_length=255)),
                ("actor_name", models.CharField(max_length=300)),
                (
                    "face",
                    models.CharField(
                        choices=[
                            ("dashboard", "Dashboard"),
                            ("profile", "Own page"),
                            ("api", "API"),
                            ("sign_in", "Sign-in pages"),
                            ("import", "Import"),
                            ("command", "Command line"),
                        ],
                        max_length=10,
                    ),
                ),
                ("request_id", models.CharField(blank=True, max_length=64)),
                ("ip", models.GenericIPAddressField(null=True)),
                ("reason", models.CharField(blank=True, max_length=500)),
            ],
            options={
                "ordering": ["-id"],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["kind", "object_id", "-id"], name="configuration_change_object"),
                    models.Index(fields=["kind", "-id"], name="configuration_change_kind"),
                    models.Index(fields=["at", "id"], name="configuration_change_at"),
                ],
            },
        ),
    ]
