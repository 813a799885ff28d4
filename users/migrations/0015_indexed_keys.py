"""Keys of metadata by which the database keeps indexes, and the jobs that make these."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import users.models.ids


class Migration(migrations.Migration):
    dependencies = [
        ("users", "0014_job_files"),
    ]

    operations = [
        migrations.AlterField(
            model_name="job",
            name="kind",
            field=models.CharField(
                choices=[
                    ("verification_email", "Verification e-mail"),
                    ("housekeeping", "Housekeeping"),
                    ("users_import", "Import of users"),
                    ("users_export", "Export of users"),
                    ("indexed_key", "Indexed key"),
                ],
                max_length=30,
            ),
        ),
        migrations.CreateModel(
            name="IndexedKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "key_id",
                    models.CharField(default=users.models.ids.new_indexed_key_id, max_length=20, unique=True),
                ),
                ("document", models.CharField(max_length=20)),
                ("path", models.JSONField()),
                ("kind", models.CharField(choices=[("number", "Number"), ("text", "Text")], max_length=10)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("building", "Building"),
                            ("ready", "Ready"),
                            ("dropping", "Dropping"),
                            ("failed", "Failed"),
                        ],
                        default="building",
                        max_length=10,
                    ),
                ),
                ("made_by", models.CharField(max_length=300)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("last_used_on", models.DateField(null=True)),
                (
                    "job",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="users.job",
                    ),
                ),
            ],
            options={
                "ordering": ["document", "path"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("document", "path"), name="indexed_key_once")
                ],
            },
        ),
    ]
