"""A client (application) in the form of the Management API.

Source: Auth0's published OpenAPI document and recorded traffic.
"""

from __future__ import annotations

from typing import Any

from users.models import Client
from users.representation import logos, refresh_tokens
from users.representation.schema import LABEL, ONE_LINE, Schema, closed_object

# Those we offer, and those that Auth0's SDKs and Terraform provider also send: stored, and refused at the
# token endpoint until we offer them.
GRANT_TYPES = (
    "client_credentials",
    "password",
    "http://auth0.com/oauth/grant-type/password-realm",
    "authorization_code",
    "implicit",
    "refresh_token",
    "http://auth0.com/oauth/grant-type/mfa-otp",
    "http://auth0.com/oauth/grant-type/mfa-recovery-code",
)
# With a scheme of its own where a native application has one (RFC 8252, section 7.1).
_URL: Schema = {
    "type": "string",
    "format": "redirect-uri",
    "maxLength": 2048,
    "examples": ["https://shop.example.com/callback", "com.example.shop:/callback"],
}
_WEB_PAGE: Schema = {
    "type": "string",
    "maxLength": 2048,
    "pattern": r"^https?://\S+$",
    "examples": ["https://shop.example.com/terms"],
}
# No path and no wildcard: browsers compare the origin exactly.
_ORIGIN: Schema = {
    "type": "string",
    "pattern": r"^https?://[^/?#\s]+$",
    "maxLength": 300,
    "examples": ["https://shop.example.com"],
}


def _list(item: Schema, description: str) -> Schema:
    return {
        "type": "array",
        "items": item,
        "uniqueItems": True,
        "maxItems": 100,
        "description": description,
    }


def _only(value: bool) -> Schema:
    return {"type": "boolean", "enum": [value], "description": f"Always {str(value).lower()}."}


# Fields that POST and PATCH accept, under Auth0's names, which our columns share.
FIELDS: dict[str, Schema] = {
    "name": {**LABEL, "examples": ["Shop"]},
    "description": {
        "type": "string",
        "maxLength": 140,
        "pattern": ONE_LINE,
        "description": "What it is for.",
    },
    "logo_uri": {
        "type": "string",
        "maxLength": 2048,
        "pattern": r"^(https?://\S+)?$",
        "examples": ["https://shop.example.com/logo.png"],
        "description": "URL of its logo, for your own use. The sign-in pages show branding.logo, since they"
        " load nothing from other hosts.",
    },
    "app_type": {
        "type": "string",
        "enum": Client.Type.values,
        "description": "What kind of application it is.",
    },
    "token_endpoint_auth_method": {
        "type": "string",
        "enum": ["none", "client_secret_post", "client_secret_basic"],
        "description": "How it authenticates; none for public clients, which cannot keep a secret.",
    },
    "grant_types": _list({"type": "string", "enum": list(GRANT_TYPES)}, "Grants that it may use."),
    "callbacks": _list(_URL, "URLs to which users may be redirected after signing in."),
    "allowed_logout_urls": _list(_URL, "URLs to which users may be redirected after signing out."),
    "web_origins": _list(_ORIGIN, "Origins that may make cross-origin requests."),
    "allowed_origins": _list(_ORIGIN, "Further origins that may make cross-origin requests."),
    "client_metadata": {
        "type": "object",
        "maxProperties": 10,
        "propertyNames": {"maxLength": 255},
        "additionalProperties": {"type": "string", "maxLength": 255},
        "description": "Notes of yours, ten strings at most.",
        "examples": [{"team": "checkout"}],
    },
    "jwt_configuration": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            # HS256 would sign with the client secret, which is stored as a hash only.
            "alg": {"type": "string", "enum": ["RS256"]},
            "lifetime_in_seconds": {"type": "integer", "minimum": 1, "maximum": 2_592_000},
            "secret_encoded": {"type": "boolean", "enum": [False]},
        },
        "description": "Of its ID tokens.",
    },
    "refresh_token": refresh_tokens.SCHEMA,
    "is_first_party": {
        "type": "boolean",
        "description": "Whether it is yours: users of others consent to what it may do.",
    },
    "oidc_conformant": {
        "type": "boolean",
        "description": "Whether /userinfo keeps to OpenID Connect; false adds user_metadata and the profile.",
    },
    "initiate_login_uri": {
        "type": "string",
        "maxLength": 2048,
        "pattern": r"^(https://\S+)?$",
        "examples": ["https://shop.example.com/login"],
        "description": "Where a sign-in can be started again, with https.",
    },
    "branding": {
        **closed_object(
            {
                "logo": {
                    "type": "string",
                    "maxLength": logos.MAX_LENGTH,
                    "pattern": logos.PATTERN,
                    "description": "A PNG, JPEG, WebP or SVG of at most 24 KiB, as a data URL.",
                    "examples": ["data:image/svg+xml;base64,PHN2Zy8+"],
                },
                "accent_color": {"type": "string", "pattern": "^#[0-9a-fA-F]{6}$", "examples": ["#0f7f76"]},
                "terms_url": _WEB_PAGE,
                "privacy_url": _WEB_PAGE,
            }
        ),
        "description": "How the sign-in pages look for it, beside its name. An addition of ours.",
    },
    # Options with one possible value are accepted, so that a body read from Auth0 can be sent back.
    "sso_disabled": _only(False),
    "custom_login_page_on": _only(True),
    "is_token_endpoint_ip_header_trusted": _only(False),
}
SCHEMA: Schema = {
    "type": "object",
    "properties": {
        **FIELDS,
        "client_id": {"type": "string", "examples": ["5Pz0qvkBCSk4eGkpFRRB5EBE2cHmZGVD"]},
        "client_secret": {
            "type": "string",
            "description": "Returned once, on creation: only its hash is stored.",
        },
        "global": {"type": "boolean"},
    },
}


def serialize_client(client: Client, *, secret: str | None = None) -> dict[str, Any]:
    """Serialize a client without its secret, of which only a hash is stored; `secret` is one just created."""
    return {
        "client_id": client.client_id,
        **({"client_secret": secret} if secret else {}),
        "name": client.name,
        "description": client.description,
        "logo_uri": client.logo_uri,
        "app_type": client.app_type,
        "token_endpoint_auth_method": client.token_endpoint_auth_method,
        "grant_types": client.grant_types,
        "callbacks": client.callbacks,
        "allowed_logout_urls": client.allowed_logout_urls,
        "web_origins": client.web_origins,
        "allowed_origins": client.allowed_origins,
        "client_metadata": client.client_metadata,
        "jwt_configuration": {"alg": "RS256", "lifetime_in_seconds": client.id_token_lifetime},
        "refresh_token": refresh_tokens.serialize_refresh_token(client),
        "is_first_party": client.is_first_party,
        "oidc_conformant": client.oidc_conformant,
        "initiate_login_uri": client.initiate_login_uri,
        "branding": client.branding,
        "sso_disabled": False,
        "custom_login_page_on": True,
        "is_token_endpoint_ip_header_trusted": False,
        "global": False,
    }


def columns_from_body(body: dict[str, Any]) -> dict[str, Any]:
    """Return the columns that a validated body sets."""
    columns = {name: body[name] for name in FIELDS if name in body and name not in _NOT_COLUMNS}
    if "refresh_token" in columns:
        columns["refresh_token"] = columns["refresh_token"] or {}  # null stands for the defaults
    lifetime = body.get("jwt_configuration", {}).get("lifetime_in_seconds")
    return {**columns, **({"id_token_lifetime": lifetime} if lifetime else {})}


_NOT_COLUMNS = {
    "jwt_configuration",
    "sso_disabled",
    "custom_login_page_on",
    "is_token_endpoint_ip_header_trusted",
}
