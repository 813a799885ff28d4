"""Our own Management API as a row of the APIs, and the grants of before as grants for it."""

from django.db import migrations

from users.models.ids import new_grant_id


def add(apps, schema_editor):
    server = apps.get_model("users", "ResourceServer").objects.create(name="Management API")
    for grant in apps.get_model("users", "ClientGrant").objects.all():
        grant.resource_server, grant.grant_id = server, new_grant_id()
        grant.save()


class Migration(migrations.Migration):
    dependencies = [("users", "0004_around_the_user")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
