"""`manage.py rotatekeys`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext

from users.actions.access.signing_keys import revoke_signing_key, rotate_signing_key
from users.actions.errors import UnknownKey
from users.models import SigningKey
from users.rights.actor import command_actor
from users.tokens.keys import PUBLISHED_SECONDS

ACTOR = command_actor("rotatekeys")


class Command(BaseCommand):
    """Rotate the signing key. No restart is needed: every worker reads the keys from the database."""

    help = (
        "Create a new signing key for tokens. It is published at once and signs after"
        f" {PUBLISHED_SECONDS // 60} minutes, when verifiers have read it; older keys stay published"
        " until their tokens have expired, and are removed by a later rotation."
        " If a key has leaked: --now, then --revoke KID."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--now", action="store_true", help=gettext("sign with the new key at once"))
        how.add_argument(
            "--revoke",
            metavar="KID",
            help=gettext("create no key; unpublish this one, so that its tokens are refused"),
        )

    def handle(self, *, now: bool, revoke: str | None, **options: Any) -> None:
        # Without a new key: the remaining one signs, or one is created.
        if revoke is not None:
            self._revoke(revoke)
            return
        key, removed = rotate_signing_key(actor=ACTOR, at_once=now)
        self.stdout.write(
            gettext("%(kid)s is published and signs from %(time)s.")
            % {"kid": key.kid, "time": _format_time(key)}
        )
        for kid in removed:
            self.stdout.write(gettext("%(kid)s is removed: all its tokens have expired.") % {"kid": kid})

    def _revoke(self, kid: str) -> None:
        try:
            signer = revoke_signing_key(kid, actor=ACTOR)
        except UnknownKey:
            # Key ids are random, so listing them is the quickest help.
            known = ", ".join(SigningKey.objects.values_list("kid", flat=True)) or "none"
            raise CommandError(
                gettext("There is no key %(kid)s. Keys: %(known)s.") % {"kid": kid, "known": known}
            ) from None
        # Other verifiers cache the published keys, and OpenID Connect has no message that revokes one.
        self.stdout.write(
            gettext(
                "%(revoked)s is unpublished. Our own endpoints refuse its tokens within 30 seconds;"
                " other verifiers do when they next read the keys. %(signer)s signs now."
            )
            % {"revoked": kid, "signer": signer.kid}
        )


def _format_time(key: SigningKey) -> str:
    return f"{key.signs_from:%Y-%m-%d %H:%M:%S} UTC"
