"""The indexes behind search, where the database has such.

Of each JSON column every path with its value, which serves equality, lists and AND, OR of them; of names
and addresses every three letters in a row, which serve wildcards that begin with a star. The latter need
an extension that the owner of a database may create since PostgreSQL 13; without it such a search reads
everybody. User names are searched with their case, by code points.
"""

from django.db import DatabaseError, migrations, transaction

DOCUMENTS = {name: f"user_{name}" for name in ("user_metadata", "app_metadata", "linked_identities")}
TEXTS = {
    "email_folded": "user_email_infix",
    'username COLLATE "C"': "user_username_infix",
    "name_folded": "user_name_infix",
    "nickname_folded": "user_nickname_infix",
    "given_name_folded": "user_given_name_infix",
    "family_name_folded": "user_family_name_infix",
    "user_id": "user_id_infix",
}


USERNAME = "user_username_exact"


def create(apps, schema_editor):
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    username = 'username COLLATE "C"' if is_postgresql else "username"
    index = f"CREATE INDEX {USERNAME} ON users_user ({username}) WHERE username IS NOT NULL"
    schema_editor.execute(index, params=None)
    if not is_postgresql:
        return
    for column, name in DOCUMENTS.items():
        index = f"CREATE INDEX {name} ON users_user USING gin ({column} jsonb_path_ops)"
        schema_editor.execute(index, params=None)
    if _has_trigrams(schema_editor):
        for column, name in TEXTS.items():
            index = f"CREATE INDEX {name} ON users_user USING gin ({column} gin_trgm_ops)"
            schema_editor.execute(index, params=None)


def _has_trigrams(schema_editor):
    try:
        with transaction.atomic(using=schema_editor.connection.alias):
            schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm", params=None)
    except DatabaseError:
        return False
    return True


def drop(apps, schema_editor):
    for name in (USERNAME, *DOCUMENTS.values(), *TEXTS.values()):
        schema_editor.execute(f"DROP INDEX IF EXISTS {name}", params=None)


class Migration(migrations.Migration):
    dependencies = [("users", "0011_tickets_logs_and_days")]
    operations = [migrations.RunPython(create, drop)]
