"""What `/userinfo` says about a user.

Source: OpenID Connect Core 1.0, section 5.3; Auth0's Authentication API reference, "User Profile".
"""

from __future__ import annotations

from typing import Any

from users.metadata.documents import APP_METADATA
from users.models import Authorization, User
from users.representation.profile import serialize_profile
from users.rights.actor import owner_actor
from users.sign_in.id_token_claims import claims_of
from users.tokens.custom_claims import id_token_claims


def userinfo_claims(authorization: Authorization, scopes: frozenset[str]) -> dict[str, Any]:
    """Return the current values of the claims that the scopes open, and the custom claims of the
    authorization, as hooks have made them at the sign-in or at the last refresh."""
    user = authorization.user
    legacy = {} if authorization.client.oidc_conformant else _legacy_profile(user)
    return {**id_token_claims(authorization.id_token_claims), **legacy, **claims_of(user, scopes)}


def _legacy_profile(user: User) -> dict[str, Any]:
    """What clients of Auth0's first years read here: the root profile and `user_metadata`, as the user may
    see them."""
    shown = serialize_profile(user, owner_actor(user))
    return {name: value for name, value in shown.items() if name != APP_METADATA}
