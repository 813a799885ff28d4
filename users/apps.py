"""The one app."""

from __future__ import annotations

from django.apps import AppConfig


class UsersConfig(AppConfig):
    """Connects signals, registers the kinds of jobs and checks settings when Django starts."""

    name = "users"
    verbose_name = "Directory"

    def ready(self) -> None:
        from users import signals
        from users.admin.user_list import columns
        from users.jobs import registry
        from users.management import job_kinds
        from users.schemas import current

        signals.connect(self)
        registry.register(job_kinds.KINDS)
        current.check_settings()
        columns.check_settings()
