"""Second factors in the form of the MFA API.

Source: recorded answers to GET /mfa/authenticators.
"""

from __future__ import annotations

from typing import Any

from users.models import User
from users.representation.authentication_methods import authentication_methods

# The MFA API's names of the types, by that of the Management API.
_TYPES = {"totp": "otp", "recovery-code": "recovery-code"}


def serialize_authenticators(user: User) -> list[dict[str, Any]]:
    """Return each factor of the user with `id`, `authenticator_type`, `type` and `active`."""
    return [
        # auth0-spa-js compares `type` with the types of `mfa_requirements`.
        {"id": method["id"], "authenticator_type": type_, "type": type_, "active": True}
        for method in authentication_methods(user)
        if (type_ := _TYPES.get(method["type"]))
    ]
