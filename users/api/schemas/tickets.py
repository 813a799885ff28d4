"""JSON Schemas of tickets and of the verification email.

Source: Auth0's published OpenAPI document, /tickets and /jobs/verification-email.
"""

from __future__ import annotations

from users.representation.schema import Schema, closed_object

# A bound of our own, since a link that never expires is a permanent credential. Auth0 states none.
MAX_SECONDS = 365 * 24 * 60 * 60

USER_ID: Schema = {
    "type": "string",
    "minLength": 1,
    "description": "The id of the user.",
    "examples": ["auth0|6600aa11bb22cc33dd44ee55"],
}
CLIENT_ID: Schema = {
    "type": "string",
    "minLength": 1,
    "pattern": r"^[\x21-\x7e]+$",
    "description": "A client. Checked to exist; our pages look the same for all of them.",
    "examples": ["AbCdEfGhIjKlMnOpQrStUvWxYz123456"],
}
# Not refused as unknown, so that the answer is Auth0's text for an organization that does not exist.
ORGANIZATION_ID: Schema = {
    "type": "string",
    "description": "There are no organizations here, so none that exists can be named.",
}
CONNECTION_ID: Schema = {
    "type": "string",
    "pattern": "^con_[A-Za-z0-9]{16}$",
    "description": "The id of a connection.",
    "examples": ["con_AbCdEfGh12345678"],
}


def _identity(provider: Schema) -> Schema:
    properties: dict[str, Schema] = {
        "user_id": {"type": "string", "minLength": 1},
        "provider": provider,
        "connection_id": CONNECTION_ID,
    }
    return {
        **closed_object(properties, required=("user_id", "provider")),
        "description": "An identity of the user, which must be the main one.",
    }


IDENTITY = _identity({"type": "string", "minLength": 1})
_OPTIONS: dict[str, Schema] = {
    "result_url": {
        "type": "string",
        "format": "uri",
        "maxLength": 2048,
        # No spaces or control characters, which browsers interpret differently.
        "pattern": r"^[\x21-\x7e]+$",
        "description": "URL (http or https) to which the user is redirected afterwards.",
    },
    "ttl_sec": {
        "type": "integer",
        "minimum": 0,
        "maximum": MAX_SECONDS,
        "description": "Seconds for which the link is good; five days where it is 0 or left out.",
    },
    # Off by default: the email would end up in histories and logs of another site.
    "includeEmailInRedirect": {
        "type": "boolean",
        "description": "Whether the user's email is added to `result_url`; false by default.",
    },
    "client_id": CLIENT_ID,
    "organization_id": ORGANIZATION_ID,
}
PASSWORD_CHANGE = closed_object(
    {
        "user_id": USER_ID,
        "connection_id": CONNECTION_ID,
        "email": {
            "type": "string",
            "format": "email",
            "description": "The user's address, in place of the id and together with the connection.",
        },
        **_OPTIONS,
        "mark_email_as_verified": {
            "type": "boolean",
            "description": "Whether the address counts as verified once the password is set.",
        },
        "identity": _identity({"type": "string", "enum": ["auth0"]}),
    }
)
EMAIL_VERIFICATION = closed_object(
    {"user_id": USER_ID, **_OPTIONS, "identity": IDENTITY},
    required=("user_id",),
)
VERIFICATION_EMAIL = closed_object(
    {
        "user_id": USER_ID,
        "client_id": CLIENT_ID,
        "identity": IDENTITY,
        "organization_id": ORGANIZATION_ID,
    },
    required=("user_id",),
)
PASSWORD_EXAMPLE = {
    "user_id": USER_ID["examples"][0],
    "result_url": "https://example.com/signed-up",
    "ttl_sec": 86400,
    "mark_email_as_verified": True,
}
VERIFICATION_EXAMPLE = {
    "user_id": USER_ID["examples"][0],
    "result_url": "https://example.com/verified",
    "includeEmailInRedirect": False,
}
MAIL_EXAMPLE = {"user_id": USER_ID["examples"][0]}
TICKET: Schema = {
    "type": "object",
    # Auth0's response has this one property.
    "required": ["ticket"],
    "properties": {"ticket": {"type": "string", "format": "uri", "description": "The link."}},
}
