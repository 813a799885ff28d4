"""The names of changed keys, to find changes by, and the right to look through all of them.

Safe beside the previous release: what it records meanwhile has no names, and is only not found
by its keys.
"""

from django.db import migrations, models

GROUPS = ("Support lead", "Administrator")
PERMISSION = ("view_changes", "Can look through the changes of all users")
BATCH = 2_000
DOCUMENTS = ("user_metadata", "app_metadata")


def name_the_keys(apps, schema_editor):
    changes = apps.get_model("users", "Change").objects
    last = 0
    while batch := list(changes.filter(pk__gt=last).order_by("pk").only("what", "keys")[:BATCH]):
        for change in batch:
            change.names = "\n".join(sorted(set(names(change.what, change.keys))))
        changes.bulk_update(batch, ["names"], batch_size=200)
        last = batch[-1].pk


def names(what, keys):
    if what != "created":
        return [name(what, key) for key in keys]
    fields = [name("profile", field) for field in keys if field not in DOCUMENTS]
    inner = [
        name(document, key) for document in DOCUMENTS for key in keys.get(document, {}).get("after") or {}
    ]
    return fields + inner


def name(part, key):
    return f"{part}.{key}".replace("\n", " ")[:200]


def index_the_names(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        sql = "CREATE INDEX change_names ON users_change USING gin (string_to_array(names, E'\\n'))"
    else:
        # Read along in the order of the record, without opening the lines themselves.
        sql = "CREATE INDEX change_names ON users_change (at DESC, id DESC, what, face, names)"
    schema_editor.execute(sql, params=None)


def make_them_final(apps, schema_editor):
    """Like the other columns of a line, now that the old lines have theirs."""
    if schema_editor.connection.vendor == "postgresql":
        act = "EXECUTE FUNCTION users_change_is_final()"
    else:
        act = "BEGIN SELECT RAISE(ABORT, 'lines of the record of changes are never changed'); END"
    when = "BEFORE UPDATE OF names ON users_change FOR EACH ROW"
    trigger = f"CREATE TRIGGER change_names_are_final {when} {act}"
    schema_editor.execute(trigger, params=None)


def drop_the_trigger(apps, schema_editor):
    where = " ON users_change" if schema_editor.connection.vendor == "postgresql" else ""
    schema_editor.execute(f"DROP TRIGGER change_names_are_final{where}", params=None)


def drop_the_index(apps, schema_editor):
    schema_editor.execute("DROP INDEX change_names", params=None)


def let_leads_look(apps, schema_editor):
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="users", model="user"
    )
    codename, title = PERMISSION
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type, codename=codename, defaults={"name": title}
    )
    for group in apps.get_model("auth", "Group").objects.filter(name__in=GROUPS):
        group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [("users", "0018_history")]

    operations = [
        migrations.AlterModelOptions(
            name="user",
            options={
                "base_manager_name": "accounts",
                "default_manager_name": "objects",
                "default_permissions": (),
                "permissions": [
                    ("view_user", "Can see users and their user_metadata"),
                    ("change_profile", "Can change profiles, verify e-mail and send password resets"),
                    ("change_user_metadata", "Can change user_metadata"),
                    ("view_app_metadata", "Can see app_metadata"),
                    ("change_app_metadata", "Can change app_metadata"),
                    ("block_user", "Can block and unblock users"),
                    ("delete_user", "Can delete users"),
                    ("view_changes", "Can look through the changes of all users"),
                    ("administer", "Can give staff rights and change staff accounts"),
                ],
            },
        ),
        migrations.AddField("change", "names", models.TextField(null=True)),
        migrations.RunPython(name_the_keys, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(index_the_names, drop_the_index),
        migrations.RunPython(make_them_final, drop_the_trigger),
        migrations.RunPython(let_leads_look, migrations.RunPython.noop),
    ]
