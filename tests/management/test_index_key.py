"""`manage.py index_key`."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from users.models import IndexedKey, Job


def said(capsys, *words):
    call_command("index_key", *words)
    return capsys.readouterr().out


def test_a_key_is_indexed_listed_and_dropped(db, capsys):
    asked = said(capsys, "app_metadata.credits", "--as", "number")

    assert asked == f"{Job.objects.get()} indexes app_metadata.credits as number.\n"
    assert said(capsys) == "app_metadata.credits  number  building  last used: never\n"
    IndexedKey.objects.update(status="ready")
    assert said(capsys, "app_metadata.credits") == "app_metadata.credits is indexed as number.\n"
    assert said(capsys, "app_metadata.credits", "--drop") == (
        "The indexes of app_metadata.credits are being dropped.\n"
    )
    assert IndexedKey.objects.get().made_by == "index_key"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["credits"], "Name a metadata key"),
        (["app_metadata.credits", "--drop"], "app_metadata.credits is not indexed."),
    ],
)
def test_what_cannot_be_is_given_the_reason(db, words, reason):
    with pytest.raises(CommandError, match=reason):
        call_command("index_key", *words)
