"""Empty allauth's own tables of email addresses. A request for a password reset used to write an
unverified row there, after which its user could add no second factor. The account's `email` and
`email_verified` are the truth.

Safe beside the previous release, which merely writes some of the rows again: they change nothing
for this one.
"""

from django.db import migrations


def delete_rows(apps, schema_editor):
    for model in ("EmailConfirmation", "EmailAddress"):  # the first points to the second
        rows = apps.get_model("account", model).objects.using(schema_editor.connection.alias)
        rows.all()._raw_delete(schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [
        ("users", "0024_email_keys"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [migrations.RunPython(delete_rows, migrations.RunPython.noop, elidable=True)]
