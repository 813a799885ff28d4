"""People are found by phone number. Few have one, so the index holds only those."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("users", "0008_signs_from")]

    operations = [
        migrations.AddIndex(
            model_name="user",
            index=models.Index(
                fields=["phone_number"], name="user_phone", condition=models.Q(phone_number__isnull=False)
            ),
        ),
    ]
