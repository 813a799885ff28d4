"""Saved searches, and who may share them."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import users.models.ids

SHARE = ("share_segment", "Can share saved searches and change those that are shared")
GROUPS = ("Support lead", "Administrator")


def let_leads_share(apps, schema_editor):
    # Permissions are otherwise made only after all migrations have run.
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="users", model="segment"
    )
    codename, name = SHARE
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type, codename=codename, defaults={"name": name}
    )
    for group in apps.get_model("auth", "Group").objects.filter(name__in=GROUPS):
        group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("users", "0015_indexed_keys"),
    ]

    operations = [
        migrations.CreateModel(
            name="Segment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "segment_id",
                    models.CharField(default=users.models.ids.new_segment_id, max_length=20, unique=True),
                ),
                ("name", models.CharField(max_length=100)),
                ("name_folded", models.CharField(editable=False, max_length=300)),
                ("query", models.TextField()),
                ("description", models.CharField(blank=True, max_length=300)),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("is_shared", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["name_folded", "id"],
                "permissions": [SHARE],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("owner", "name_folded"), name="segment_own_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("is_shared", True)),
                        fields=("name_folded",),
                        name="segment_shared_once",
                    ),
                ],
            },
        ),
        migrations.RunPython(let_leads_share, migrations.RunPython.noop),
    ]
