"""The user: a profile, two documents, and what signing in needs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.signals import m2m_changed
from django.utils import timezone

from users.metadata.fold import fold
from users.metadata.identifiers import email_key, lower_case
from users.metadata.text import bad_characters
from users.metadata.words import stored_words
from users.models.connection import Connection
from users.models.fast_writes import fast_update
from users.models.fields import CodePointField, MetadataField
from users.models.ids import new_user_id
from users.models.passwords import verify
from users.models.write_guard import check_account_writes

# Fields stored twice, the second time in a normalized form for case-insensitive look-ups. Emails and user
# names have functions of their own: folding, as for names, would make different sign-in names equal.
FOLD_FUNCTIONS: dict[str, Callable[[str], str]] = {
    "email": email_key,
    "username": lower_case,
    **dict.fromkeys(("name", "nickname", "given_name", "middle_name", "family_name"), fold),
}

# The fields that the dashboard's search box searches.
NAMED_BY = frozenset({*FOLD_FUNCTIONS, "phone_number"})

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class UserQuerySet(models.QuerySet["User"]):
    """Queries for users. Bulk writes are refused: they would leave no record."""

    def by_email(self, email: str) -> Self:
        """Users with this email, case-insensitive and in either form of its domain (Unicode or Punycode):
        at most one per connection."""
        # NUL and surrogates match no user, and PostgreSQL raises an error for them.
        if bad_characters(email):
            return self.none()
        return self.filter(email_folded=email_key(email)).order_by("pk")

    def by_login(self, login: str) -> Self:
        """Users with this email or username, case-insensitive."""
        if bad_characters(login):
            return self.none()
        matches = Q(email_folded=email_key(login)) | Q(username_folded=lower_case(login))
        return self.filter(matches).order_by("pk")

    def by_identifier(self, identifier: str) -> Self:
        """Users with this email, username or phone number."""
        if bad_characters(identifier):
            return self.none()
        return (self.by_login(identifier) | self.filter(phone_number=identifier)).order_by("pk")

    def in_own_database(self) -> Self:
        """Users whose password is stored here, in an enabled connection."""
        return self.filter(connection__strategy="auth0", connection__is_enabled=True)

    def with_connection(self) -> Self:
        """Join the connection, which the profile names (prevents N+1 queries)."""
        return self.select_related("connection")

    def without_documents(self) -> Self:
        """For lists: defer the two documents, which may be large and are not shown."""
        return self.defer("user_metadata", "app_metadata")

    def update(self, **values: Any) -> int:
        check_account_writes()
        return super().update(**values)

    def delete(self) -> tuple[int, dict[str, int]]:
        check_account_writes()
        return super().delete()

    def bulk_create(self, *args: Any, **options: Any) -> list[User]:
        check_account_writes()
        return super().bulk_create(*args, **options)

    def bulk_update(self, *args: Any, **options: Any) -> int:
        check_account_writes()
        return super().bulk_update(*args, **options)


_Manager = models.Manager.from_queryset(UserQuerySet)


class UserManager(_Manager["User"], BaseUserManager["User"]):
    """All rows, linked accounts included. A named class, because migrations must be able to import it."""


class PrimaryManager(UserManager):
    """Without accounts linked to another: they are no users of their own."""

    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db).filter(linked_to=None)


class User(AbstractBaseUser, PermissionsMixin):
    """One user. Fields have Auth0's names; null means that the profile lacks the field."""

    user_id = CodePointField(max_length=255, unique=True, default=new_user_id)
    connection = models.ForeignKey(Connection, models.PROTECT, related_name="users")

    email = models.CharField(max_length=254, null=True, blank=True)
    email_folded = CodePointField(max_length=254, null=True, editable=False)
    email_verified = models.BooleanField(default=False)
    username = models.CharField(max_length=128, null=True, blank=True)
    username_folded = CodePointField(max_length=300, null=True, editable=False)
    phone_number = models.CharField(max_length=16, null=True, blank=True)
    phone_verified = models.BooleanField(null=True)
    name = models.CharField(max_length=300, null=True, blank=True)
    name_folded = CodePointField(max_length=900, null=True, editable=False)
    nickname = models.CharField(max_length=300, null=True, blank=True)
    nickname_folded = CodePointField(max_length=900, null=True, editable=False)
    given_name = models.CharField(max_length=150, null=True, blank=True)
    given_name_folded = CodePointField(max_length=450, null=True, editable=False)
    middle_name = models.CharField(max_length=150, null=True, blank=True)
    middle_name_folded = CodePointField(max_length=450, null=True, editable=False)
    family_name = models.CharField(max_length=150, null=True, blank=True)
    family_name_folded = CodePointField(max_length=450, null=True, editable=False)
    # The words of all these for the search box, with an index of their own (see word_index). Null in rows
    # written by a previous release, until they are written again.
    words = models.TextField(null=True, editable=False)
    locale = CodePointField(max_length=35, null=True, blank=True)
    zoneinfo = CodePointField(max_length=64, null=True, blank=True)
    picture = models.CharField(max_length=2048, null=True, blank=True)

    user_metadata = MetadataField()
    app_metadata = MetadataField()

    # A linked account is a row that points to its primary: it keeps email and password for signing in, and
    # appears nowhere else. The primary carries the `identities` of its linked accounts, so that reading a
    # profile stays one query. `linked` uses `objects` by default, which excludes them: use
    # `linked(manager="accounts")`.
    linked_to = models.ForeignKey("self", models.CASCADE, null=True, related_name="linked", db_index=False)
    linked_identities = models.JSONField(null=True)
    # Auth0's names of the enrolled factors, null until the first. allauth's table decides at sign-in.
    multifactor = models.JSONField(null=True)
    multifactor_last_modified = models.DateTimeField(null=True)

    # Optimistic locks: the first two count the changes of their document, `version` those of the row, and is
    # the ETag. A sign-in raises none of them, or every sign-in would conflict with open editors.
    user_metadata_version = models.PositiveIntegerField(default=0)
    app_metadata_version = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)

    # Null until it is first set; the profile lacks the field until then.
    blocked = models.BooleanField(null=True)
    # Part of every session's hash: raising it ends all sessions without knowing them.
    session_epoch = models.PositiveIntegerField(default=0)
    # Tokens issued before are refused. Null while it has never been set: then `created_at` counts.
    tokens_valid_from = models.DateTimeField(null=True)
    logins_count = models.PositiveIntegerField(default=0)
    last_login = models.DateTimeField(null=True, blank=True)
    last_ip = models.GenericIPAddressField(null=True, blank=True)
    last_password_reset = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    # Users as the API shows them; and every row, linked accounts included.
    objects = PrimaryManager()
    accounts = UserManager()

    USERNAME_FIELD = "user_id"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email"]

    class Meta:
        # Django's own base manager would bypass the write guard, and `objects` would not find linked
        # accounts.
        base_manager_name = "accounts"
        default_manager_name = "objects"
        default_permissions = ()
        permissions = [
            ("view_user", "Can see users and their user_metadata"),
            ("change_profile", "Can change profiles, mark emails as verified and remove second factors"),
            ("send_links", "Can send password resets and verification emails"),
            ("change_user_metadata", "Can change user_metadata"),
            ("view_app_metadata", "Can see app_metadata"),
            ("change_app_metadata", "Can change app_metadata"),
            ("block_user", "Can block and unblock users"),
            ("unlock_user", "Can clear lockouts after failed sign-ins"),
            ("create_user", "Can create users"),
            ("export_users", "Can export users to a file"),
            ("delete_user", "Can delete users"),
            ("view_changes", "Can view the activity of all users"),
            ("administer", "Can grant staff rights and change staff accounts"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["connection", "email_folded"], name="user_email_once"),
            models.UniqueConstraint(fields=["connection", "username_folded"], name="user_username_once"),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="user_newest"),
            # The descending index, nulls last, is created by a migration: its SQL differs between the
            # databases.
            models.Index(fields=["last_login", "id"], name="user_last_login"),
            models.Index(fields=["-logins_count", "-id"], name="user_logins_count"),
            models.Index(fields=["connection", "-created_at", "-id"], name="user_connection_newest"),
            # Partial: with a full index SQLite would use it for `linked_to IS NULL`, which is nearly every
            # row.
            models.Index(fields=["linked_to"], name="user_linked", condition=Q(linked_to__isnull=False)),
            models.Index(fields=["email_folded"], name="user_email"),
            models.Index(fields=["username_folded"], name="user_username"),
            models.Index(fields=["phone_number"], name="user_phone", condition=Q(phone_number__isnull=False)),
            models.Index(fields=["locale"], name="user_locale", condition=Q(locale__isnull=False)),
            models.Index(fields=["zoneinfo"], name="user_zoneinfo", condition=Q(zoneinfo__isnull=False)),
            models.Index(fields=["name_folded"], name="user_name"),
            models.Index(fields=["nickname_folded"], name="user_nickname"),
            models.Index(fields=["given_name_folded"], name="user_given_name"),
            # Partial, as few have one: after ANALYZE, SQLite would scan all users rather than look up a
            # column that is null in most rows.
            models.Index(
                fields=["middle_name_folded"],
                name="user_middle_name",
                condition=Q(middle_name_folded__isnull=False),
            ),
            models.Index(fields=["family_name_folded"], name="user_family_name"),
            models.Index(fields=["-created_at", "-id"], name="user_blocked", condition=Q(blocked=True)),
            models.Index(
                fields=["-created_at", "-id"], name="user_unverified", condition=Q(email_verified=False)
            ),
            models.Index(
                fields=["-created_at", "-id"], name="user_never_seen", condition=Q(last_login__isnull=True)
            ),
            models.Index(fields=["id"], name="user_superuser", condition=Q(is_superuser=True)),
        ]

    def __str__(self) -> str:
        return self.email or self.name or self.username or self.phone_number or self.user_id

    def save(self, **options: Any) -> None:
        check_account_writes()
        self.set_search_columns(FOLD_FUNCTIONS)
        super().save(**options)

    def save_columns(self, names: Collection[str]) -> None:
        """Save these fields, and the search columns derived from them."""
        check_account_writes()
        fast_update(self, sorted({*names, *self.set_search_columns(NAMED_BY & set(names))}))

    def set_search_columns(self, names: Collection[str]) -> list[str]:
        """Set the columns derived from these fields: their normalized forms, and the words if any of the
        fields has words. Returns the names of the columns set."""
        folded = [name for name in names if name in FOLD_FUNCTIONS]
        for name in folded:
            value = getattr(self, name)
            setattr(self, f"{name}_folded", None if value is None else FOLD_FUNCTIONS[name](value))
        if not names:
            return []
        # `email_folded` has the domain in Unicode, so that both forms are found.
        texts = [getattr(self, name) for name in (*FOLD_FUNCTIONS, "email_folded")]
        self.words = stored_words(texts, self.phone_number)
        return [*(f"{name}_folded" for name in folded), "words"]

    def delete(self, using: str | None = None, keep_parents: bool = False) -> tuple[int, dict[str, int]]:
        check_account_writes()
        return super().delete(using, keep_parents)

    def check_password(self, raw_password: str | None) -> bool:
        """Unlike Django's, never saves: `rehash_password` renews an outdated hash at sign-in."""
        return raw_password is not None and verify(raw_password, self.password)[0]

    @property
    def is_active(self) -> bool:  # type: ignore[override]  # Django only reads it; here it is derived
        """Django's name for "may sign in"."""
        return not self.blocked

    @property
    def is_staff(self) -> bool:
        """Derived, never stored: may sign in, and has any right of this product. A stored flag could
        disagree with the groups."""
        return self.is_active and (self.is_superuser or self.has_module_perms("users"))

    @property
    def provider(self) -> str:
        """The part of `user_id` before the first pipe."""
        return self.user_id.partition("|")[0]

    @property
    def bare_id(self) -> str:
        """The part of `user_id` after the first pipe, as identities show it."""
        return self.user_id.partition("|")[2]

    @property
    def token_generation(self) -> int:
        """The claim that the user's tokens must carry: `tokens_valid_from` in UNIX microseconds.

        Compared for equality, since `iat` has whole seconds and cannot tell which of two moments in one
        second was first. No later user with the same `user_id` has the same value.
        """
        return ((self.tokens_valid_from or self.created_at) - _EPOCH) // timedelta(microseconds=1)

    def get_session_auth_hash(self) -> str:
        return self._with_epoch(super().get_session_auth_hash())

    def get_session_auth_fallback_hash(self) -> Any:
        return map(self._with_epoch, super().get_session_auth_fallback_hash())

    def _with_epoch(self, auth_hash: str) -> str:
        return hashlib.sha256(f"{auth_hash}:{self.session_epoch}".encode()).hexdigest()


def _guard_staff_rights(action: str, **_: Any) -> None:
    if action.startswith("pre_"):
        check_account_writes()


# Group membership decides who is staff, and Django writes it without calling `save`.
for through in (User.groups.through, User.user_permissions.through):
    m2m_changed.connect(_guard_staff_rights, sender=through, dispatch_uid=f"guard {through.__name__}")
