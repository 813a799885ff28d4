"""A time zone. Safe beside the previous release, which neither reads nor writes it."""

from django.db import migrations, models

from users.models.fields import CodePointField


class Migration(migrations.Migration):
    dependencies = [("users", "0033_middle_name")]

    operations = [
        migrations.AddField("user", "zoneinfo", CodePointField(blank=True, max_length=64, null=True)),
        migrations.AddIndex(
            "user",
            models.Index(
                fields=["zoneinfo"], name="user_zoneinfo", condition=models.Q(zoneinfo__isnull=False)
            ),
        ),
    ]
