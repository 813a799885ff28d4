"""What every installation begins with: the database connection and the staff groups.

Permissions are otherwise made only after all migrations have run, so those that the groups
need are made here, under the names that Django would give them.
"""

from django.db import migrations

CONNECTION = "Username-Password-Authentication"
PERMISSIONS = {
    "view_user": "Can see users and their user_metadata",
    "change_profile": "Can change profiles, verify e-mail and send password resets",
    "change_user_metadata": "Can change user_metadata",
    "view_app_metadata": "Can see app_metadata",
    "change_app_metadata": "Can change app_metadata",
    "block_user": "Can block and unblock users",
    "delete_user": "Can delete users",
    "administer": "Can give staff rights and change staff accounts",
}
SUPPORT = ("view_user", "view_app_metadata", "change_user_metadata")
GROUPS = {
    "Support": SUPPORT,
    "Support lead": (*SUPPORT, "change_app_metadata", "block_user"),
    "Administrator": tuple(PERMISSIONS),
}


def create(apps, schema_editor):
    apps.get_model("users", "Connection").objects.get_or_create(name=CONNECTION)
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="users", model="user"
    )
    permission = apps.get_model("auth", "Permission")
    made = {
        codename: permission.objects.get_or_create(
            content_type=content_type, codename=codename, defaults={"name": name}
        )[0]
        for codename, name in PERMISSIONS.items()
    }
    for name, codenames in GROUPS.items():
        group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=name)
        group.permissions.set(made[codename] for codename in codenames)


class Migration(migrations.Migration):
    dependencies = [
        ("users", "0002_indexes_by_database"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
