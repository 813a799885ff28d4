"""The app that names the hook of `hooked_settings`: hooks can be imported only after the apps are loaded."""

from __future__ import annotations

from django.apps import AppConfig


class HookedConfig(AppConfig):
    name = "tests.browser.hooked_app"
    label = "hooked"

    def ready(self) -> None:
        from users.sign_in import hooks
        from users.sign_in.hooks import PostLoginResult

        hooks.POST_LOGIN = (lambda sign_in: PostLoginResult(demands_second_factor=True),)
