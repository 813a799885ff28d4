"""The index behind "latest sign-in first, never signed in last".

PostgreSQL puts nulls first in descending order unless told otherwise, in the index as in
the query; SQLite puts them last and knows no such words in an index.
"""

from django.db import migrations

NAME = "user_latest_login"


def create(apps, schema_editor):
    last = "NULLS LAST" if schema_editor.connection.vendor == "postgresql" else ""
    schema_editor.execute(f"CREATE INDEX {NAME} ON users_user (last_login DESC {last}, id DESC)", params=None)


def drop(apps, schema_editor):
    schema_editor.execute(f"DROP INDEX {NAME}", params=None)


class Migration(migrations.Migration):
    dependencies = [("users", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
