"""Enable the existing clients on the existing connections, which they could all use so far."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def enable_clients(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Each client on each connection."""
    clients = list(apps.get_model("users", "Client").objects.values_list("pk", flat=True))
    for connection in apps.get_model("users", "Connection").objects.all():
        connection.clients.add(*clients)


class Migration(migrations.Migration):
    dependencies = [("users", "0009_applications")]

    operations = [migrations.RunPython(enable_clients, migrations.RunPython.noop, elidable=True)]
