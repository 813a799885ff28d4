"""A language tag. Safe beside the previous release, which neither reads nor writes it."""

from django.db import migrations, models

from users.models.fields import CodePointField


class Migration(migrations.Migration):
    dependencies = [("users", "0034_zoneinfo")]

    operations = [
        migrations.AddField("user", "locale", CodePointField(blank=True, max_length=35, null=True)),
        migrations.AddIndex(
            "user",
            models.Index(fields=["locale"], name="user_locale", condition=models.Q(locale__isnull=False)),
        ),
    ]
