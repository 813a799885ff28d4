"""From when on a user's tokens are valid; null while none has been refused, as for all users so far.

Safe beside the previous release, which neither reads nor writes it. Users' tokens that it issues lack
the claim that goes with this, and are refused by this release: their users sign in again.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("users", "0026_mail_jobs")]

    operations = [
        migrations.AddField("user", "tokens_valid_from", models.DateTimeField(null=True)),
    ]
