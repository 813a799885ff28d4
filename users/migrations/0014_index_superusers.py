"""An index of the superusers, who are found among all users before each bulk action."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("users", "0013_enrolment_of_mfa")]
    operations = [
        migrations.AddIndex(
            "user",
            models.Index(fields=["id"], name="user_superuser", condition=models.Q(is_superuser=True)),
        ),
    ]
