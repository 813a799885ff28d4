"""The one app."""

from __future__ import annotations

from django.apps import AppConfig


class UsersConfig(AppConfig):
    """Connects what Django and its libraries call by signal."""

    name = "users"
    verbose_name = "Directory"

    def ready(self) -> None:
        from users import signals
        from users.admin.user_list import columns
        from users.schemas import current

        signals.connect(self)
        current.check_settings()
        columns.check_settings()
