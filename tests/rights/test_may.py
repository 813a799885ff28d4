"""The table of rights: every verb, every kind of actor."""

from __future__ import annotations

import time

import pytest

from users.rights.actor import bearer_actor, command_actor, owner_actor, staff_actor, visitor_actor
from users.rights.errors import Denied, StaleSignIn
from users.rights.may import Verb, check, may
from users.tokens.scopes import CURRENT_USER_SCOPES, MACHINE_SCOPES

PERMISSIONS = {
    "view_user",
    "change_profile",
    "send_links",
    "change_user_metadata",
    "view_app_metadata",
    "change_app_metadata",
    "block_user",
    "unlock_user",
    "create_user",
    "export_users",
    "delete_user",
    "share_segment",
    "view_changes",
    "write_notes",
    "administer",
}
# What administrators may do, and clients with the scope.
CONFIGURATION = {
    "CREATE_CLIENT": "create:clients",
    "UPDATE_CLIENT": "update:clients",
    "DELETE_CLIENT": "delete:clients",
    "ROTATE_CLIENT_SECRET": "update:client_keys",
    "CREATE_CLIENT_GRANT": "create:client_grants",
    "UPDATE_CLIENT_GRANT": "update:client_grants",
    "DELETE_CLIENT_GRANT": "delete:client_grants",
    "CREATE_RESOURCE_SERVER": "create:resource_servers",
    "UPDATE_RESOURCE_SERVER": "update:resource_servers",
    "DELETE_RESOURCE_SERVER": "delete:resource_servers",
    "CREATE_ROLE": "create:roles",
    "UPDATE_ROLE": "update:roles",
    "DELETE_ROLE": "delete:roles",
    "CREATE_CONNECTION": "create:connections",
    "UPDATE_CONNECTION": "update:connections",
    "DELETE_CONNECTION": "delete:connections",
    "CREATE_RULE": "create:rules",
    "UPDATE_RULE": "update:rules",
    "DELETE_RULE": "delete:rules",
    "UPDATE_RULE_CONFIG": "update:rules_configs",
    "DELETE_RULE_CONFIG": "delete:rules_configs",
    "TRY_RULES": "",
    "ADMINISTER_WEBHOOKS": "",
    "ROTATE_SIGNING_KEYS": "",
    "REENCRYPT_SECRETS": "",
}
# Verb, the permission staff need, the scopes of which a client needs one, whether owners may.
TABLE = [
    (Verb.VIEW, "view_user", {"read:users"}, True),
    (Verb.VIEW_APP_METADATA, "view_app_metadata", {"read:users"}, False),
    (Verb.VIEW_CHANGES, "view_changes", set(), False),
    (Verb.CREATE, "create_user", {"create:users"}, False),
    (Verb.IMPORT_CREDENTIALS, "administer", {"create:users"}, False),
    (Verb.UNDO_IMPORT, "administer", set(), False),
    (Verb.SIGN_UP, None, set(), False),
    (Verb.CHANGE_PROFILE, "change_profile", {"update:users"}, False),
    (Verb.CHANGE_SIGN_IN, "change_profile", {"update:users"}, False),
    (Verb.CHANGE_PASSWORD, "administer", {"update:users"}, True),
    (Verb.SEND_RESET, "send_links", {"update:users"}, False),
    (Verb.CHANGE_USER_METADATA, "change_user_metadata", {"update:users"}, True),
    (Verb.CHANGE_APP_METADATA, "change_app_metadata", {"update:users", "update:users_app_metadata"}, False),
    (Verb.BLOCK, "block_user", {"update:users"}, False),
    (Verb.DELETE, "delete_user", {"delete:users"}, False),
    (Verb.CHANGE_IDENTITIES, "change_profile", {"update:users"}, False),
    (
        Verb.REMOVE_MULTIFACTOR,
        "change_profile",
        {"update:users", "delete:guardian_enrollments", "delete:authentication_methods"},
        True,
    ),
    (Verb.RENEW_RECOVERY_CODE, None, {"update:users"}, False),
    (
        Verb.CHANGE_ROLES,
        "administer",
        {"update:users", "update:roles", "create:role_members", "delete:role_members"},
        False,
    ),
    (Verb.MAKE_TICKET, None, {"create:user_tickets"}, False),
    (Verb.SEND_VERIFICATION, "send_links", {"create:users", "update:users"}, True),
    (Verb.CLEAR_LOCKOUT, "unlock_user", {"update:users"}, False),
    (Verb.END_SESSIONS, "block_user", {"delete:sessions"}, True),
    (Verb.REVOKE_TOKENS, "block_user", {"delete:refresh_tokens"}, True),
    (Verb.REVOKE_CONSENTS, "block_user", {"delete:grants"}, True),
    (Verb.CHANGE_SESSION_METADATA, None, {"update:sessions", "update:refresh_tokens"}, False),
    (Verb.VIEW_NOTES, "view_user", set(), False),
    (Verb.WRITE_NOTES, "write_notes", set(), False),
    (Verb.EXPORT, "export_users", {"read:users"}, False),
    (Verb.SHARE_SEGMENT, "share_segment", set(), False),
    (Verb.INDEX_KEYS, "administer", {"update:metadata_keys"}, False),
    (Verb.SURVEY, "view_app_metadata", set(), False),
    (Verb.GRANT_STAFF_RIGHTS, "administer", set(), False),
    *(
        (Verb[name], "administer", {scope} if scope else set(), False)
        for name, scope in CONFIGURATION.items()
    ),
]
rules = pytest.mark.parametrize(
    ("verb", "permission", "scopes", "owners"), TABLE, ids=[row[0].name for row in TABLE]
)


def test_the_table_names_every_verb():
    assert [row[0] for row in TABLE] == list(Verb)


@rules
def test_staff_may_with_exactly_the_permission(staff_with, stranger, verb, permission, scopes, owners):
    if permission is None:
        assert not may(staff_with(*PERMISSIONS), verb, stranger)
    else:
        assert may(staff_with(permission), verb, stranger)


@rules
def test_staff_may_not_with_every_other_permission(staff_with, stranger, verb, permission, scopes, owners):
    agent = staff_with(*PERMISSIONS - {permission})

    assert not may(agent, verb, stranger)


@rules
def test_a_client_may_with_one_of_the_scopes(actor_of, jane, verb, permission, scopes, owners):
    for scope in MACHINE_SCOPES:
        assert may(actor_of(scope), verb, jane) == (scope in scopes), scope


@rules
def test_a_client_may_not_with_all_other_scopes(actor_of, jane, verb, permission, scopes, owners):
    others = (MACHINE_SCOPES.keys() | CURRENT_USER_SCOPES.keys()) - scopes

    assert not may(actor_of(*others), verb, jane)


@rules
def test_a_visitor_may_sign_up_and_nothing_else(jane, verb, permission, scopes, owners):
    assert may(visitor_actor(), verb) == (verb is Verb.SIGN_UP)
    assert not may(visitor_actor(), verb, jane) or verb is Verb.SIGN_UP


@rules
def test_an_owner_may_to_themselves_alone(jane, stranger, verb, permission, scopes, owners):
    assert may(owner_actor(jane), verb, jane) == owners
    assert not may(owner_actor(jane), verb, stranger)
    assert not may(owner_actor(jane), verb)


@rules
def test_staff_on_their_own_page_have_the_rights_of_an_owner(
    administrator, stranger, verb, permission, scopes, owners
):
    assert may(owner_actor(administrator), verb, administrator) == owners
    assert not may(owner_actor(administrator), verb, stranger)


@rules
def test_who_has_the_shell_may_do_anything(jane, verb, permission, scopes, owners):
    assert may(command_actor("tests"), verb, jane)


@rules
def test_blocked_staff_may_nothing(make_user, jane, verb, permission, scopes, owners):
    agent = make_user("agent", "Administrator", blocked=True, is_superuser=True)

    assert not may(staff_actor(agent), verb, jane)


@pytest.mark.parametrize("verb", [Verb.BLOCK, Verb.DELETE, Verb.REMOVE_MULTIFACTOR])
def test_nobody_at_the_desk_locks_themselves_out(root, staff_with, verb):
    for actor in (root, staff_with(*PERMISSIONS)):
        with pytest.raises(Denied, match="ask a colleague"):
            check(actor, verb, actor.user)


def test_a_refusal_says_what_was_refused(actor_of, jane):
    with pytest.raises(Denied, match="You may not delete users"):
        check(actor_of("update:users"), Verb.DELETE, jane)


# Verb, the scopes by which a person's own token opens it.
OWN = {
    Verb.VIEW: {"read:current_user", "read:current_user_metadata"},
    Verb.CHANGE_USER_METADATA: {
        "create:current_user_metadata",
        "update:current_user_metadata",
        "delete:current_user_metadata",
    },
    Verb.DELETE: {"delete:current_user"},
    Verb.CHANGE_IDENTITIES: {"update:current_user_identities"},
    Verb.REMOVE_MULTIFACTOR: {"delete:current_user_metadata"},
}


@pytest.mark.parametrize("verb", Verb)
def test_a_persons_token_opens_what_its_scopes_say_and_their_own_account_only(jane, stranger, verb):
    for scope in (*CURRENT_USER_SCOPES, *MACHINE_SCOPES):
        actor = bearer_actor(jane, frozenset({scope}), authenticated_at=int(time.time()))

        assert may(actor, verb, jane) == (scope in OWN.get(verb, ())), scope
        assert not may(actor, verb, stranger), scope
        assert not may(actor, verb), scope


@pytest.mark.parametrize("verb", [Verb.REMOVE_MULTIFACTOR])
def test_some_things_a_persons_token_opens_only_soon_after_they_signed_in(jane, verb):
    def token(age):
        return bearer_actor(jane, frozenset(CURRENT_USER_SCOPES), authenticated_at=int(time.time()) - age)

    check(token(age=295), verb, jane)
    for stale in (token(age=302), bearer_actor(jane, frozenset(CURRENT_USER_SCOPES))):
        with pytest.raises(StaleSignIn, match="within 5 minutes of signing in; sign in again"):
            check(stale, verb, jane)


def test_a_staff_members_own_token_carries_none_of_their_rights(administrator, stranger):
    actor = bearer_actor(administrator, frozenset(CURRENT_USER_SCOPES))

    assert [verb for verb in Verb if may(actor, verb, stranger)] == []
    assert not may(actor, Verb.DELETE, administrator)
    assert may(actor, Verb.CHANGE_USER_METADATA, administrator)
