"""Let Support do support: rights to send links and to lift lockouts, and profiles for leads.

Adds rights and removes none. Users who could send links by `change_profile`, or lift lockouts by
`block_user`, in a group of their own or directly, gets the right that now stands for it.

Safe beside the previous release, which checks the rights that are not removed.
"""

from django.db import migrations

NEW = {
    "send_links": "Can send password resets and verification mails",
    "unlock_user": "Can lift the lockout after failed sign-ins",
}
GROUPS = {
    "Support": ("send_links", "unlock_user"),
    "Support lead": ("send_links", "unlock_user", "change_profile"),
    "Administrator": ("send_links", "unlock_user"),
}
# What a right is now called of which another was a part before.
PARTS = {"send_links": "change_profile", "unlock_user": "block_user"}
PROFILE = ("change_profile", "Can change profiles, mark emails as verified and remove second factors")


def add_rights(apps, schema_editor):
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="users", model="user"
    )
    permissions = apps.get_model("auth", "Permission").objects.filter(content_type=content_type)
    for codename, name in NEW.items():
        permissions.get_or_create(codename=codename, defaults={"name": name, "content_type": content_type})
    codename, name = PROFILE
    permissions.filter(codename=codename).update(name=name)
    by_name = {permission.codename: permission for permission in permissions}

    groups = apps.get_model("auth", "Group").objects
    for group in groups.filter(name__in=GROUPS):
        group.permissions.add(*(by_name[codename] for codename in GROUPS[group.name]))
    users = apps.get_model("users", "User")._base_manager
    for new, old in PARTS.items():
        for group in groups.filter(permissions=by_name[old]):
            group.permissions.add(by_name[new])
        for user in users.filter(user_permissions=by_name[old]).only("pk"):
            user.user_permissions.add(by_name[new])


class Migration(migrations.Migration):
    dependencies = [("users", "0031_word_index")]

    operations = [
        migrations.AlterModelOptions(
            name="user",
            options={
                "base_manager_name": "accounts",
                "default_manager_name": "objects",
                "default_permissions": (),
                "permissions": [
                    ("view_user", "Can see users and their user_metadata"),
                    (
                        "change_profile",
                        "Can change profiles, mark emails as verified and remove second factors",
                    ),
                    ("send_links", "Can send password resets and verification mails"),
                    ("change_user_metadata", "Can change user_metadata"),
                    ("view_app_metadata", "Can see app_metadata"),
                    ("change_app_metadata", "Can change app_metadata"),
                    ("block_user", "Can block and unblock users"),
                    ("unlock_user", "Can lift the lockout after failed sign-ins"),
                    ("delete_user", "Can delete users"),
                    ("view_changes", "Can look through the changes of all users"),
                    ("administer", "Can give staff rights and change staff accounts"),
                ],
            },
        ),
        migrations.RunPython(add_rights, migrations.RunPython.noop),
    ]
