"""Give each user the words by which the search box finds them. They are filled in next."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Null, so that the column costs nothing to add and the previous release can still write rows."""

    dependencies = [("users", "0029_copy_sessions")]

    operations = [
        migrations.AddField(
            model_name="user", name="words", field=models.TextField(null=True, editable=False)
        ),
    ]
