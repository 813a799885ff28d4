"""Set a user's password, and check it against the policy of the connection."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator, validate_password
from django.core.exceptions import ValidationError

from users.actions.account.draft import Draft
from users.actions.account.profile_fields import check_connection
from users.actions.errors import CommonPassword, PersonalPassword, WeakPassword
from users.metadata.messages import Message
from users.models import Change, User
from users.models.passwords import make_hash
from users.passwords.forbidden import contains_any, is_listed
from users.passwords.policy import Policy, describe_rule, get_policy
from users.passwords.text import find_faults, normalize
from users.rights.may import Verb, check

# The keys of `user_metadata` that hold the user's name, by Auth0's convention.
NAMES_IN_METADATA = ("name", "first", "last")


def set_password(draft: Draft, password: str) -> None:
    """Set the password, end all sessions and refuse the tokens issued so far; the page that sets a
    password signs its own session in again. Raises Denied, NotSupported or WeakPassword."""
    # The primary's rights: a linked account's password opens the primary.
    check(draft.actor, Verb.CHANGE_PASSWORD, draft.primary)
    check_connection(draft.user.connection, ("password",))
    check_strength(password, draft.user)
    draft.set(password=make_hash(password), last_password_reset=draft.at)
    draft.end_access()
    # No keys: neither a password nor its hash may reach the record.
    draft.note(Change.What.PASSWORD, {})


def check_strength(password: str, user: User) -> None:
    """Validate the normalized password by the options of the user's connection; where they name no
    policy, by Django's validators. Raises WeakPassword, CommonPassword or PersonalPassword, each
    with every reason.
    """
    password = normalize(password)
    unfit = find_faults(password)
    if unfit:  # before checks whose time grows with the length (denial of service)
        raise WeakPassword(unfit)
    options = user.connection.options
    policy = get_policy(options)
    reasons = {
        WeakPassword: _strength_messages(password, user, policy),
        CommonPassword: _dictionary_messages(password, options),
        PersonalPassword: _personal_info_messages(password, options, user),
    }
    # All reasons at once, so that the user does not fix one to be refused for the next.
    messages = [message for found in reasons.values() for message in found]
    for kind, found in reasons.items():
        if found:
            raise kind(messages, policy.explain(password) if policy else [])


def _strength_messages(password: str, user: User, policy: Policy | None) -> list[str]:
    if policy:
        return [describe_rule(rule) for rule in policy.explain(password) if not rule["verified"]]
    try:
        validate_password(password, user)
    except ValidationError as error:
        return error.messages
    return []


def _dictionary_messages(password: str, options: Mapping[str, Any]) -> list[str]:
    dictionary = options.get("password_dictionary", {})
    if not dictionary.get("enable"):
        return []
    is_common = password.lower() in _common_passwords() or is_listed(
        password, dictionary.get("dictionary", ())
    )
    return [Message("Password is too common.")] if is_common else []


def _personal_info_messages(password: str, options: Mapping[str, Any], user: User) -> list[str]:
    if not options.get("password_no_personal_info", {}).get("enable"):
        return []
    local_part = (user.email or "").partition("@")[0]
    given = [(user.user_metadata or {}).get(key) for key in NAMES_IN_METADATA]
    is_personal = contains_any(password, [user.name, user.username, user.nickname, local_part, *given])
    return [Message("Password contains user information.")] if is_personal else []


@cache
def _common_passwords() -> frozenset[str]:
    """Django's list of 20,000 common passwords, in lower case, read once per process."""
    return frozenset(CommonPasswordValidator().passwords)
