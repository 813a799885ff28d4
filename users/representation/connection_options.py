"""JSON Schema of a connection's options.

Source: Auth0's published OpenAPI document, and its docs, "Password Options" and "Denylist". Options of
Auth0 that we do not support are refused with a reason: an option that is stored and ignored would give a
false sense of security.
"""

from __future__ import annotations

from users.passwords.policy import POLICIES
from users.passwords.text import MAX_LENGTH
from users.representation.schema import Schema, closed_object


def _fixed_switch(value: bool, why: str) -> Schema:
    """A boolean option with only one accepted value."""
    return {"type": "boolean", "const": value, "description": why}


def _unsupported_option(why: str) -> Schema:
    """An option of Auth0's that is refused."""
    return {"not": {}, "description": f"{why} Leave it out."}


OWN_STORE = "Users are stored in our own database; scripts for another are not run."
SIGN_IN = "Users sign in with email and password."
ENABLE: Schema = {"type": "boolean", "description": "Whether it is on."}

PASSWORD_OPTIONS: dict[str, Schema] = {
    "passwordPolicy": {
        "type": "string",
        "enum": list(POLICIES),
        "description": "How strong passwords must be. Without it, the validators of this installation apply.",
    },
    "password_complexity_options": {
        **closed_object(
            {
                "min_length": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": MAX_LENGTH,
                    "description": "Minimum length of passwords; overrides that of the policy.",
                }
            }
        ),
        "description": "How the policy is changed; needs a passwordPolicy.",
    },
    "password_dictionary": {
        **closed_object(
            {
                "enable": ENABLE,
                "dictionary": {
                    "type": "array",
                    "maxItems": 200,
                    "items": {"type": "string", "minLength": 1, "maxLength": 50},
                    "description": "Words to refuse in addition to common passwords; case does not matter.",
                },
            },
            required=("enable",),
        ),
        "description": "Whether common passwords are refused.",
    },
    "password_no_personal_info": {
        **closed_object({"enable": ENABLE}, required=("enable",)),
        "description": "Whether passwords that contain a name or the local part of the email are refused.",
    },
    # Accepted only when off, so that a body copied from Auth0's defaults passes.
    "password_history": {
        **closed_object(
            {
                "enable": _fixed_switch(False, "Earlier passwords are not stored, not even as hashes"),
                "size": {"type": "integer"},
            },
            required=("enable",),
        ),
        "description": "Off: earlier passwords are not stored.",
    },
}
USERNAME_OPTIONS: dict[str, Schema] = {
    "requires_username": {
        "type": "boolean",
        "default": False,
        "description": "Whether users of the connection have usernames.",
    },
    "validation": {
        **closed_object(
            {
                "username": closed_object(
                    {
                        "min": {"type": "integer", "minimum": 1, "maximum": 128},
                        "max": {"type": "integer", "minimum": 1, "maximum": 128},
                    },
                    required=("min", "max"),
                )
            }
        ),
        "description": "The length of usernames; 1 to 15 by default.",
    },
}
SIGN_UP_OPTIONS: dict[str, Schema] = {
    "disable_signup": {
        "type": "boolean",
        "default": False,
        "description": "Whether users may not sign up by themselves.",
    },
    # Auth0 has this for a whole tenant.
    "enumeration_protection": {
        "type": "boolean",
        "default": False,
        "description": "Whether a sign-up with a taken email or username is refused without saying so, as"
        " invalid_signup. An addition of ours.",
    },
}
PROFILE_OPTIONS: dict[str, Schema] = {
    # The number is bounded, since each name is compared on every sign-in.
    "non_persistent_attrs": {
        "type": "array",
        "maxItems": 200,
        "items": {"type": "string", "minLength": 1, "maxLength": 255},
        "description": "Root attributes from a provider that are not stored.",
    },
    "set_user_root_attributes": {
        "type": "string",
        "enum": ["on_each_login", "on_first_login", "never_on_login"],
        "description": "When a provider writes names and picture. Not for our own database.",
    },
}
FIXED_OPTIONS: dict[str, Schema] = {
    "brute_force_protection": _fixed_switch(True, "Attempts to sign in are always limited"),
    "import_mode": _fixed_switch(False, OWN_STORE),
    "enabledDatabaseCustomization": _fixed_switch(False, OWN_STORE),
}
UNSUPPORTED_OPTIONS: dict[str, Schema] = {
    "customScripts": _unsupported_option(OWN_STORE),
    "configuration": _unsupported_option(OWN_STORE),
    "enable_script_context": _unsupported_option(OWN_STORE),
    "attributes": _unsupported_option(SIGN_IN),
    "precedence": _unsupported_option(SIGN_IN),
    "authentication_methods": _unsupported_option(SIGN_IN),
    "passkey_options": _unsupported_option(SIGN_IN),
    "mfa": _unsupported_option("Second factors are a matter of each account."),
    "password_options": _unsupported_option(f"Say it by {', '.join(PASSWORD_OPTIONS)}."),
    "disable_self_service_change_password": _unsupported_option(
        "Users may always change their own password."
    ),
}
OPTIONS: Schema = {
    **closed_object(
        {
            **PASSWORD_OPTIONS,
            **USERNAME_OPTIONS,
            **SIGN_UP_OPTIONS,
            **PROFILE_OPTIONS,
            **FIXED_OPTIONS,
            **UNSUPPORTED_OPTIONS,
        }
    ),
    # Without a policy there is nothing for the complexity options to override.
    "dependentRequired": {"password_complexity_options": ["passwordPolicy"]},
    "description": "What the connection asks of its users. A change replaces all of it.",
    "examples": [{"passwordPolicy": "good", "password_no_personal_info": {"enable": True}}],
}
