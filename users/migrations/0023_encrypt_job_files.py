"""Encrypt the files of jobs, and delete the uploaded ones of imports that have ended.

A worker of the previous release that is in the middle of an import reads no further: the job fails
and says that its file cannot be read.
"""

from django.db import migrations

ENDED = ("completed", "failed", "cancelled")


def encrypt_files(apps, schema_editor):
    from users.conf import conf
    from users.crypto.key_ring import Purpose

    pieces = apps.get_model("users", "FilePiece").objects.using(schema_editor.connection.alias)
    pieces.filter(job__kind="users_import", job__status__in=ENDED).delete()
    # One at a time: each may be a megabyte.
    for pk in list(pieces.order_by("pk").values_list("pk", flat=True)):
        piece = pieces.get(pk=pk)
        encrypted = conf.key_ring.encrypt(Purpose.JOB_FILES, bytes(piece.content))
        pieces.filter(pk=pk).update(content=encrypted)


class Migration(migrations.Migration):
    dependencies = [("users", "0022_log_addresses")]

    operations = [migrations.RunPython(encrypt_files, migrations.RunPython.noop, elidable=True)]
