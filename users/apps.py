"""The one app."""

from __future__ import annotations

from django.apps import AppConfig


class UsersConfig(AppConfig):
    """Connects what Django and its libraries call by signal."""

    name = "users"
    verbose_name = "Directory"

    def ready(self) -> None:
        from users import signals
        from users.schemas.current import check_settings

        signals.connect(self)
        check_settings()
