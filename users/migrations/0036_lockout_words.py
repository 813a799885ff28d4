"""Name the clearing of a lockout in the field's words. Stored values stay.

Safe beside the previous release, which reads neither of the names from the database.
"""

from django.db import migrations, models

NAME = "Can clear lockouts after failed sign-ins"
FORMER_NAME = "Can lift the lockout after failed sign-ins"


def _rename(name):
    def rename(apps, schema_editor):
        permissions = apps.get_model("auth", "Permission").objects
        permissions.filter(content_type__app_label="users", codename="unlock_user").update(name=name)

    return rename


class Migration(migrations.Migration):
    dependencies = [("users", "0035_locale")]
    operations = [
        migrations.AlterModelOptions(
            "user",
            {
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
                    ("unlock_user", NAME),
                    ("delete_user", "Can delete users"),
                    ("view_changes", "Can look through the changes of all users"),
                    ("administer", "Can give staff rights and change staff accounts"),
                ],
            },
        ),
        migrations.AlterField(
            "change",
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
                    ("ticket", "Link sent or made"),
                    ("multifactor", "Second factors"),
                    ("identities", "Identities"),
                    ("roles", "Roles"),
                    ("permissions", "Permissions"),
                    ("unblocked", "Lockout cleared"),
                ],
                max_length=20,
            ),
        ),
        migrations.RunPython(_rename(NAME), _rename(FORMER_NAME)),
    ]
