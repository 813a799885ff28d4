"""`manage.py work`."""

from __future__ import annotations

import os
import signal
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from users.jobs.worker import Worker
from users.management.job_kinds import KINDS
from users.webhooks.dispatcher import Dispatcher

# On SQLite: how long it waits for its turn to write. Whoever waits in a browser waits less.
LOCK_SECONDS = 30


class Command(BaseCommand):
    """Start as many as you like, on as many machines as you like, against one database."""

    help = (
        "Do the jobs that are asked for, one at a time, and beside them tell webhooks what happens, until"
        " SIGTERM or Ctrl-C, which let the step under way finish. What a killed worker had begun is gone"
        " on with by another."
    )

    def handle(self, **options: Any) -> None:
        if connection.vendor == "sqlite":
            connection.settings_dict["OPTIONS"]["timeout"] = LOCK_SECONDS
        worker = Worker()
        for number in (signal.SIGTERM, signal.SIGINT):
            # Whoever started us may have us ignore Ctrl-C, being told themselves.
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, lambda *_: worker.stop())
        self.stderr.write(f"Process {os.getpid()} does jobs of {len(KINDS)} kinds.")
        courier = Dispatcher()
        courier.start()
        worker.run()
        courier.stop()
