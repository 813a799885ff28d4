"""The stream of events and the webhooks. It begins now: what was changed before is told to nobody."""

from __future__ import annotations

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import users.models.ids
from users.models import trigger


def install_trigger(apps, schema_editor):
    trigger.install(schema_editor.connection)


def remove_trigger(apps, schema_editor):
    trigger.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [
        ("users", "0020_log"),
    ]

    operations = [
        migrations.CreateModel(
            name="Outbox",
            fields=[
                (
                    "change",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="users.change",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Stream",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("latest", models.PositiveBigIntegerField(default=0)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("number", models.PositiveBigIntegerField(primary_key=True, serialize=False)),
                ("numbered_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "change",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="users.change",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Webhook",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "webhook_id",
                    models.CharField(default=users.models.ids.new_webhook_id, max_length=20, unique=True),
                ),
                ("url", models.CharField(max_length=2048)),
                ("description", models.CharField(blank=True, max_length=200)),
                ("types", models.JSONField(default=list)),
                ("only", models.JSONField(default=list)),
                ("values", models.JSONField(default=list)),
                ("secret_encrypted", models.TextField()),
                ("old_secret_encrypted", models.TextField(blank=True)),
                ("old_secret_until", models.DateTimeField(null=True)),
                ("is_enabled", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("position", models.PositiveBigIntegerField(default=0)),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("claim", models.CharField(blank=True, max_length=32)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("made_by", models.CharField(max_length=300)),
            ],
            options={
                "ordering": ["created_at", "id"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveBigIntegerField(null=True)),
                ("type", models.CharField(max_length=20)),
                ("subject", models.CharField(blank=True, max_length=255)),
                (
                    "status",
                    models.CharField(
                        choices=[("pending", "Waiting"), ("delivered", "Delivered"), ("failed", "Failed")],
                        default="pending",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("first_attempt_at", models.DateTimeField(null=True)),
                ("attempted_at", models.DateTimeField(null=True)),
                ("milliseconds", models.PositiveIntegerField(null=True)),
                ("code", models.PositiveSmallIntegerField(null=True)),
                ("error", models.CharField(blank=True, max_length=500)),
                (
                    "change",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="users.change",
                    ),
                ),
                (
                    "webhook",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="users.webhook",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "pending")),
                        fields=["webhook", "id"],
                        name="delivery_pending",
                    ),
                    models.Index(
                        condition=models.Q(("status", "pending")),
                        fields=["webhook", "subject", "id"],
                        name="delivery_subject_pending",
                    ),
                    models.Index(
                        condition=models.Q(("status", "failed")),
                        fields=["webhook", "-id"],
                        name="delivery_failed",
                    ),
                    models.Index(fields=["webhook", "-id"], name="delivery_latest"),
                    models.Index(fields=["created_at"], name="delivery_created"),
                ],
                "constraints": [models.UniqueConstraint(fields=("webhook", "number"), name="delivery_once")],
            },
        ),
        migrations.RunPython(install_trigger, remove_trigger),
    ]
