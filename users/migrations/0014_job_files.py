"""The files of jobs, and what became of single records."""

import django.db.models.deletion
from django.db import migrations, models

import users.metadata.text


class Migration(migrations.Migration):
    dependencies = [
        ("users", "0013_jobs"),
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
                ],
                max_length=30,
            ),
        ),
        migrations.CreateModel(
            name="FailedRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("user", models.JSONField(encoder=users.metadata.text.DocumentEncoder)),
                ("errors", models.JSONField(encoder=users.metadata.text.DocumentEncoder)),
                (
                    "job",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="failed_records",
                        to="users.job",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("job", "number"), name="failed_record_of_job")
                ],
            },
        ),
        migrations.CreateModel(
            name="FilePiece",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("content", models.BinaryField()),
                (
                    "job",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pieces",
                        to="users.job",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("job", "number"), name="piece_of_job")],
            },
        ),
    ]
