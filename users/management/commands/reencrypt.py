"""`manage.py reencrypt`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext

from users.housekeeping.reencrypt_secrets import COLUMNS, reencrypt
from users.rights.actor import command_actor


class Command(BaseCommand):
    """Re-encrypt stored secrets with the newest key. Safe to repeat and to run while the server runs."""

    help = (
        "Encrypt the stored secrets with the newest key: the first of ENCRYPTION_KEYS or, where that is"
        " empty, SECRET_KEY. After that older keys can be removed from the settings."
    )

    def handle(self, **options: Any) -> None:
        # Every purpose, since an operator who removes the old key afterwards loses what was skipped.
        for purpose in COLUMNS:
            counts = reencrypt(purpose, actor=command_actor("reencrypt"))
            self.stdout.write(
                gettext("%(purpose)s: %(renewed)s encrypted with the newest key, %(current)s were already.")
                % {"purpose": purpose, "renewed": counts.renewed, "current": counts.current}
            )
            # To stderr and without failing: the other secrets are re-encrypted, which is worth keeping.
            if counts.undecryptable:
                self.stderr.write(
                    gettext(
                        "%(purpose)s: %(undecryptable)s cannot be decrypted with any key. Add the key they "
                        "were encrypted with to the end of ENCRYPTION_KEYS, and run this again."
                    )
                    % {"purpose": purpose, "undecryptable": counts.undecryptable}
                )
