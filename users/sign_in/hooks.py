"""The seams of the sign-in transaction: two explicit lists of functions, run in their order.

A room below this one offers a function; it is named here and nowhere else. A hook refuses the sign-in by
raising SignInDenied. Any other exception ends the request as it would anywhere else (503 for a database
that is unavailable): the user is not signed in, and nothing is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from users.models import User
from users.sign_in.progress import CustomClaims, ProviderProfile, SignIn, SignInRequest

# What a provider says of a user, before anything of it is stored (the denylist of a connection).
#
# Receives the profile as the hook before it left it, and the request. Returns the profile to be stored:
# with fields changed or left out, but with the same connection and id. Runs before the database
# transaction opens, and writes nothing itself: the transaction may still fail. What it takes out is
# still seen by the post-login hooks of this sign-in (`SignIn.profile`), and by no later one.
BeforePersist = Callable[[ProviderProfile, SignInRequest], ProviderProfile]

BEFORE_PERSIST: Sequence[BeforePersist] = ()


@dataclass(frozen=True, kw_only=True)
class PostLoginResult:
    """What one post-login hook decided; nothing, by default.

    `id_token` and `access_token` are claims to add; of two hooks that set the same claim the later one
    wins. `user` is the account as it is now, where the hook has changed it.
    """

    id_token: Mapping[str, Any] = field(default_factory=dict)
    access_token: Mapping[str, Any] = field(default_factory=dict)
    demands_second_factor: bool = False
    user: User | None = None


# What happens once a user has given every factor that the account asks for (Rules, then Actions).
#
# Receives the sign-in, with the claims of the hooks before it. Runs for sign-ins to an application only,
# once for each, and outside any database transaction, so that a slow hook holds no lock: what it writes,
# through `users.actions`, is committed at once and stays, even if the sign-in is denied afterwards.
PostLogin = Callable[[SignIn], PostLoginResult]

POST_LOGIN: Sequence[PostLogin] = ()


def screen(profile: ProviderProfile, request: SignInRequest) -> ProviderProfile:
    """Return what may be stored of the profile. Raises SignInDenied."""
    for hook in BEFORE_PERSIST:
        profile = hook(profile, request)
    return profile


def run_post_login(sign_in: SignIn) -> SignIn:
    """Return the sign-in with what the hooks decided. Raises SignInDenied; later hooks do not run then."""
    for hook in POST_LOGIN:
        sign_in = _apply(hook(sign_in), sign_in)
    return replace(sign_in, is_past_hooks=True)


def _apply(result: PostLoginResult, sign_in: SignIn) -> SignIn:
    """Return the sign-in with the result of one hook added."""
    claims = CustomClaims(
        id_token={**sign_in.claims.id_token, **result.id_token},
        access_token={**sign_in.claims.access_token, **result.access_token},
    )
    return replace(
        sign_in,
        user=result.user or sign_in.user,
        claims=claims,
        is_second_factor_demanded=sign_in.is_second_factor_demanded or result.demands_second_factor,
    )
