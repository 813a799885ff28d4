"""A database of a development version is refused in words, and stays as it is."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from users.management.commands import run_demo
from users.models.old_databases import SQUASHED, OldDatabase


@pytest.mark.django_db
def test_it_is_not_migrated_and_the_message_says_what_to_do():
    recorder = MigrationRecorder(connection)
    later = [name for app, name in recorder.applied_migrations() if app == "users" and name >= "0002"]
    for name in later:
        recorder.record_unapplied("users", name)
    recorder.record_applied(*SQUASHED)

    with pytest.raises(OldDatabase, match="Make a new one"):
        call_command("migrate", verbosity=0)

    assert "0002_database_features" in later
    assert not {("users", name) for name in later} & set(recorder.applied_migrations())


@pytest.mark.django_db
def test_the_demo_says_which_file_to_delete(settings, tmp_path, monkeypatch):
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(run_demo, "_check_port", lambda: None)
    MigrationRecorder(connection).record_applied(*SQUASHED)

    with pytest.raises(CommandError) as refused:
        call_command("run_demo")

    assert "cannot be migrated" in str(refused.value)
    assert "To start over with fresh data" in str(refused.value)
