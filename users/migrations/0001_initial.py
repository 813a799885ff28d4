"""The tables, with the indexes and constraints that models declare. What they cannot declare comes next."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.manager
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import users.metadata.text
import users.models.fields
import users.models.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="Change",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject", models.CharField(max_length=255)),
                ("at", models.DateTimeField()),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("created", "Account created"),
                            ("deleted", "Account deleted"),
                            ("user_metadata", "User metadata"),
                            ("app_metadata", "App metadata"),
                            ("profile", "Profile"),
                            ("password", "Password"),
                            ("reset_sent", "Password reset sent"),
                            ("staff_rights", "Staff rights"),
                            ("ticket", "Link created"),
                            ("multifactor", "Second factors"),
                            ("identities", "Identities"),
                            ("roles", "Roles"),
                            ("permissions", "Permissions"),
                            ("unblocked", "Lockout cleared"),
                        ],
                        max_length=20,
                    ),
                ),
                ("keys", models.JSONField(default=dict, encoder=users.metadata.text.DocumentEncoder)),
                ("names", models.TextField(null=True)),
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
                ("undoes", models.BigIntegerField(null=True)),
                ("restores", models.DateTimeField(null=True)),
                ("was_missing", models.BooleanField(db_default=False, default=False)),
            ],
            options={
                "ordering": ["-at", "-id"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Client",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "client_id",
                    models.CharField(default=users.models.ids.new_client_id, max_length=64, unique=True),
                ),
                ("name", models.CharField(max_length=200)),
                ("description", models.CharField(blank=True, max_length=140)),
                ("logo_uri", models.CharField(blank=True, max_length=2048)),
                (
                    "app_type",
                    models.CharField(
                        choices=[
                            ("non_interactive", "Machine to machine"),
                            ("regular_web", "Regular web application"),
                            ("spa", "Single-page application"),
                            ("native", "Native application"),
                        ],
                        default="non_interactive",
                        max_length=20,
                    ),
                ),
                ("token_endpoint_auth_method", models.CharField(default="client_secret_post", max_length=30)),
                ("callbacks", models.JSONField(default=list)),
                ("allowed_origins", models.JSONField(default=list)),
                ("web_origins", models.JSONField(default=list)),
                ("allowed_logout_urls", models.JSONField(default=list)),
                ("client_metadata", models.JSONField(default=dict)),
                ("id_token_lifetime", models.PositiveIntegerField(default=36000)),
                ("secret_hash", models.CharField(max_length=64)),
                ("grant_types", models.JSONField(default=list)),
                ("is_revoked", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["name"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Connection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "connection_id",
                    models.CharField(default=users.models.ids.new_connection_id, max_length=20, unique=True),
                ),
                ("name", models.CharField(max_length=128, unique=True)),
                ("display_name", models.CharField(blank=True, max_length=128)),
                ("strategy", models.CharField(default="auth0", max_length=50)),
                ("options", models.JSONField(blank=True, default=dict)),
                ("is_enabled", models.BooleanField(default=True)),
            ],
            options={
                "ordering": ["name"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Day",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("date", models.DateField(unique=True)),
                ("logins", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["date"],
                "default_permissions": (),
            },
        ),
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
        migrations.CreateModel(
            name="ResourceServer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "resource_server_id",
                    models.CharField(
                        default=users.models.ids.new_resource_server_id, max_length=24, unique=True
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("identifier", models.CharField(max_length=600, null=True, unique=True)),
                ("scopes", models.JSONField(default=list)),
                ("token_lifetime", models.PositiveIntegerField(default=86400)),
                ("enforce_policies", models.BooleanField(default=False)),
                ("names_permissions", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["created_at", "id"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Role",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role_id",
                    models.CharField(default=users.models.ids.new_role_id, max_length=20, unique=True),
                ),
                ("name", models.CharField(max_length=255, unique=True)),
                ("name_folded", models.CharField(db_index=True, max_length=900)),
                ("description", models.CharField(blank=True, max_length=255)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["created_at", "id"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="SigningKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kid", models.CharField(max_length=64, unique=True)),
                ("public_jwk", models.JSONField()),
                ("private_encrypted", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "signs_from",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=django.utils.timezone.now,
                    ),
                ),
            ],
            options={
                "ordering": ["-signs_from", "-id"],
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
                ("made_by", models.CharField(max_length=300)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("position", models.PositiveBigIntegerField(default=0)),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("claim", models.CharField(blank=True, max_length=32)),
                ("failures", models.PositiveIntegerField(default=0)),
            ],
            options={
                "ordering": ["created_at", "id"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "user_id",
                    users.models.fields.CodePointField(
                        default=users.models.ids.new_user_id, max_length=255, unique=True
                    ),
                ),
                ("email", models.CharField(blank=True, max_length=254, null=True)),
                (
                    "email_folded",
                    users.models.fields.CodePointField(editable=False, max_length=254, null=True),
                ),
                ("email_verified", models.BooleanField(default=False)),
                ("username", models.CharField(blank=True, max_length=128, null=True)),
                (
                    "username_folded",
                    users.models.fields.CodePointField(editable=False, max_length=300, null=True),
                ),
                ("phone_number", models.CharField(blank=True, max_length=16, null=True)),
                ("phone_verified", models.BooleanField(null=True)),
                ("name", models.CharField(blank=True, max_length=300, null=True)),
                (
                    "name_folded",
                    users.models.fields.CodePointField(editable=False, max_length=900, null=True),
                ),
                ("nickname", models.CharField(blank=True, max_length=300, null=True)),
                (
                    "nickname_folded",
                    users.models.fields.CodePointField(editable=False, max_length=900, null=True),
                ),
                ("given_name", models.CharField(blank=True, max_length=150, null=True)),
                (
                    "given_name_folded",
                    users.models.fields.CodePointField(editable=False, max_length=450, null=True),
                ),
                ("middle_name", models.CharField(blank=True, max_length=150, null=True)),
                (
                    "middle_name_folded",
                    users.models.fields.CodePointField(editable=False, max_length=450, null=True),
                ),
                ("family_name", models.CharField(blank=True, max_length=150, null=True)),
                (
                    "family_name_folded",
                    users.models.fields.CodePointField(editable=False, max_length=450, null=True),
                ),
                ("words", models.TextField(editable=False, null=True)),
                ("locale", users.models.fields.CodePointField(blank=True, max_length=35, null=True)),
                ("zoneinfo", users.models.fields.CodePointField(blank=True, max_length=64, null=True)),
                ("picture", models.CharField(blank=True, max_length=2048, null=True)),
                (
                    "user_metadata",
                    users.models.fields.MetadataField(
                        blank=True, encoder=users.metadata.text.DocumentEncoder, null=True
                    ),
                ),
                (
                    "app_metadata",
                    users.models.fields.MetadataField(
                        blank=True, encoder=users.metadata.text.DocumentEncoder, null=True
                    ),
                ),
                ("linked_identities", models.JSONField(null=True)),
                ("multifactor", models.JSONField(null=True)),
                ("multifactor_last_modified", models.DateTimeField(null=True)),
                ("user_metadata_version", models.PositiveIntegerField(default=0)),
                ("app_metadata_version", models.PositiveIntegerField(default=0)),
                ("version", models.PositiveIntegerField(default=1)),
                ("blocked", models.BooleanField(null=True)),
                ("session_epoch", models.PositiveIntegerField(default=0)),
                ("tokens_valid_from", models.DateTimeField(null=True)),
                ("logins_count", models.PositiveIntegerField(default=0)),
                ("last_login", models.DateTimeField(blank=True, null=True)),
                ("last_ip", models.GenericIPAddressField(blank=True, null=True)),
                ("last_password_reset", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "linked_to",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="linked",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="users",
                        to="users.connection",
                    ),
                ),
            ],
            options={
                "permissions": [
                    ("view_user", "Can see users and their user_metadata"),
                    (
                        "change_profile",
                        "Can change profiles, mark emails as verified and remove second factors",
                    ),
                    ("send_links", "Can send password resets and verification emails"),
                    ("change_user_metadata", "Can change user_metadata"),
                    ("view_app_metadata", "Can see app_metadata"),
                    ("change_app_metadata", "Can change app_metadata"),
                    ("block_user", "Can block and unblock users"),
                    ("unlock_user", "Can clear lockouts after failed sign-ins"),
                    ("delete_user", "Can delete users"),
                    ("view_changes", "Can view the activity of all users"),
                    ("administer", "Can grant staff rights and change staff accounts"),
                ],
                "default_permissions": (),
                "base_manager_name": "accounts",
                "default_manager_name": "objects",
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("accounts", django.db.models.manager.Manager()),
            ],
        ),
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
        migrations.AddField(
            model_name="change",
            name="user",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="changes",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
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
            name="Job",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("job_id", models.CharField(default=users.models.ids.new_job_id, max_length=20, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("verification_email", "Verification email"),
                            ("password_reset_request", "Request for a password reset"),
                            ("password_reset_email", "Password reset email"),
                            ("notice_email", "Security notice by email"),
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
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("processing", "Processing"),
                            ("completed", "Completed"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="pending",
                        max_length=12,
                    ),
                ),
                ("details", models.CharField(blank=True, max_length=500)),
                ("client_id", models.CharField(blank=True, max_length=64)),
                ("actor", models.JSONField(default=dict)),
                ("parameters", models.JSONField(default=dict)),
                ("once_key", models.CharField(max_length=100, null=True, unique=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("due_at", models.DateTimeField(null=True)),
                ("claim", models.CharField(blank=True, max_length=32)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("cancelled_by", models.CharField(blank=True, max_length=300)),
                ("state", models.JSONField(default=dict)),
                ("done", models.PositiveBigIntegerField(default=0)),
                ("total", models.PositiveBigIntegerField(null=True)),
                ("log", models.JSONField(default=list)),
                ("result", models.JSONField(default=dict)),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
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
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-id"],
                "default_permissions": (),
            },
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
            },
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
            },
        ),
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
                "indexes": [
                    models.Index(fields=["-at", "-id"], name="log_event_latest"),
                    models.Index(fields=["type", "-at", "-id"], name="log_event_type"),
                    models.Index(fields=["user_id", "-at", "-id"], name="log_event_user"),
                    models.Index(fields=["user_name", "-at", "-id"], name="log_event_user_name"),
                    models.Index(fields=["client_id", "-at", "-id"], name="log_event_client"),
                    models.Index(fields=["ip", "-at", "-id"], name="log_event_ip"),
                ],
            },
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
        migrations.CreateModel(
            name="ClientGrant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "grant_id",
                    models.CharField(default=users.models.ids.new_grant_id, max_length=20, unique=True),
                ),
                ("scope", models.JSONField(default=list)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="grants", to="users.client"
                    ),
                ),
                (
                    "resource_server",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="grants",
                        to="users.resourceserver",
                    ),
                ),
            ],
            options={
                "ordering": ["created_at", "id"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Permission",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=280)),
                (
                    "resource_server",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="users.resourceserver",
                    ),
                ),
                (
                    "role",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="permissions",
                        to="users.role",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="RoleMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "role",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="users.role",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["created_at", "id"],
                "default_permissions": (),
            },
        ),
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
                ("is_shared", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now)),
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
            ],
            options={
                "ordering": ["name_folded", "id"],
                "permissions": [
                    ("share_segment", "Can share saved searches and change those that are shared")
                ],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                (
                    "session_key",
                    models.CharField(
                        max_length=40, primary_key=True, serialize=False, verbose_name="session key"
                    ),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                ("session_id", models.CharField(max_length=40, null=True, unique=True)),
                ("signed_in_at", models.DateTimeField(null=True)),
                ("auth_hash", models.CharField(blank=True, max_length=64)),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Ticket",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("secret_hash", models.CharField(max_length=64, unique=True)),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("password_change", "Password change"),
                            ("email_verification", "Email verification"),
                        ],
                        max_length=20,
                    ),
                ),
                ("email", models.CharField(max_length=254)),
                ("result_url", models.CharField(blank=True, max_length=2048)),
                ("names_email_in_redirect", models.BooleanField(default=False)),
                ("marks_email_as_verified", models.BooleanField(default=False)),
                ("made_by", models.CharField(blank=True, max_length=300)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField(db_index=True)),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tickets",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="UserPermission",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=280)),
                (
                    "resource_server",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="users.resourceserver",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="direct_permissions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
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
            },
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(fields=["subject", "-at", "-id"], name="change_subject_latest"),
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(fields=["actor_id", "-at", "-id"], name="change_actor_latest"),
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(fields=["-at", "-id"], name="change_latest"),
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(
                condition=models.Q(("ip__isnull", False)), fields=["ip", "-at", "-id"], name="change_ip"
            ),
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(
                condition=models.Q(("what", "created")), fields=["at", "face"], name="change_created"
            ),
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
            model_name="user",
            index=models.Index(fields=["-created_at", "-id"], name="user_newest"),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(fields=["last_login", "id"], name="user_last_login"),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(fields=["-logins_count", "-id"], name="user_logins_count"),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(fields=["connection", "-created_at", "-id"], name="user_connection_newest"),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(
                condition=models.Q(("linked_to__isnull", False)), fields=["linked_to"], name="user_linked"
            ),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(fields=["email_folded"], name="user_email"),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(fields=["username_folded"], name="user_username"),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(
                condition=models.Q(("phone_number__isnull", False)),
                fields=["phone_number"],
                name="user_phone",
            ),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(
                condition=models.Q(("locale__isnull", False)), fields=["locale"], name="user_locale"
            ),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(
                condition=models.Q(("zoneinfo__isnull", False)), fields=["zoneinfo"], name="user_zoneinfo"
            ),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(fields=["name_folded"], name="user_name"),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(fields=["nickname_folded"], name="user_nickname"),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(fields=["given_name_folded"], name="user_given_name"),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(
                condition=models.Q(("middle_name_folded__isnull", False)),
                fields=["middle_name_folded"],
                name="user_middle_name",
            ),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(fields=["family_name_folded"], name="user_family_name"),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(
                condition=models.Q(("blocked", True)), fields=["-created_at", "-id"], name="user_blocked"
            ),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(
                condition=models.Q(("email_verified", False)),
                fields=["-created_at", "-id"],
                name="user_unverified",
            ),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(
                condition=models.Q(("last_login__isnull", True)),
                fields=["-created_at", "-id"],
                name="user_never_seen",
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(fields=("connection", "email_folded"), name="user_email_once"),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(
                fields=("connection", "username_folded"), name="user_username_once"
            ),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)), fields=["due_at", "id"], name="job_due"
            ),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(fields=["-created_at", "-id"], name="job_latest"),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(fields=["owner", "-created_at", "-id"], name="job_owner_latest"),
        ),
        migrations.AddConstraint(
            model_name="indexedkey",
            constraint=models.UniqueConstraint(fields=("document", "path"), name="indexed_key_once"),
        ),
        migrations.AddConstraint(
            model_name="filepiece",
            constraint=models.UniqueConstraint(fields=("job", "number"), name="piece_of_job"),
        ),
        migrations.AddConstraint(
            model_name="failedrecord",
            constraint=models.UniqueConstraint(fields=("job", "number"), name="failed_record_of_job"),
        ),
        migrations.AddConstraint(
            model_name="clientgrant",
            constraint=models.UniqueConstraint(fields=("client", "resource_server"), name="grant_once"),
        ),
        migrations.AddConstraint(
            model_name="permission",
            constraint=models.UniqueConstraint(
                fields=("role", "resource_server", "name"), name="role_permission_once"
            ),
        ),
        migrations.AddIndex(
            model_name="rolemember",
            index=models.Index(fields=["role", "created_at", "id"], name="role_member_oldest"),
        ),
        migrations.AddConstraint(
            model_name="rolemember",
            constraint=models.UniqueConstraint(fields=("role", "user"), name="role_member_once"),
        ),
        migrations.AddConstraint(
            model_name="segment",
            constraint=models.UniqueConstraint(fields=("owner", "name_folded"), name="segment_own_once"),
        ),
        migrations.AddConstraint(
            model_name="segment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_shared", True)), fields=("name_folded",), name="segment_shared_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="userpermission",
            constraint=models.UniqueConstraint(
                fields=("user", "resource_server", "name"), name="user_permission_once"
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("status", "pending")), fields=["webhook", "id"], name="delivery_pending"
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("status", "pending")),
                fields=["webhook", "subject", "id"],
                name="delivery_subject_pending",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("status", "failed")), fields=["webhook", "-id"], name="delivery_failed"
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["webhook", "-id"], name="delivery_latest"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["created_at"], name="delivery_created"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(fields=("webhook", "number"), name="delivery_once"),
        ),
    ]
