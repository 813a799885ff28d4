"""A middle name, in the form in which it is compared as well, with the indexes that other names have.

Safe beside the previous release, which neither reads nor writes it.
"""

from django.db import migrations, models

from users.models.fields import CodePointField

WILDCARDS = "user_middle_name_infix"


def create(apps, schema_editor):
    """Where the database has the extension for it, as for other names."""
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
        if cursor.fetchone() is None:
            return
    index = f"CREATE INDEX {WILDCARDS} ON users_user USING gin (middle_name_folded gin_trgm_ops)"
    schema_editor.execute(index, params=None)


def drop(apps, schema_editor):
    schema_editor.execute(f"DROP INDEX IF EXISTS {WILDCARDS}", params=None)


class Migration(migrations.Migration):
    dependencies = [("users", "0032_support_rights")]

    operations = [
        migrations.AddField("user", "middle_name", models.CharField(blank=True, max_length=150, null=True)),
        migrations.AddField(
            "user", "middle_name_folded", CodePointField(editable=False, max_length=450, null=True)
        ),
        migrations.AddIndex(
            "user",
            models.Index(
                fields=["middle_name_folded"],
                name="user_middle_name",
                condition=models.Q(middle_name_folded__isnull=False),
            ),
        ),
        migrations.RunPython(create, drop),
    ]
