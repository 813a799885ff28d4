"""The MFA API, as an API that tokens are issued for."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

SCOPES = [
    {"value": "read:authenticators", "description": "See one's own second factors"},
    {"value": "remove:authenticators", "description": "Remove one's own second factors"},
]


def create_mfa_api(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("users", "ResourceServer").objects.get_or_create(
        identifier="mfa", defaults={"name": "MFA API", "scopes": SCOPES, "token_lifetime": 600}
    )


class Migration(migrations.Migration):
    dependencies = [
        ("users", "0014_index_superusers"),
    ]

    operations = [migrations.RunPython(create_mfa_api, migrations.RunPython.noop)]
