"""Let support leads and administrators create users and export them."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

PERMISSIONS = {"create_user": "Can create users", "export_users": "Can export users to a file"}
GROUPS = ("Support lead", "Administrator")


def add_permissions(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Add the permissions to the groups. Django creates permissions only after all migrations have run."""
    content_types = apps.get_model("contenttypes", "ContentType").objects
    permissions = apps.get_model("auth", "Permission").objects
    content_type, _ = content_types.get_or_create(app_label="users", model="user")
    added = [
        permissions.get_or_create(content_type=content_type, codename=codename, defaults={"name": name})[0]
        for codename, name in PERMISSIONS.items()
    ]
    # A group that an administrator has renamed or deleted is left alone.
    for group in apps.get_model("auth", "Group").objects.filter(name__in=GROUPS):
        group.permissions.add(*added)


class Migration(migrations.Migration):
    dependencies = [("users", "0005_bulk_actions")]
    operations = [migrations.RunPython(add_permissions, migrations.RunPython.noop)]
