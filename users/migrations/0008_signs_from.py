"""From when a key signs. Those there are have long been known: they sign from this moment, in the
order of their ids as before. Safe beside the previous release, which writes no such column."""

import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("users", "0007_id_token_lifetime")]

    operations = [
        migrations.AddField(
            model_name="signingkey",
            name="signs_from",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now
            ),
        ),
        migrations.AlterModelOptions(
            name="signingkey",
            options={"default_permissions": (), "ordering": ["-signs_from", "-id"]},
        ),
    ]
