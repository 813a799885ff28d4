"""The table of rights: what each action requires of staff, of API clients and of the owner."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cache

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from users.conf import conf
from users.models import User
from users.rights.actor import Actor, Kind
from users.rights.errors import Denied
from users.rights.protected_accounts import check_rights_over, check_unprotected
from users.rights.recent_sign_in import check_recent_sign_in

# Raises Protected for a user whom the actor may not change because of the user's staff rights.
Guard = Callable[[Actor, User], None]


@dataclass(frozen=True)
class Rule:
    """What an action requires.

    `permission`: of staff, without `users.`; empty if no permission grants it. `scopes`: of clients, any
    one of them. `owner`: whether users may do it to themselves on the own page. `own`: the scopes with
    which a user's own token may, any one of them. `guarded`: users with staff rights are for
    administrators only. `others`: staff may not do it to themselves, so that they cannot lock themselves
    out. `fresh`: a user's own token must be of a recent sign-in. `visitor`: whether someone without an
    account may. `scripted`: whether a rule may, to the user who signs in, and where a setting allows it to
    others.
    """

    doing: str
    permission: str
    scopes: frozenset[str]
    owner: bool = False
    own: frozenset[str] = frozenset()
    guarded: bool = False
    others: bool = False
    fresh: bool = False
    visitor: bool = False
    scripted: bool = False


READ_OWN = frozenset({"read:current_user", "read:current_user_metadata"})
CHANGE_OWN = frozenset(
    {"create:current_user_metadata", "update:current_user_metadata", "delete:current_user_metadata"}
)


def _configuration(doing: str, *scopes: str) -> Rule:
    """Configuration is for administrators among staff, and for clients with one of the scopes, which
    are those of Auth0's endpoints."""
    return Rule(doing, "administer", frozenset(scopes))


class Verb(Enum):
    """Every action on a user, on what users are found by, or on the configuration."""

    VIEW = Rule(
        _("see users"), "view_user", frozenset({"read:users"}), owner=True, own=READ_OWN, scripted=True
    )
    VIEW_APP_METADATA = Rule(
        _("see app_metadata"), "view_app_metadata", frozenset({"read:users"}), scripted=True
    )
    VIEW_CHANGES = Rule(_("view the activity of all users"), "view_changes", frozenset())
    CREATE = Rule(_("create users"), "create_user", frozenset({"create:users"}))
    IMPORT_CREDENTIALS = Rule(
        _("import credentials, verified flags and blocks"), "administer", frozenset({"create:users"})
    )
    UNDO_IMPORT = Rule(_("undo imports"), "administer", frozenset())
    SIGN_UP = Rule(_("sign up"), "", frozenset(), visitor=True)
    CHANGE_PROFILE = Rule(_("change profiles"), "change_profile", frozenset({"update:users"}))
    CHANGE_SIGN_IN = Rule(
        _("change how an account signs in"), "change_profile", frozenset({"update:users"}), guarded=True
    )
    CHANGE_PASSWORD = Rule(
        _("set passwords"), "administer", frozenset({"update:users"}), owner=True, guarded=True
    )
    SEND_RESET = Rule(_("send password resets"), "send_links", frozenset({"update:users"}), guarded=True)
    CHANGE_USER_METADATA = Rule(
        _("change user_metadata"),
        "change_user_metadata",
        frozenset({"update:users"}),
        owner=True,
        own=CHANGE_OWN,
        scripted=True,
    )
    CHANGE_APP_METADATA = Rule(
        _("change app_metadata"),
        "change_app_metadata",
        frozenset({"update:users", "update:users_app_metadata"}),
        scripted=True,
    )
    BLOCK = Rule(_("block users"), "block_user", frozenset({"update:users"}), guarded=True, others=True)
    DELETE = Rule(
        _("delete users"),
        "delete_user",
        frozenset({"delete:users"}),
        own=frozenset({"delete:current_user"}),
        guarded=True,
        others=True,
    )
    CHANGE_IDENTITIES = Rule(
        _("link and unlink identities"),
        "change_profile",
        frozenset({"update:users"}),
        own=frozenset({"update:current_user_identities"}),
        guarded=True,
    )
    REMOVE_MULTIFACTOR = Rule(
        _("remove second factors"),
        "change_profile",
        frozenset({"update:users", "delete:guardian_enrollments", "delete:authentication_methods"}),
        owner=True,
        own=frozenset({"delete:current_user_metadata"}),
        guarded=True,
        # They do so on the own page, which asks for the password again.
        others=True,
        fresh=True,
    )
    RENEW_RECOVERY_CODE = Rule(_("create recovery codes"), "", frozenset({"update:users"}), guarded=True)
    CHANGE_ROLES = Rule(
        _("change roles and permissions"),
        "administer",
        frozenset({"update:users", "update:roles", "create:role_members", "delete:role_members"}),
    )
    MAKE_TICKET = Rule(_("create tickets"), "", frozenset({"create:user_tickets"}), guarded=True)
    SEND_VERIFICATION = Rule(
        _("send verification emails"), "send_links", frozenset({"create:users", "update:users"}), owner=True
    )
    CLEAR_LOCKOUT = Rule(
        _("clear lockouts after failed sign-ins"), "unlock_user", frozenset({"update:users"}), guarded=True
    )
    END_SESSIONS = Rule(
        _("end sessions"), "block_user", frozenset({"delete:sessions"}), owner=True, guarded=True
    )
    REVOKE_TOKENS = Rule(
        _("revoke refresh tokens"),
        "block_user",
        frozenset({"delete:refresh_tokens"}),
        owner=True,
        guarded=True,
    )
    REVOKE_CONSENTS = Rule(
        _("revoke the access of applications"),
        "block_user",
        frozenset({"delete:grants"}),
        owner=True,
        guarded=True,
    )
    CHANGE_SESSION_METADATA = Rule(
        _("change the metadata of sessions and refresh tokens"),
        "",
        frozenset({"update:sessions", "update:refresh_tokens"}),
        guarded=True,
    )
    # No client has notes: they are between members of staff.
    VIEW_NOTES = Rule(_("see notes about users"), "view_user", frozenset())
    WRITE_NOTES = Rule(_("write notes about users"), "write_notes", frozenset())
    EXPORT = Rule(_("export users"), "export_users", frozenset({"read:users"}))
    SHARE_SEGMENT = Rule(_("share saved searches"), "share_segment", frozenset())
    INDEX_KEYS = Rule(_("index metadata keys"), "administer", frozenset({"update:metadata_keys"}))
    SURVEY = Rule(_("survey metadata"), "view_app_metadata", frozenset())
    GRANT_STAFF_RIGHTS = Rule(_("grant staff rights"), "administer", frozenset(), others=True)

    CREATE_CLIENT = _configuration(_("create clients"), "create:clients")
    UPDATE_CLIENT = _configuration(_("change clients"), "update:clients")
    DELETE_CLIENT = _configuration(_("delete clients"), "delete:clients")
    ROTATE_CLIENT_SECRET = _configuration(_("rotate client secrets"), "update:client_keys")
    CREATE_CLIENT_GRANT = _configuration(_("create client grants"), "create:client_grants")
    UPDATE_CLIENT_GRANT = _configuration(_("change client grants"), "update:client_grants")
    DELETE_CLIENT_GRANT = _configuration(_("delete client grants"), "delete:client_grants")
    CREATE_RESOURCE_SERVER = _configuration(_("create APIs"), "create:resource_servers")
    UPDATE_RESOURCE_SERVER = _configuration(_("change APIs"), "update:resource_servers")
    DELETE_RESOURCE_SERVER = _configuration(_("delete APIs"), "delete:resource_servers")
    CREATE_ROLE = _configuration(_("create roles"), "create:roles")
    UPDATE_ROLE = _configuration(_("change roles"), "update:roles")
    DELETE_ROLE = _configuration(_("delete roles"), "delete:roles")
    CREATE_CONNECTION = _configuration(_("create connections"), "create:connections")
    UPDATE_CONNECTION = _configuration(_("change connections"), "update:connections")
    DELETE_CONNECTION = _configuration(_("delete connections"), "delete:connections")
    CREATE_RULE = _configuration(_("create rules"), "create:rules")
    UPDATE_RULE = _configuration(_("change rules"), "update:rules")
    DELETE_RULE = _configuration(_("delete rules"), "delete:rules")
    UPDATE_RULE_CONFIG = _configuration(_("change the settings of rules"), "update:rules_configs")
    DELETE_RULE_CONFIG = _configuration(_("delete settings of rules"), "delete:rules_configs")
    # None of these has an endpoint of the Management API, and so no scope.
    TRY_RULES = _configuration(_("try rules"))
    ADMINISTER_WEBHOOKS = _configuration(_("administer webhooks"))
    ROTATE_SIGNING_KEYS = _configuration(_("rotate signing keys"))
    REENCRYPT_SECRETS = _configuration(_("re-encrypt stored secrets"))


def may(actor: Actor, verb: Verb, user: User | None = None) -> bool:
    """Whether `actor` may do `verb`, to `user` if given."""
    return not denial_reason(actor, verb, user)


def denial_reason(
    actor: Actor, verb: Verb, user: User | None = None, *, guard: Guard = check_unprotected
) -> str:
    """Why `actor` may not do `verb`, as a sentence; empty where they may."""
    try:
        check(actor, verb, user, guard=guard)
    except Denied as denied:
        return denied.reason
    return ""


def denial_reasons(actor: Actor, verbs: Iterable[Verb], user: User, *, is_protected: bool) -> dict[Verb, str]:
    """Return `denial_reason` of each verb. `is_protected` says whether `user` has staff rights, so that
    they are read once for all."""

    @cache
    def protection() -> Denied | None:
        try:
            if is_protected:
                check_rights_over(actor, user)
        except Denied as denied:
            return denied
        return None

    def guard(actor: Actor, user: User) -> None:
        if denied := protection():
            raise denied

    return {verb: denial_reason(actor, verb, user, guard=guard) for verb in verbs}


def check(actor: Actor, verb: Verb, user: User | None = None, *, guard: Guard = check_unprotected) -> None:
    """Raises Denied, or Protected, unless `actor` may do `verb`, to `user` if given. `guard` refuses to
    change a user with staff rights."""
    rule: Rule = verb.value
    # The right first: whether a user is protected is disclosed only to actors who have the right at all.
    if not _has_right(actor, rule, user):
        raise Denied(gettext("You may not %(do)s.") % {"do": gettext(rule.doing)})
    if rule.others and user is not None and actor.kind == Kind.STAFF and actor.user == user:
        raise Denied(
            gettext("You may not %(do)s when the user is you; ask a colleague.") % {"do": gettext(rule.doing)}
        )
    if rule.fresh:
        check_recent_sign_in(actor, rule.doing)
    # On the own page staff are ordinary users; with a token their staff rights could be attacked through a
    # client.
    at_home = user is not None and actor.is_self(user) and not actor.has_token
    if rule.guarded and user is not None and not at_home:
        guard(actor, user)


def _has_right(actor: Actor, rule: Rule, user: User | None) -> bool:
    if actor.kind == Kind.COMMAND:
        return True
    if actor.kind == Kind.CLIENT:
        return bool(rule.scopes & actor.scopes)
    if actor.kind == Kind.STAFF:
        return bool(rule.permission) and actor.has_permission(rule.permission)
    if actor.kind == Kind.RULE:
        is_allowed = conf.rules_update_other_users or (user is not None and user == actor.user)
        return rule.scripted and is_allowed
    if actor.is_visitor:
        return rule.visitor
    if user is None or not actor.is_self(user):
        return False
    return bool(rule.own & actor.scopes) if actor.has_token else rule.owner
