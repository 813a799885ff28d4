"""Tables for notes by staff, for emails of deleted users, and for what deliveries sent and were answered.

Safe beside the previous release, which writes none of them.
"""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import users.models.fields


class Migration(migrations.Migration):
    dependencies = [
        ("users", "0002_database_features"),
    ]

    operations = [
        migrations.CreateModel(
            name="DeletedUser",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject", models.CharField(db_index=True, max_length=255)),
                ("email", models.CharField(max_length=254)),
                ("email_folded", users.models.fields.CodePointField(db_index=True, max_length=254)),
                ("deleted_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "ordering": ["-deleted_at", "-id"],
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="delivery",
            name="request_body",
            field=models.TextField(null=True),
        ),
        migrations.AddField(
            model_name="delivery",
            name="response_body",
            field=models.TextField(null=True),
        ),
        migrations.AddField(
            model_name="delivery",
            name="response_headers",
            field=models.JSONField(null=True),
        ),
        migrations.CreateModel(
            name="DeliveryCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("hour", models.DateTimeField()),
                ("delivered", models.PositiveIntegerField(default=0)),
                ("failed", models.PositiveIntegerField(default=0)),
                (
                    "webhook",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="counts",
                        to="users.webhook",
                    ),
                ),
            ],
            options={
                "ordering": ["hour"],
                "default_permissions": (),
                "indexes": [models.Index(fields=["hour"], name="delivery_count_hour")],
                "constraints": [
                    models.UniqueConstraint(fields=("webhook", "hour"), name="delivery_count_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("author_name", models.CharField(max_length=300)),
                ("text", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("edited_at", models.DateTimeField(null=True)),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-id"],
                "permissions": [("write_notes", "Can write notes about users")],
                "default_permissions": (),
                "indexes": [models.Index(fields=["user", "-created_at", "-id"], name="note_user_latest")],
            },
        ),
    ]
