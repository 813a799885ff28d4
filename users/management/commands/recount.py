"""`manage.py recount`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext

from users.housekeeping.daily_counts import recount


class Command(BaseCommand):
    """Recount users and sign-ins by day. Safe to repeat and to run while the server runs."""

    help = (
        "Compare the counts of users and sign-ins by day, which the overview shows, with the users and the"
        " log, and correct them. Needed only after rows were changed while triggers were disabled, as some"
        " tools do that restore backups."
    )

    def handle(self, **options: Any) -> None:
        days = recount()
        self.stdout.write(
            gettext("Corrected the counts of %(days)s days.") % {"days": days}
            if days
            else gettext("All counts are correct.")
        )
