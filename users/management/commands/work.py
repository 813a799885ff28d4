"""`manage.py work`."""

from __future__ import annotations

import os
import signal
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection
from django.utils.translation import gettext

from users.jobs.worker import Worker
from users.management.job_kinds import KINDS
from users.webhooks.dispatcher import Dispatcher

# On SQLite, seconds that a job waits for the write lock: longer than requests do, since no user waits.
LOCK_SECONDS = 30


class Command(BaseCommand):
    """Run jobs and send webhooks. Any number may run, on any number of machines, against one database."""

    help = (
        "Run requested jobs, one at a time, and send webhooks, until SIGTERM or Ctrl-C, which lets the"
        " current step finish. Another worker continues the jobs of a killed one."
    )

    def handle(self, **options: Any) -> None:
        if connection.vendor == "sqlite":
            connection.settings_dict["OPTIONS"]["timeout"] = LOCK_SECONDS
        worker = Worker()
        for number in (signal.SIGTERM, signal.SIGINT):
            # A supervisor may have set Ctrl-C to be ignored, since it handles it and stops the worker itself.
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, lambda *_: worker.stop())
        self.stderr.write(
            gettext("Process %(pid)s runs jobs of %(count)s kinds.")
            % {"pid": os.getpid(), "count": len(KINDS)}
        )
        # In threads of this process, so that one command runs everything in the background.
        courier = Dispatcher()
        courier.start()
        worker.run()
        # Here instead of in the signal handler: it joins a thread, which a handler must not wait for.
        courier.stop()
