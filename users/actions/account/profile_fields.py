"""Set root fields: what a connection allows, and what follows from setting them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from users.actions.account.draft import Draft
from users.actions.errors import NotSupported
from users.metadata.diff import diff
from users.metadata.identifiers import lower_case
from users.models import Change, Connection, User
from users.representation.fields import DESCRIPTIVE_FIELDS, FIELD_VERBS, FIELDS, SIGN_IN_FIELDS
from users.representation.usernames import check_username
from users.representation.validation import FieldError, check_profile
from users.rights.may import check

PASSWORDLESS_STRATEGIES = ("email", "sms")
# Source: Auth0's published OpenAPI document, PATCH /users/{id}, status 400.
SYNCED_MESSAGE = (
    "The following user attributes cannot be updated: {}. The connection must either be a database"
    " connection (using the Auth0 store), a passwordless connection (email or sms) or has disabled"
    " 'Sync user profile attributes at each login'."
)
# Source: the answer that auth0-java has in its tests.
NO_USERNAME = "missing username for {} connection with requires_username enabled"
NO_LOGIN = "The user needs an email to sign in, or a username where the connection requires one"
VERIFIED_FLAGS = {"email_verified": "email", "phone_verified": "phone_number"}


def set_profile(draft: Draft, fields: Mapping[str, Any]) -> None:
    """Set root fields, null to clear. Raises Denied, FieldError or NotSupported.

    A new email or phone number becomes unverified unless the request says otherwise; blocking ends every
    session and refuses the tokens issued so far.
    """
    for verb in {FIELD_VERBS[name] for name in fields if name in FIELD_VERBS}:
        check(draft.actor, verb, draft.primary)
    check_profile(fields)
    check_connection(draft.user.connection, fields.keys())
    wanted = add_implied_fields(
        draft.user.email, draft.user.phone_number, normalize_fields(fields, draft.user.connection)
    )
    before = {name: getattr(draft.user, name) for name in wanted}
    # Only what differs is written and recorded: clients send whole profiles back.
    changes = diff(before, wanted)
    if not changes:
        return
    after = {**_sign_in_values(draft.user), **wanted}
    check_dependent_fields(after, changes.keys(), draft.user.connection)
    if {"email", "username"} & changes.keys():
        check_login(after, draft.user.connection)
    draft.set(**{name: wanted[name] for name in changes})
    if changes.get("blocked", {}).get("after"):
        draft.end_access()
    draft.note(Change.What.PROFILE, changes)


def check_dependent_fields(
    profile: Mapping[str, Any], given: Collection[str], connection: Connection
) -> None:
    """Validate fields that depend on each other. `profile` is the user after the write, `given` the names
    of the fields written. Raises NotSupported where a username is required, and FieldError for a verified
    flag without its field."""
    requires_username = connection.is_database and connection.options.get("requires_username")
    if requires_username and "username" in given and not profile.get("username"):
        raise NotSupported(NO_USERNAME.format(connection.name))
    for flag, field in VERIFIED_FLAGS.items():
        if {flag, field}.intersection(given) and profile.get(flag) and not profile.get(field):
            raise FieldError(flag, f"Without {field} there is nothing to verify; send {field} too")


def check_login(profile: Mapping[str, Any], connection: Connection) -> None:
    """Raises FieldError where a user of a database connection would have nothing to sign in with."""
    names_of_users = profile.get("username") and connection.options.get("requires_username")
    if connection.is_database and not profile.get("email") and not names_of_users:
        raise FieldError("email", NO_LOGIN)


def _sign_in_values(user: User) -> dict[str, Any]:
    return {name: getattr(user, name) for name in SIGN_IN_FIELDS}


def check_connection(connection: Connection, names: Iterable[str]) -> None:
    """Raises NotSupported where email or password belong to an identity provider, and where names or
    picture would be overwritten at the next sign-in.

    Source: Auth0's published OpenAPI document, PATCH /users/{id}, status 400.
    """
    given = {"email", "password"}.intersection(names)
    if given and not connection.is_database:
        raise NotSupported(f"Cannot update {min(given)} for non-database user.")
    if given and not connection.is_enabled:
        raise NotSupported("Cannot change email or password for users in a disabled connection.")
    synced = sorted(set(DESCRIPTIVE_FIELDS).intersection(names))
    if synced and is_synced(connection):
        raise NotSupported(SYNCED_MESSAGE.format(", ".join(synced)))


def is_synced(connection: Connection) -> bool:
    """Whether the identity provider overwrites names and picture at each sign-in.

    Source: Auth0 docs, "Configure Connection Sync with Auth0".
    """
    if connection.is_database or connection.strategy in PASSWORDLESS_STRATEGIES:
        return False
    written: str = connection.options.get("set_user_root_attributes", "on_each_login")
    return written == "on_each_login"


def normalize_fields(fields: Mapping[str, Any], connection: Connection) -> dict[str, Any]:
    """Return the fields in the form in which they are stored: as the registry says, and emails and user
    names of a database connection in lower case.

    Raises NotSupported for a username where the connection has none, and FieldError for one it does not
    accept.
    """
    if fields.get("username"):
        if not connection.options.get("requires_username"):
            raise NotSupported("Cannot set username for connection without requires_username.")
        check_username(fields["username"], connection.options)
    normalized = {
        name: normalize(value)
        for name, value in fields.items()
        if value and (normalize := FIELDS[name].normalize)
    }
    lowered = {
        name: lower_case(fields[name])
        for name in ("email", "username")
        if fields.get(name) and connection.is_database
    }
    return {**fields, **normalized, **lowered}


def add_implied_fields(email: str | None, phone_number: str | None, fields: dict[str, Any]) -> dict[str, Any]:
    """Add the fields that follow from a change: a new email or phone number loses its verification."""
    follows: dict[str, Any] = {}
    if "email" in fields and fields["email"] != email:
        follows["email_verified"] = False
    if "phone_number" in fields and fields["phone_number"] != phone_number and phone_number:
        follows["phone_verified"] = False
    return {**follows, **fields}
