"""Applications that users sign in to: authorizations, codes, refresh tokens, consents."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import users.models.ids


class Migration(migrations.Migration):
    dependencies = [
        ("users", "0008_count_by_day"),
    ]

    operations = [
        migrations.AddField(
            model_name="client",
            name="branding",
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddField(
            model_name="client",
            name="initiate_login_uri",
            field=models.CharField(blank=True, db_default="", max_length=2048),
        ),
        migrations.AddField(
            model_name="client",
            name="is_first_party",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name="client",
            name="oidc_conformant",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name="client",
            name="refresh_token",
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddField(
            model_name="connection",
            name="clients",
            field=models.ManyToManyField(related_name="connections", to="users.client"),
        ),
        migrations.AddField(
            model_name="resourceserver",
            name="allow_offline_access",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="session",
            name="kind",
            field=models.CharField(
                choices=[("dashboard", "Dashboard"), ("sso", "Single sign-on")],
                db_default="dashboard",
                default="dashboard",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="session",
            name="last_seen_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="Authorization",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "authorization_id",
                    models.CharField(
                        default=users.models.ids.new_authorization_id, max_length=24, unique=True
                    ),
                ),
                ("session_id", models.CharField(blank=True, db_index=True, max_length=40)),
                ("scope", models.JSONField(default=list)),
                ("methods", models.JSONField(default=list)),
                ("authenticated_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("token_generation", models.BigIntegerField()),
                ("id_token_claims", models.JSONField(default=dict)),
                ("access_token_claims", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField(db_index=True, null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="authorizations",
                        to="users.client",
                    ),
                ),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="users.connection"
                    ),
                ),
                (
                    "resource_server",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="users.resourceserver",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="authorizations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="AuthorizationCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code_hash", models.CharField(max_length=64, unique=True)),
                ("redirect_uri", models.CharField(max_length=2048)),
                ("code_challenge", models.CharField(blank=True, max_length=128)),
                ("nonce", models.CharField(blank=True, max_length=2048)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "authorization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="codes",
                        to="users.authorization",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="AuthorizationRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("state_hash", models.CharField(max_length=64, unique=True)),
                ("parameters", models.JSONField(default=dict)),
                ("browser_hash", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField(db_index=True)),
                ("client", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="users.client")),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="RefreshToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "token_id",
                    models.CharField(
                        default=users.models.ids.new_refresh_token_id, max_length=24, unique=True
                    ),
                ),
                ("family_hash", models.CharField(max_length=64, unique=True)),
                ("is_rotating", models.BooleanField()),
                ("metadata", models.JSONField(default=dict)),
                ("device", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField(null=True)),
                ("last_exchanged_at", models.DateTimeField(null=True)),
                (
                    "authorization",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="refresh_token",
                        to="users.authorization",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="MfaToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("scope", models.JSONField(default=list)),
                ("methods", models.JSONField(default=list)),
                ("id_token_claims", models.JSONField(default=dict)),
                ("access_token_claims", models.JSONField(default=dict)),
                ("authenticated_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("token_generation", models.BigIntegerField()),
                ("is_past_hooks", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField(db_index=True)),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="users.client"
                    ),
                ),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="users.connection"
                    ),
                ),
                (
                    "resource_server",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="users.resourceserver",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "refresh_token",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="users.refreshtoken",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "consent_id",
                    models.CharField(default=users.models.ids.new_consent_id, max_length=24, unique=True),
                ),
                ("audience", models.CharField(blank=True, max_length=600)),
                ("scope", models.JSONField(default=list)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="consents",
                        to="users.client",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="consents",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("user", "client", "audience"), name="consent_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="RefreshTokenSecret",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("secret_hash", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("replaced_at", models.DateTimeField(null=True)),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="children",
                        to="users.refreshtokensecret",
                    ),
                ),
                (
                    "refresh_token",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="secrets",
                        to="users.refreshtoken",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("refresh_token", "secret_hash"), name="refresh_secret_once"
                    )
                ],
            },
        ),
    ]
