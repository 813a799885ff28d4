"""The metadata map, and the two kinds of jobs that draw it."""

from django.db import migrations, models

import users.metadata.text
import users.models.fields


class Migration(migrations.Migration):
    dependencies = [
        ("users", "0016_segments"),
    ]

    operations = [
        migrations.CreateModel(
            name="MetadataSurvey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("sample", "Sample"), ("exact", "Exact count")], max_length=10, unique=True
                    ),
                ),
                ("at", models.DateTimeField()),
                ("read", models.PositiveBigIntegerField()),
                ("people", models.PositiveBigIntegerField()),
                ("left_out", models.BooleanField(default=False)),
            ],
            options={
                "default_permissions": (),
            },
        ),
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
                    ("metadata_sample", "Sample for the metadata map"),
                    ("metadata_count", "Exact count of metadata"),
                ],
                max_length=30,
            ),
        ),
        migrations.CreateModel(
            name="MetadataKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "document",
                    models.CharField(
                        choices=[("user_metadata", "user_metadata"), ("app_metadata", "app_metadata")],
                        max_length=20,
                    ),
                ),
                ("path", models.JSONField()),
                ("name", users.models.fields.CodePointField(max_length=500)),
                ("folded", models.TextField()),
                ("sample", models.JSONField(encoder=users.metadata.text.DocumentEncoder, null=True)),
                ("exact", models.JSONField(encoder=users.metadata.text.DocumentEncoder, null=True)),
                ("last_written", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["document", "name"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("document", "name"), name="metadata_key_once")
                ],
            },
        ),
    ]
