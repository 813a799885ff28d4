"""The claims about a user that OpenID Connect scopes open.

Source: Auth0 docs, "OpenID Connect scopes".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from users.models import User
from users.representation.fields import FIELDS
from users.representation.profile import serialize_profile
from users.rights.actor import owner_actor

CLAIMS = {
    "openid": ["sub"],
    "profile": [name for name, field in FIELDS.items() if field.claim_scope == "profile"],
    "email": [name for name, field in FIELDS.items() if field.claim_scope == "email"],
}


def claims_of(user: User, scopes: Iterable[str]) -> dict[str, Any]:
    """Return the claims that these scopes open, without fields that are not set. `updated_at` is ISO 8601
    text, as with Auth0."""
    # Serialized as the owner sees it: an ID token must not carry what users may not see of themselves.
    known = {"sub": user.user_id, **serialize_profile(user, owner_actor(user))}
    names = [name for scope in scopes for name in CLAIMS.get(scope, ())]
    return {name: known[name] for name in names if name in known}
