"""Create a user."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from users.actions.account.documents import DOCUMENT_VERBS, check_by_schema
from users.actions.account.draft import report_duplicates
from users.actions.account.passwords import check_strength
from users.actions.account.profile_fields import check_dependent_fields, check_login, normalize_fields
from users.actions.errors import NotSupported
from users.conf import conf
from users.history.account_periods import last_changed_at
from users.history.record import record_change
from users.metadata.diff import diff
from users.metadata.documents import DOCUMENTS, Document
from users.metadata.merge import initial_document
from users.metadata.validate import validate
from users.models import Change, Connection, User
from users.models.ids import new_user_id
from users.models.passwords import make_hash
from users.models.write_guard import allow_account_writes
from users.representation.fields import FIELD_VERBS, SIGN_IN_FIELDS, WRITABLE
from users.representation.validation import check_profile
from users.rights.actor import Actor, Kind
from users.rights.errors import Denied
from users.rights.may import Verb, check

# What every user is created with, by any actor who may create users.
FIRST_FIELDS = frozenset({"email", "username", "name", "given_name", "family_name", "nickname"})
# What visitors may set of the account that they create by signing up. Source: Auth0's Authentication API
# reference, "Signup".
SIGN_UP_FIELDS = FIRST_FIELDS | {"picture"}
# The first version of a user whose id another user had before. The lower bound is above any number of edits
# the earlier user can have had, so that an old ETag never matches; the upper one leaves room for as many
# edits below the limit of the column.
MIN_FIRST_VERSION, MAX_FIRST_VERSION = 10**6, 10**9


def create_user(
    connection: Connection,
    *,
    actor: Actor,
    profile: Mapping[str, Any],
    user_metadata: Document | None = None,
    app_metadata: Document | None = None,
    password: str | None = None,
    bare_id: str | None = None,
    is_superuser: bool = False,
    documents_by: Actor | None = None,
    on_created: Callable[[User], object] = lambda _: None,
    reason: str = "",
) -> User:
    """Create a user in `connection` and record it. Without a password the user cannot sign in until one is
    set.

    `bare_id` becomes the part of `user_id` after the provider. First-level nulls of the documents are not
    stored. A visitor who signs up becomes the owner of the new account; `documents_by` is then the server,
    where its hooks have decided the documents. `on_created` runs in the transaction, such as to enqueue an
    email. Raises Denied, NotSupported, FieldError, MetadataError, WeakPassword or DuplicateField.
    """
    check(actor, Verb.SIGN_UP if actor.is_visitor else Verb.CREATE)
    author = documents_by or actor
    _check_fields(actor, profile, author, user_metadata=user_metadata, app_metadata=app_metadata)
    # No web request can create one, so that a stolen administrator session cannot leave a superuser behind.
    if is_superuser and actor.kind != Kind.COMMAND:
        raise Denied(gettext("Superusers are made on the command line only."))
    if not connection.is_database:
        raise NotSupported(
            "Connection does not support user creation through the API."
            " It must either be a database or passwordless connection."
        )
    check_profile(profile)
    wanted = normalize_fields(profile, connection)
    check_dependent_fields(wanted, SIGN_IN_FIELDS, connection)
    if not wanted.get("phone_number"):  # an identity provider may sign them in by it
        check_login(wanted, connection)
    documents = _initial_documents(author, user_metadata=user_metadata, app_metadata=app_metadata)
    user = User(
        connection=connection,
        user_id=f"{connection.strategy}|{bare_id}" if bare_id else new_user_id(),
        is_superuser=is_superuser,
        **wanted,
        **documents,
        **{f"{name}_version": 1 for name, value in documents.items() if value is not None},
    )
    if password is not None:
        # After the profile is set: the policy may forbid passwords that contain the user's own name or email.
        check_strength(password, user)
    user.password = make_hash(password)
    user.updated_at = user.created_at
    # Hashing is done by now: it takes a tenth of a second, during which SQLite's one write lock would be
    # held.
    with transaction.atomic(), allow_account_writes():
        with report_duplicates():
            user.save(force_insert=True)
        # Ids generated here are random and never come back; only ids chosen by the caller can repeat.
        if bare_id:
            _start_after_earlier_users(user)
        _record(user, actor.signed_up_as(user) if actor.is_visitor else actor, reason)
        on_created(user)
    return user


def _check_fields(
    actor: Actor, profile: Mapping[str, Any], author: Actor, **documents: Document | None
) -> None:
    """Raises Denied where a visitor, or a staff member who may create users, may not set these fields of one.
    The scope of a client to create users includes all fields, as at Auth0."""
    if actor.is_visitor:
        if refused := profile.keys() - SIGN_UP_FIELDS:
            raise Denied(gettext("A user who signs up may not set %(field)s.") % {"field": min(refused)})
        if documents["app_metadata"]:
            check(author, Verb.CHANGE_APP_METADATA)
    if actor.kind != Kind.STAFF:
        return
    fields = {FIELD_VERBS[name] for name in profile if name not in FIRST_FIELDS and name in FIELD_VERBS}
    for verb in {*fields, *(DOCUMENT_VERBS[name] for name, value in documents.items() if value)}:
        check(actor, verb)


def _initial_documents(actor: Actor, **given: Document | None) -> dict[str, Document | None]:
    documents: dict[str, Document | None] = dict.fromkeys(given)
    for name, value in given.items():
        if value is not None:
            documents[name] = initial_document(name, validate(name, value, conf.limits))
            check_by_schema(actor, name, None, documents[name])
    return documents


def _start_after_earlier_users(user: User) -> None:
    """Start later than all earlier users with this id, at a random version, so that no write meant for one
    of them (`If-Match`) reaches this user.

    Runs after the insert: before it, the deletion of an earlier user may still be under way, and its last
    change unseen.
    """
    last = last_changed_at(user.user_id)
    if last is None:
        return
    user.created_at = user.updated_at = max(user.created_at, last + timedelta(microseconds=1))
    user.version = secrets.randbelow(MAX_FIRST_VERSION - MIN_FIRST_VERSION) + MIN_FIRST_VERSION
    user.save_columns(["created_at", "updated_at", "version"])


def _record(user: User, actor: Actor, reason: str) -> None:
    """Record all initial values, so that the history of each field starts at creation."""
    given = {name: getattr(user, name) for name in (*WRITABLE, *DOCUMENTS) if getattr(user, name) is not None}
    if user.is_superuser:
        given["is_superuser"] = True
    record_change(
        user, Change.What.CREATED, diff(None, given), actor=actor, at=user.created_at, reason=reason
    )
