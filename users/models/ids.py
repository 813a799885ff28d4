"""Random public ids in Auth0's formats. Migrations import these functions: their names must not change."""

from __future__ import annotations

import secrets
import string

# From `secrets`, not `random`: ids appear in URLs, where a guessable one would disclose how many there are.
_ALPHANUMERIC = string.ascii_letters + string.digits


def new_user_id() -> str:
    """`auth0|` and 24 lower-case hex digits."""
    # The length and alphabet of Auth0's own ids.
    return f"auth0|{secrets.token_hex(12)}"


def new_connection_id() -> str:
    """`con_` and 16 letters or digits."""
    return f"con_{_random(16)}"


def new_client_id() -> str:
    """32 letters or digits."""
    return _random(32)


def new_grant_id() -> str:
    """`cgr_` and 16 letters or digits."""
    return f"cgr_{_random(16)}"


def new_resource_server_id() -> str:
    """24 lower-case hex digits."""
    return secrets.token_hex(12)


def new_role_id() -> str:
    """`rol_` and 16 letters or digits."""
    return f"rol_{_random(16)}"


def new_job_id() -> str:
    """`job_` and 16 letters or digits."""
    return f"job_{_random(16)}"


def new_segment_id() -> str:
    """`seg_` and 16 letters or digits."""
    return f"seg_{_random(16)}"


def new_webhook_id() -> str:
    """`whk_` and 16 letters or digits."""
    return f"whk_{_random(16)}"


def new_indexed_key_id() -> str:
    """`idx_` and 16 letters or digits."""
    return f"idx_{_random(16)}"


def new_session_id() -> str:
    """`ses_` and 16 letters or digits."""
    return f"ses_{_random(16)}"


def new_authorization_id() -> str:
    """`azn_` and 16 letters or digits."""
    return f"azn_{_random(16)}"


def new_refresh_token_id() -> str:
    """`rt_` and 16 letters or digits: at most the 30 characters that Auth0's API takes."""
    return f"rt_{_random(16)}"


def new_consent_id() -> str:
    """`gr_` and 16 letters or digits."""
    return f"gr_{_random(16)}"


def new_rule_id() -> str:
    """`rul_` and 16 letters or digits."""
    return f"rul_{_random(16)}"


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHANUMERIC) for _ in range(length))
