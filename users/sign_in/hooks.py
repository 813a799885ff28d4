"""The seams of signing in and signing up: explicit lists of functions, run in their order.

Rooms above this one offer the functions, and `users.apps` names them in their order when Django starts. A
hook refuses by raising SignInDenied, or SignUpDenied. Any other exception ends the request as it would
anywhere else (503 for a database that is unavailable): no user is signed in or created, and nothing is
counted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from users.metadata.documents import Document
from users.models import Connection, User
from users.sign_in.outcomes import SignInDenied
from users.sign_in.progress import CustomClaims, ProviderProfile, SignIn, SignInRequest
from users.sign_in.scope_changes import NO_CHANGES, ScopeChanges

# What a provider says of a user, before anything of it is stored (the denylist of a connection).
#
# Receives the profile as the hook before it left it, and the request. Returns the profile to be stored:
# with fields changed or left out, but with the same connection and id. Runs before the database
# transaction opens, and writes nothing itself: the transaction may still fail. What it takes out is
# still seen by the post-login hooks of this sign-in (`SignIn.profile`), and by no later one.
BeforePersist = Callable[[ProviderProfile, SignInRequest], ProviderProfile]

BEFORE_PERSIST: Sequence[BeforePersist] = ()


@dataclass(frozen=True, kw_only=True)
class Registration:
    """An account that a visitor asks for by signing up. `profile` holds root fields under Auth0's names;
    `app_metadata` is never the visitor's: only hooks set it."""

    connection: Connection
    profile: Mapping[str, Any]
    user_metadata: Document = field(default_factory=dict)
    app_metadata: Document = field(default_factory=dict)


class SignUpDenied(Exception):
    """Raised by a hook to refuse a sign-up. `reason` goes into the log, `message` is shown to the visitor.

    Source: Auth0 docs, "Actions Triggers: pre-user-registration", `api.access.deny`.
    """

    def __init__(self, reason: str, message: str) -> None:
        self.reason = reason
        self.message = message
        super().__init__(reason)


# What a visitor who signs up asks for, before the account is created (pre-user-registration).
#
# Receives the registration as the hook before it left it, and the request, whose `application` is the client
# that the visitor signs up at. Returns the registration with either document changed; the connection and the
# profile stay as they are. Runs for sign-ups only, not for accounts created by staff, the API or imports, and
# outside any database transaction. Refuses by SignUpDenied.
PreRegistration = Callable[[Registration, SignInRequest], Registration]

PRE_REGISTRATION: Sequence[PreRegistration] = ()


@dataclass(frozen=True, kw_only=True)
class PostLoginResult:
    """What one post-login hook decided; nothing, by default.

    `id_token` and `access_token` are claims to add; of two hooks that set the same claim the later one
    wins, and so does the later of two that set `redirect_url`: an absolute URL of another site, to which the
    user is sent with `state` added to its query. The sign-in goes on when the user returns to
    `/continue?state=…`: all hooks run again, then, and find the parameters in `SignIn.request.returned`.
    `user` is the account as it is now, where the hook has changed it.

    `scopes` changes the scopes that are granted: in the authorization, and so in its tokens, in the consent
    that a third-party client needs, at `/userinfo` and at later refreshes. A scope can be added only where
    the application could have requested it: the API defines it, the user holds it, and client and API allow
    `offline_access`. `openid` is neither added nor removed. The others are left out without an error. At a
    refresh, where hooks run again, scopes can only be removed, from this answer's tokens; what was granted
    at the sign-in stays granted until a hook removes it by name or the authorization ends.

    Source: Auth0 docs, "Redirect Users from Within Rules"; "Rules", `context.accessToken.scope`; "Actions
    Triggers: post-login", `api.accessToken.addScope` and `removeScope`.
    """

    id_token: Mapping[str, Any] = field(default_factory=dict)
    access_token: Mapping[str, Any] = field(default_factory=dict)
    scopes: ScopeChanges = NO_CHANGES
    demands_second_factor: bool = False
    redirect_url: str = ""
    user: User | None = None


# What happens once a user has given every factor that the account asks for (Rules, then Actions).
#
# Receives the sign-in, with the claims of the hooks before it. Runs for sign-ins to an application only,
# once for each (twice where a hook sends the user to another site), and outside any database transaction,
# so that a slow hook holds no lock: what it writes, through `users.actions`, is committed at once and stays,
# even if the sign-in is denied afterwards.
PostLogin = Callable[[SignIn], PostLoginResult]

POST_LOGIN: Sequence[PostLogin] = ()

# Bytes of the claims that hooks add to one token, as JSON. Source: Auth0 docs, "Create Custom Claims".
MAX_CLAIMS = 100 * 1024


def run_pre_registration(asked: Registration, request: SignInRequest) -> Registration:
    """Return the registration with the documents that the hooks leave. Raises SignUpDenied."""
    left = asked
    for hook in PRE_REGISTRATION:
        left = hook(left, request)
    return replace(asked, user_metadata=left.user_metadata, app_metadata=left.app_metadata)


def screen(profile: ProviderProfile, request: SignInRequest) -> ProviderProfile:
    """Return what may be stored of the profile. Raises SignInDenied."""
    for hook in BEFORE_PERSIST:
        profile = hook(profile, request)
    return profile


def run_post_login(sign_in: SignIn) -> SignIn:
    """Return the sign-in with what the hooks decided. Raises SignInDenied; later hooks do not run then.
    Claims of more than MAX_CLAIMS are refused as well: they are stored, and clients send the token with every
    request."""
    for hook in POST_LOGIN:
        sign_in = _apply(hook(sign_in), sign_in)
    for claims in (sign_in.claims.id_token, sign_in.claims.access_token):
        if len(json.dumps(claims).encode()) > MAX_CLAIMS:
            raise SignInDenied(f"The claims of post-login hooks are larger than {MAX_CLAIMS // 1024} KiB.")
    return replace(sign_in, is_past_hooks=True)


def _apply(result: PostLoginResult, sign_in: SignIn) -> SignIn:
    """Return the sign-in with the result of one hook added. Raises SignInDenied where what the user has
    proven has ended meanwhile: tokens for the account as it is now would outlive the password."""
    user = result.user or sign_in.user
    # That of a blocked user has ended as well; the transaction refuses them, and the log says why.
    if not user.blocked and user.token_generation != sign_in.user.token_generation:
        raise SignInDenied("The account has changed during the sign-in. Sign in again.")
    claims = CustomClaims(
        id_token={**sign_in.claims.id_token, **result.id_token},
        access_token={**sign_in.claims.access_token, **result.access_token},
    )
    return replace(
        sign_in,
        user=user,
        claims=claims,
        scope_changes=sign_in.scope_changes.then(result.scopes),
        is_second_factor_demanded=sign_in.is_second_factor_demanded or result.demands_second_factor,
        redirect_url=result.redirect_url or sign_in.redirect_url,
    )
