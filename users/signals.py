"""Connect signals of Django and its libraries."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
    authenticator_used,
)
from corsheaders.signals import check_request_enabled
from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.core.management import call_command
from django.core.signals import request_finished
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate

from users.actions.access.signing_keys import record_first_key
from users.actions.account.multifactor import note_multifactor, note_recovery_codes
from users.log.record import log_event
from users.models import daily_count_triggers, trigger, word_index
from users.models.old_databases import refuse_old_database
from users.rules.statistics import save_run_counts
from users.search.indexed_keys import save_key_use
from users.sign_in import session_store
from users.tokens.keys import signing_key_created
from users.web import cors
from users.web.actors import owner
from users.web.client_ip import recorded_ip


def connect(app: AppConfig) -> None:
    """Connect all receivers. Called once, when the app is ready."""
    # Under the dispatch_uid of Django's own receiver, which is then not connected: it would save the user
    # without going through the write path.
    user_logged_in.connect(note_sign_in, dispatch_uid="update_last_login")
    user_logged_out.connect(log_sign_out, dispatch_uid="users.signed_out")
    check_request_enabled.connect(cors.is_allowed, dispatch_uid="users.cors")
    authenticator_added.connect(note_second_factor, dispatch_uid="users.added")
    authenticator_removed.connect(note_second_factor, dispatch_uid="users.removed")
    authenticator_reset.connect(note_new_recovery_codes, dispatch_uid="users.reset")
    authenticator_used.connect(log_code_used, dispatch_uid="users.used")
    authentication_failed.connect(log_wrong_code, dispatch_uid="users.failed")
    signing_key_created.connect(record_first_key, dispatch_uid="users.signing_key_created")
    request_finished.connect(save_run_counts, dispatch_uid="users.save_run_counts")
    request_finished.connect(save_key_use, dispatch_uid="users.write_use")
    pre_migrate.connect(check_database, sender=app, dispatch_uid="users.check_database")
    post_migrate.connect(create_cache_table, sender=app, dispatch_uid="users.create_cache_table")
    post_migrate.connect(install_triggers, sender=app, dispatch_uid="users.install_trigger")


def note_sign_in(sender: Any, request: Any, user: Any, **_: Any) -> None:
    """Store in the session when and from where the user signed in."""
    session_store.store_sign_in(
        request.session, ip=recorded_ip(request), user_agent=request.headers.get("User-Agent", "")
    )


def log_sign_out(sender: Any, request: Any, user: Any, **_: Any) -> None:
    """Log a sign-out. `user` is None where the session had already ended."""
    if user is not None:
        log_event("slo", user=user)


def log_code_used(sender: Any, user: Any, authenticator: Any, **_: Any) -> None:
    """Log a used TOTP code or recovery code."""
    is_app = authenticator.type == Authenticator.Type.TOTP
    log_event("gd_auth_succeed" if is_app else "gd_recovery_succeed", user=user)


def log_wrong_code(sender: Any, user: Any, **_: Any) -> None:
    """Log a wrong code. Which type of factor it was meant for is unknown."""
    log_event("gd_auth_failed", user=user)


def note_second_factor(sender: Any, request: Any, authenticator: Any, **_: Any) -> None:
    """Record that a user enrolled or removed a factor on their own page.

    allauth does it nowhere else, so the actor is always the owner.
    """
    note_multifactor(authenticator.user, actor=owner(request))


def note_new_recovery_codes(sender: Any, request: Any, authenticator: Any, **_: Any) -> None:
    """Record that a user generated recovery codes on their own page."""
    note_recovery_codes(authenticator.user, actor=owner(request))


def check_database(sender: Any, using: str, **_: Any) -> None:
    """Stop `migrate` before it changes a database that it cannot bring up to date."""
    refuse_old_database(connections[using])


def create_cache_table(sender: Any, using: str, verbosity: int, **_: Any) -> None:
    """Create the shared cache's table, so that `migrate` alone prepares a database."""
    call_command("createcachetable", database=using, verbosity=0)


def install_triggers(sender: Any, using: str, **_: Any) -> None:
    """Reinstall the triggers of the outbox, the word index and the daily counts.

    SQLite drops a table's triggers when a migration rebuilds the table.
    """
    trigger.reinstall(connections[using])
    word_index.reinstall_triggers(connections[using])
    daily_count_triggers.reinstall(connections[using])
