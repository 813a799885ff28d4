"""Rules to start from: complete scripts, one file each, which administrators copy and change."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FOLDER = Path(__file__).parent
EMPTY = "empty"


@dataclass(frozen=True)
class Starter:
    """A script with its title and what it does in one sentence. `key` names its file."""

    key: str
    title: str | Promise
    about: str | Promise

    @property
    def script(self) -> str:
        """The JavaScript."""
        return _read(self.key)


@dataclass(frozen=True)
class Group:
    """Starters for one purpose."""

    title: str | Promise
    starters: tuple[Starter, ...]


GROUPS: tuple[Group, ...] = (
    Group(
        _("Tokens"),
        (
            Starter(
                "metadata_to_claims",
                _("Metadata to claims"),
                _("Puts the plan of app_metadata and the preferences of user_metadata into both tokens."),
            ),
            Starter(
                "roles_to_claims",
                _("Roles to claims"),
                _("Puts the names of the user's roles into both tokens."),
            ),
            Starter(
                "roles_by_domain",
                _("Roles by email domain"),
                _("Stores roles in app_metadata by the domain of a verified email, and adds them to tokens."),
            ),
            Starter(
                "country_to_claims",
                _("Country to claims"),
                _("Puts the country and the time zone of the IP address into the ID token."),
            ),
            Starter(
                "limit_scopes",
                _("Scopes by role"),
                _("Removes scopes from the access token that are for users with a role."),
            ),
        ),
    ),
    Group(
        _("Access"),
        (
            Starter(
                "require_verified_email",
                _("Require a verified email"),
                _("Denies users who have not verified their email."),
            ),
            Starter(
                "allow_email_domains",
                _("Allow email domains"),
                _("Admits only users with a verified email of your domains."),
            ),
            Starter(
                "deny_disabled_users",
                _("Deny disabled users"),
                _("Denies users whom staff have disabled in app_metadata, for all applications or some."),
            ),
            Starter(
                "require_role",
                _("Require a role"),
                _("Denies users who have none of the roles in the metadata of the application."),
            ),
            Starter(
                "allow_networks",
                _("Allow IP networks"),
                _("Denies sign-ins from outside a list of networks, IPv4 and IPv6."),
            ),
            Starter(
                "working_hours",
                _("Working hours"),
                _("Denies sign-ins at night and on weekends of a time zone."),
            ),
            Starter(
                "limit_trial_logins",
                _("Limit trial sign-ins"),
                _("Denies users of the trial plan after a number of sign-ins."),
            ),
        ),
    ),
    Group(
        _("Second factor"),
        (
            Starter(
                "mfa_once_per_session",
                _("MFA once per session"),
                _("Asks for a second factor at the first sign-in of a session."),
            ),
            Starter(
                "mfa_in_new_country",
                _("MFA in a new country"),
                _("Asks for a second factor where the user signs in from a country for the first time."),
            ),
        ),
    ),
    Group(
        _("Profile and consent"),
        (
            Starter(
                "sign_up_defaults",
                _("Sign-up defaults"),
                _("Stores default preferences and a plan at the first sign-in of a user."),
            ),
            Starter(
                "progressive_profiling",
                _("Progressive profiling"),
                _("Redirects users to a page of yours for a missing answer, from the third sign-in on."),
            ),
            Starter(
                "ask_for_consent",
                _("Ask for consent"),
                _("Redirects users to a page of yours until they have accepted the current terms."),
            ),
            Starter(
                "remember_last_login",
                _("Remember the last sign-in"),
                _("Stores time, IP address and application of the last sign-in in app_metadata."),
            ),
        ),
    ),
    Group(
        _("Other services"),
        (
            Starter(
                "read_own_api",
                _("Read from your API"),
                _("Reads the customer of the user from an API of yours, and puts the ID into the ID token."),
            ),
            Starter(
                "notify_first_login",
                _("Notify at the first sign-in"),
                _("Posts a message to a webhook, such as one of Slack, at the first sign-in of a user."),
            ),
        ),
    ),
)
STARTERS = {starter.key: starter for group in GROUPS for starter in group.starters}


def starter_script(key: str) -> str:
    """The script of a starter; that of the empty rule for any other key."""
    return _read(key if key in STARTERS else EMPTY)


@cache
def _read(key: str) -> str:
    return (FOLDER / f"{key}.js").read_text()
