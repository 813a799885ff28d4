"""`manage.py index_key`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext

from users.actions.errors import AlreadyExists, InvalidIndexedKey
from users.actions.search_setup.indexed_keys import drop_key, index_key
from users.models import IndexedKey
from users.rights.actor import command_actor

ACTOR = command_actor("index_key")


class Command(BaseCommand):
    """Request an index or list the indexed keys; a worker builds the index."""

    help = (
        "Index a metadata key, such as app_metadata.credits, for searches by range, wildcard and"
        " _exists_, and for sorting. Without a key: list the indexed keys."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "key", nargs="?", help=gettext("the document and the path of keys, separated by dots")
        )
        how = parser.add_mutually_exclusive_group()
        how.add_argument(
            "--as",
            dest="kind",
            choices=IndexedKey.Kind.values,
            help=gettext("the type of values to index (default: the type of most values)"),
        )
        how.add_argument("--drop", action="store_true", help=gettext("drop the index"))

    def handle(self, *, key: str | None, kind: str | None, drop: bool, **options: Any) -> None:
        if key is None:
            self._list()
        elif drop:
            self._drop(key)
        else:
            self._index(key, kind)

    def _index(self, name: str, kind: str | None) -> None:
        try:
            key = index_key(name, kind, actor=ACTOR)
        except (InvalidIndexedKey, AlreadyExists) as error:
            raise CommandError(str(error)) from None
        done = key.state == IndexedKey.Status.READY
        self.stdout.write(
            gettext("%(key)s is indexed as %(kind)s.") % {"key": key, "kind": key.kind}
            if done
            else gettext("%(job)s indexes %(key)s as %(kind)s.")
            % {"job": key.job, "key": key, "kind": key.kind}
        )

    def _drop(self, name: str) -> None:
        # Compared as text: at most a few keys exist, and the argument need not parse.
        key = next((key for key in IndexedKey.objects.all() if str(key) == name), None)
        if key is None:
            raise CommandError(gettext("%(name)s is not indexed.") % {"name": name})
        drop_key(key, actor=ACTOR)
        self.stdout.write(gettext("The indexes of %(key)s are being dropped.") % {"key": key})

    def _list(self) -> None:
        for key in IndexedKey.objects.select_related("job"):
            self.stdout.write(f"{key}  {key.kind}  {key.state}  last used: {key.last_used_on or 'never'}")
