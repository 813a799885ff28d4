"""The Django app."""

from __future__ import annotations

from django.apps import AppConfig


class UsersConfig(AppConfig):
    """Connect signals and validate settings that need the app registry."""

    name = "users"
    verbose_name = "Directory"

    def ready(self) -> None:
        # Imported here, since models can be imported only after the apps are loaded.
        from django.core import checks

        from users import signals
        from users.admin.user_list import columns
        from users.conf import conf
        from users.javascript import pool
        from users.jobs import registry
        from users.management import job_kinds
        from users.rules.checks import check_protections
        from users.rules.pipeline import run_rules
        from users.schemas import current
        from users.sign_in import hooks

        signals.connect(self)
        hooks.POST_LOGIN = (run_rules,)
        registry.register(job_kinds.KINDS)
        current.check_settings()
        columns.check_settings()
        checks.register(check_protections, checks.Tags.security, deploy=True)
        pool.configure(size=conf.script_processes, wait_seconds=conf.script_wait_seconds)
