"""Where Django and its libraries call us."""

from __future__ import annotations

from typing import Any

from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from corsheaders.signals import check_request_enabled
from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.core.management import call_command
from django.core.signals import request_finished
from django.db.models.signals import post_migrate

from users.actions.multifactor import note_multifactor, note_recovery_codes
from users.actions.record_sign_in import record_sign_in
from users.search.keys import write_use
from users.web import cors
from users.web.actors import owner
from users.web.client_ip import client_ip


def connect(app: AppConfig) -> None:
    """Called once, when the app is ready."""
    # Under the name of Django's own receiver, which then stays out: it would save the account
    # past the one write path.
    user_logged_in.connect(note_sign_in, dispatch_uid="update_last_login")
    check_request_enabled.connect(cors.is_allowed, dispatch_uid="users.cors")
    authenticator_added.connect(note_second_factor, dispatch_uid="users.added")
    authenticator_removed.connect(note_second_factor, dispatch_uid="users.removed")
    authenticator_reset.connect(note_new_recovery_codes, dispatch_uid="users.reset")
    request_finished.connect(write_use, dispatch_uid="users.write_use")
    post_migrate.connect(create_cache_table, sender=app, dispatch_uid="users.create_cache_table")


def note_sign_in(sender: Any, request: Any, user: Any, **_: Any) -> None:
    """Count it and keep the address it came from."""
    record_sign_in(user, ip=client_ip(request))


def note_second_factor(sender: Any, request: Any, authenticator: Any, **_: Any) -> None:
    """On one's own page, the only place where allauth enrols and removes."""
    note_multifactor(authenticator.user, actor=owner(request))


def note_new_recovery_codes(sender: Any, request: Any, authenticator: Any, **_: Any) -> None:
    """On one's own page, too."""
    note_recovery_codes(authenticator.user, actor=owner(request))


def create_cache_table(sender: Any, using: str, verbosity: int, **_: Any) -> None:
    """`migrate` alone readies a database: the shared cache's table included."""
    call_command("createcachetable", database=using, verbosity=0)
