"""What models cannot declare: indexes and triggers that differ between databases, and the first rows.

- `INDEXES` and `TRIGRAMS`: indexes by expressions, of JSON documents, for wildcards, with nulls last.
- `FINAL`: triggers that refuse every change of the record of changes.
- `OUTBOX`: the trigger that puts each change into the outbox; see `users.models.trigger`.
- `WORD_INDEX`: the index of the words of users; see `users.models.word_index`.
- the first connection, the Management API, and the staff groups with their rights.

Nothing of the product is imported, so that what it does later cannot change what this creates.
"""

from collections.abc import Callable, Iterable, Mapping

from django.db import DatabaseError, migrations, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

Operation = Callable[[StateApps, BaseDatabaseSchemaEditor], None]

# By database. In descending order, PostgreSQL puts nulls first without NULLS LAST, in the index as in the
# query; SQLite puts them last, and has no such clause for an index.
INDEXES = {
    "postgresql": {
        "user_latest_login": "users_user (last_login DESC NULLS LAST, id DESC)",
        # Unlike others, this column is searched as it stands, by code points.
        "user_username_exact": 'users_user (username COLLATE "C") WHERE username IS NOT NULL',
        # Every path of a document with its value: equality, lists, and AND and OR of them.
        "user_user_metadata": "users_user USING gin (user_metadata jsonb_path_ops)",
        "user_app_metadata": "users_user USING gin (app_metadata jsonb_path_ops)",
        "user_linked_identities": "users_user USING gin (linked_identities jsonb_path_ops)",
        "change_names": "users_change USING gin (string_to_array(names, E'\\n'))",
    },
    "sqlite": {
        "user_latest_login": "users_user (last_login DESC, id DESC)",
        "user_username_exact": "users_user (username) WHERE username IS NOT NULL",
        # Read along in the order of the record, without opening the lines themselves.
        "change_names": "users_change (at DESC, id DESC, what, face, names)",
    },
}
# Of every three letters in a row, for wildcards that begin with a star. They need an extension of PostgreSQL
# that the owner of a database may create since version 13; without it such a search scans all users.
TRIGRAMS = {
    "user_email_infix": "email_folded",
    "user_username_infix": 'username COLLATE "C"',
    "user_name_infix": "name_folded",
    "user_nickname_infix": "nickname_folded",
    "user_given_name_infix": "given_name_folded",
    "user_middle_name_infix": "middle_name_folded",
    "user_family_name_infix": "family_name_folded",
    "user_id_infix": "user_id",
}

# Each trigger with the change that it refuses. The reference to a user becomes null when the user is deleted,
# and cannot be set again.
FINAL = {
    "change_is_final": "BEFORE UPDATE OF {} ON users_change FOR EACH ROW".format(
        "id, subject, at, what, keys, actor_kind, actor_id, actor_name, face, request_id, ip, reason, undoes,"
        " restores, was_missing"
    ),
    "change_loses_user_only": (
        "BEFORE UPDATE OF user_id ON users_change FOR EACH ROW WHEN (NEW.user_id IS NOT NULL)"
    ),
    "change_names_are_final": "BEFORE UPDATE OF names ON users_change FOR EACH ROW",
}
REFUSAL = "lines of the record of changes are never changed"
REFUSE = f"""
    CREATE FUNCTION users_change_is_final() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$
"""

OUTBOX = {
    "postgresql": (
        "CREATE OR REPLACE FUNCTION users_change_told() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN INSERT INTO users_outbox (change_id) VALUES (NEW.id); RETURN NULL; END $$",
        "CREATE OR REPLACE TRIGGER users_change_told AFTER INSERT ON users_change"
        " FOR EACH ROW EXECUTE FUNCTION users_change_told()",
    ),
    "sqlite": (
        "CREATE TRIGGER IF NOT EXISTS users_change_told AFTER INSERT ON users_change"
        " BEGIN INSERT INTO users_outbox (change_id) VALUES (NEW.id); END",
    ),
}
DROP_OUTBOX = {
    "postgresql": (
        "DROP TRIGGER users_change_told ON users_change",
        "DROP FUNCTION users_change_told()",
    ),
    "sqlite": ("DROP TRIGGER users_change_told",),
}

# On PostgreSQL a generated column of the beginnings of each word, up to 16 letters; on SQLite a table of FTS5
# that triggers update, whose tokenizer takes every character beyond ASCII for a letter.
WORD_INDEX = {
    "postgresql": (
        "CREATE OR REPLACE FUNCTION users_word_beginnings(words text) RETURNS tsvector"
        " LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$"
        " SELECT array_to_tsvector(ARRAY(SELECT left(word, length)"
        " FROM unnest(string_to_array(words, ' ')) AS word,"
        " generate_series(1, least(length(word), 16)) AS length)) $$",
        "ALTER TABLE users_user ADD COLUMN word_beginnings tsvector"
        " GENERATED ALWAYS AS (users_word_beginnings(words)) STORED",
        "CREATE INDEX user_words ON users_user USING gin (word_beginnings)",
    ),
    "sqlite": (
        "CREATE VIRTUAL TABLE users_words USING fts5(words, content='users_user', content_rowid='id',"
        " detail=none, columnsize=0, tokenize=\"ascii tokenchars '#'\","
        " prefix='1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16')",
        "CREATE TRIGGER users_words_insert AFTER INSERT ON users_user BEGIN"
        " INSERT INTO users_words (rowid, words) VALUES (NEW.id, NEW.words); END",
        "CREATE TRIGGER users_words_delete AFTER DELETE ON users_user BEGIN"
        " INSERT INTO users_words (users_words, rowid, words) VALUES ('delete', OLD.id, OLD.words); END",
        "CREATE TRIGGER users_words_update AFTER UPDATE OF words ON users_user"
        " WHEN OLD.words IS NOT NEW.words BEGIN"
        " INSERT INTO users_words (users_words, rowid, words) VALUES ('delete', OLD.id, OLD.words);"
        " INSERT INTO users_words (rowid, words) VALUES (NEW.id, NEW.words); END",
    ),
}
DROP_WORD_INDEX = {
    "postgresql": (
        "ALTER TABLE users_user DROP COLUMN word_beginnings",
        "DROP FUNCTION users_word_beginnings(text)",
    ),
    "sqlite": (
        "DROP TRIGGER users_words_insert",
        "DROP TRIGGER users_words_delete",
        "DROP TRIGGER users_words_update",
        "DROP TABLE users_words",
    ),
}

CONNECTION = "Username-Password-Authentication"
MANAGEMENT_API = "Management API"
# Django creates permissions only after all migrations have run, so those that the groups hold are created
# here, with the names that it would give them.
PERMISSIONS = {
    "user": {
        "view_user": "Can see users and their user_metadata",
        "change_profile": "Can change profiles, mark emails as verified and remove second factors",
        "send_links": "Can send password resets and verification emails",
        "change_user_metadata": "Can change user_metadata",
        "view_app_metadata": "Can see app_metadata",
        "change_app_metadata": "Can change app_metadata",
        "block_user": "Can block and unblock users",
        "unlock_user": "Can clear lockouts after failed sign-ins",
        "delete_user": "Can delete users",
        "view_changes": "Can view the activity of all users",
        "administer": "Can grant staff rights and change staff accounts",
    },
    "segment": {"share_segment": "Can share saved searches and change those that are shared"},
}
SUPPORT = ("view_user", "view_app_metadata", "change_user_metadata", "send_links", "unlock_user")
LEAD = (*SUPPORT, "change_app_metadata", "change_profile", "block_user", "view_changes", "share_segment")
GROUPS = {
    "Support": SUPPORT,
    "Support lead": LEAD,
    "Administrator": [codename for permissions in PERMISSIONS.values() for codename in permissions],
}


def create_indexes(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    vendor = schema_editor.connection.vendor
    for name, definition in INDEXES[vendor].items():
        schema_editor.execute(f"CREATE INDEX {name} ON {definition}", params=None)
    if vendor == "postgresql" and _has_trigrams(schema_editor):
        for name, column in TRIGRAMS.items():
            schema_editor.execute(
                f"CREATE INDEX {name} ON users_user USING gin ({column} gin_trgm_ops)", params=None
            )


def _has_trigrams(schema_editor: BaseDatabaseSchemaEditor) -> bool:
    try:
        with transaction.atomic(using=schema_editor.connection.alias):
            schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm", params=None)
    except DatabaseError:
        return False
    return True


def drop_indexes(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    names = [*INDEXES[schema_editor.connection.vendor], *TRIGRAMS]
    for name in names:
        schema_editor.execute(f"DROP INDEX IF EXISTS {name}", params=None)


def create_final_triggers(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(REFUSE, params=None)
        act = "EXECUTE FUNCTION users_change_is_final()"
    else:
        act = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    for name, when in FINAL.items():
        schema_editor.execute(f"CREATE TRIGGER {name} {when} {act}", params=None)


def drop_final_triggers(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for name in FINAL:
        where = " ON users_change" if is_postgresql else ""
        schema_editor.execute(f"DROP TRIGGER {name}{where}", params=None)
    if is_postgresql:
        schema_editor.execute("DROP FUNCTION users_change_is_final()", params=None)


def run(statements: Mapping[str, Iterable[str]]) -> Operation:
    """An operation that runs the statements of the database at hand."""

    def operation(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        for statement in statements[schema_editor.connection.vendor]:
            schema_editor.execute(statement, params=None)

    return operation


def create_first_rows(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("users", "Connection").objects.get_or_create(name=CONNECTION)
    apps.get_model("users", "ResourceServer").objects.get_or_create(name=MANAGEMENT_API, identifier=None)


def create_groups(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    content_types = apps.get_model("contenttypes", "ContentType").objects
    permission = apps.get_model("auth", "Permission")
    made = {}
    for model, permissions in PERMISSIONS.items():
        content_type, _ = content_types.get_or_create(app_label="users", model=model)
        for codename, name in permissions.items():
            made[codename], _ = permission.objects.get_or_create(
                content_type=content_type, codename=codename, defaults={"name": name}
            )
    for name, codenames in GROUPS.items():
        group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=name)
        group.permissions.add(*(made[codename] for codename in codenames))


class Migration(migrations.Migration):
    dependencies = [("users", "0001_initial"), ("contenttypes", "0002_remove_content_type_name")]
    operations = [
        migrations.RunPython(create_indexes, drop_indexes),
        migrations.RunPython(create_final_triggers, drop_final_triggers),
        migrations.RunPython(run(OUTBOX), run(DROP_OUTBOX)),
        migrations.RunPython(run(WORD_INDEX), run(DROP_WORD_INDEX)),
        migrations.RunPython(create_first_rows, migrations.RunPython.noop),
        migrations.RunPython(create_groups, migrations.RunPython.noop),
    ]
