"""The record of changes: from where, what was taken back, and lines that nothing can change.

Safe beside the previous release, whose lines tell nothing of the new columns. Whoever rewrites the
table on SQLite, as Django does to alter a column, must create the triggers anew; a test tells.
"""

from django.db import migrations, models

# All columns but the user: that one goes when the account does.
FINAL = (
    *("id", "subject", "at", "what", "keys", "actor_kind", "actor_id", "actor_name", "face"),
    *("request_id", "ip", "reason", "undoes", "restores", "was_missing"),
)
# Each trigger, with what it is about.
TRIGGERS = {
    "change_is_final": f"BEFORE UPDATE OF {', '.join(FINAL)} ON users_change FOR EACH ROW",
    "change_loses_user_only": (
        "BEFORE UPDATE OF user_id ON users_change FOR EACH ROW WHEN (NEW.user_id IS NOT NULL)"
    ),
}
REFUSAL = "lines of the record of changes are never changed"
FUNCTION = f"""
    CREATE FUNCTION users_change_is_final() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$
"""


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(FUNCTION, params=None)
        act = "EXECUTE FUNCTION users_change_is_final()"
    else:
        act = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    for name, when in TRIGGERS.items():
        schema_editor.execute(f"CREATE TRIGGER {name} {when} {act}", params=None)


def drop(apps, schema_editor):
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for name in TRIGGERS:
        where = " ON users_change" if is_postgresql else ""
        schema_editor.execute(f"DROP TRIGGER {name}{where}", params=None)
    if is_postgresql:
        schema_editor.execute("DROP FUNCTION users_change_is_final()", params=None)


class Migration(migrations.Migration):
    dependencies = [("users", "0017_metadata_map")]
    operations = [
        migrations.AddField("change", "ip", models.GenericIPAddressField(null=True)),
        migrations.AddField("change", "restores", models.DateTimeField(null=True)),
        migrations.AddField("change", "undoes", models.BigIntegerField(null=True)),
        migrations.AddField("change", "was_missing", models.BooleanField(db_default=False, default=False)),
        migrations.RunPython(create, drop),
    ]
