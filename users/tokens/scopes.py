"""The scopes of the Management API. Source: Auth0's published OpenAPI document, except for our own."""

from __future__ import annotations

# The scopes that machine clients may hold, with descriptions.
MACHINE_SCOPES = {
    "read:users": "See users with both documents",
    "create:users": "Create users",
    "update:users": "Change users",
    "delete:users": "Delete users",
    "read:users_app_metadata": "See app_metadata",
    "create:users_app_metadata": "Set app_metadata",
    "update:users_app_metadata": "Change app_metadata and nothing else",
    "delete:users_app_metadata": "Remove app_metadata",
    "read:users_history": "See who changed users, and users as they were",
    "update:users_history": "Undo changes of users that the client may make",
    "read:user_idp_tokens": "See the tokens of identity providers",
    "create:user_tickets": "Create password-change and verification tickets",
    "read:roles": "See roles",
    "create:roles": "Create roles",
    "update:roles": "Change roles",
    "delete:roles": "Delete roles",
    "read:role_members": "See the users of a role",
    "create:role_members": "Assign roles to users",
    "delete:role_members": "Remove roles from users",
    "read:connections": "See connections",
    "create:connections": "Create connections",
    "update:connections": "Change connections",
    "delete:connections": "Delete connections",
    "read:clients": "See clients",
    "create:clients": "Create clients",
    "update:clients": "Change clients",
    "delete:clients": "Delete clients",
    "update:client_keys": "Rotate secrets of clients",
    "read:client_grants": "See client grants",
    "create:client_grants": "Create client grants",
    "update:client_grants": "Change client grants",
    "delete:client_grants": "Delete client grants",
    "read:resource_servers": "See APIs",
    "create:resource_servers": "Create APIs",
    "update:resource_servers": "Change APIs",
    "delete:resource_servers": "Delete APIs",
    "read:rules": "See rules",
    "create:rules": "Create rules",
    "update:rules": "Change rules",
    "delete:rules": "Delete rules",
    "read:rules_configs": "See the names of rules' settings",
    "update:rules_configs": "Change rules' settings",
    "delete:rules_configs": "Delete rules' settings",
    "delete:guardian_enrollments": "Remove multi-factor enrolments",
    "read:authentication_methods": "See second factors and recovery codes of users",
    "delete:authentication_methods": "Remove second factors and recovery codes of users",
    "read:sessions": "See where users are signed in",
    "update:sessions": "Change the metadata of sessions",
    "delete:sessions": "End sessions of users",
    "read:refresh_tokens": "See refresh tokens of users, never the tokens themselves",
    "update:refresh_tokens": "Change the metadata of refresh tokens",
    "delete:refresh_tokens": "Revoke refresh tokens of users",
    "read:grants": "See what users have allowed applications to do",
    "delete:grants": "Revoke what users have allowed applications to do",
    "read:organizations": "See organizations",
    "read:logs": "See logs",
    "read:logs_users": "See the logs of users",
    "read:stats": "See statistics",
    # Ours; Auth0 has none for these.
    "read:events": "Read the stream of events about users",
    "read:metadata_keys": "See which keys metadata has, and which are indexed, together with read:users",
    "update:metadata_keys": "Index keys of metadata",
    "read:metadata_schemas": "See the schemas of metadata",
    "update:metadata_schemas": "Change the schemas of metadata",
}

# The scopes that a user's own token may hold, and a machine's never.
CURRENT_USER_SCOPES = {
    "read:current_user": "See one's own profile",
    "read:current_user_metadata": "See one's own profile (older name)",
    "create:current_user_metadata": "Add to one's own user_metadata",
    "update:current_user_metadata": "Change one's own user_metadata",
    "delete:current_user_metadata": "Remove from one's own user_metadata",
    "update:current_user_identities": "Link and unlink one's own identities",
    "delete:current_user": "Delete one's own account",
}


def explain_refused_scopes(scopes: list[str]) -> str | None:
    """Why one of these scopes cannot be held by a machine client, as a sentence; None if all can."""
    for scope in scopes:
        if scope in CURRENT_USER_SCOPES:
            return f"{scope} is for users' own tokens; a machine client never holds it"
        if scope not in MACHINE_SCOPES:
            return f"{scope} is not a scope of the Management API"
    return None
