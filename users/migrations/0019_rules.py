"""Rules, their settings and statistics, and rules as actors in the histories. Safe beside the previous
release, which does not read the new tables."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import users.models.ids


class Migration(migrations.Migration):
    dependencies = [
        ("users", "0018_login_tickets"),
    ]

    operations = [
        migrations.CreateModel(
            name="Rule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "rule_id",
                    models.CharField(default=users.models.ids.new_rule_id, max_length=20, unique=True),
                ),
                ("name", models.CharField(max_length=255, unique=True)),
                ("script", models.TextField()),
                ("order", models.PositiveIntegerField()),
                ("is_enabled", models.BooleanField(default=True)),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["order", "created_at", "id"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="RuleConfig",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=127, unique=True)),
                ("value_encrypted", models.TextField()),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["key"],
                "default_permissions": (),
            },
        ),
        migrations.AlterField(
            model_name="change",
            name="actor_kind",
            field=models.CharField(
                choices=[
                    ("staff", "Staff"),
                    ("user", "The user"),
                    ("client", "API client"),
                    ("command", "Command"),
                    ("rule", "Rule"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="change",
            name="face",
            field=models.CharField(
                choices=[
                    ("dashboard", "Dashboard"),
                    ("profile", "Own page"),
                    ("api", "API"),
                    ("sign_in", "Sign-in pages"),
                    ("import", "Import"),
                    ("command", "Command line"),
                    ("rule", "Rule"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="configurationchange",
            name="actor_kind",
            field=models.CharField(
                choices=[
                    ("staff", "Staff"),
                    ("user", "The user"),
                    ("client", "API client"),
                    ("command", "Command"),
                    ("rule", "Rule"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="configurationchange",
            name="face",
            field=models.CharField(
                choices=[
                    ("dashboard", "Dashboard"),
                    ("profile", "Own page"),
                    ("api", "API"),
                    ("sign_in", "Sign-in pages"),
                    ("import", "Import"),
                    ("command", "Command line"),
                    ("rule", "Rule"),
                ],
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="RuleFailure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("kind", models.CharField(max_length=20)),
                ("message", models.CharField(max_length=500)),
                ("line", models.PositiveIntegerField(null=True)),
                (
                    "rule",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="last_failure",
                        to="users.rule",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="RuleRunCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("milliseconds", models.PositiveIntegerField()),
                ("runs", models.PositiveBigIntegerField(default=0)),
                ("failures", models.PositiveBigIntegerField(default=0)),
                (
                    "rule",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="run_counts",
                        to="users.rule",
                    ),
                ),
            ],
            options={
                "ordering": ["day", "milliseconds"],
                "default_permissions": (),
                "indexes": [models.Index(fields=["day"], name="rule_run_count_day")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("rule", "day", "milliseconds"), name="rule_run_count_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RuleVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("script", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "actor_kind",
                    models.CharField(
                        choices=[
                            ("staff", "Staff"),
                            ("user", "The user"),
                            ("client", "API client"),
                            ("command", "Command"),
                            ("rule", "Rule"),
                        ],
                        max_length=10,
                    ),
                ),
                ("actor_id", models.CharField(max_length=255)),
                ("actor_name", models.CharField(max_length=300)),
                (
                    "rule",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="users.rule",
                    ),
                ),
            ],
            options={
                "ordering": ["-number"],
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("rule", "number"), name="rule_version_once")],
            },
        ),
    ]
