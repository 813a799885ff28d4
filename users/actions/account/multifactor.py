"""Multi-factor authentication (MFA): remove factors, and record what the owner has changed.

allauth stores the factors in a table of its own, which alone decides what signing in asks for. The user's
row carries Auth0's names of them, so that reading a profile stays one query.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt

from users.actions.account.draft import Draft, open_draft
from users.actions.errors import AlreadyEnrolled, MethodNotFound
from users.metadata.diff import diff
from users.models import Change, User
from users.representation.authentication_methods import find_method
from users.representation.enrollments import enrolled_factors
from users.rights.actor import Actor
from users.rights.may import Verb, check

# Auth0's names. Duo is accepted for compatibility; users cannot enrol in it here, so there is none to remove.
APP, DUO = "google-authenticator", "duo"
PROVIDERS = (APP, DUO)
# Without 0, O, 1 and I, which are confused when a code is read aloud or copied by hand.
CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 24
# The codes of a set, from which a user takes one after the other, are shorter.
SET_SIZE, SET_CODE_LENGTH = 10, 12


def remove_multifactor(user: User, *, actor: Actor, provider: str = APP, reason: str = "") -> User:
    """Let the user sign in with the password alone; the recovery codes are removed as well.

    Writes nothing where there is nothing to remove. Raises Denied, StaleSignIn or UserNotFound.
    """
    with open_draft(user, actor, reason=reason) as draft:
        check(actor, Verb.REMOVE_MULTIFACTOR, draft.user)
        if provider == APP:
            discard_factors(draft)
    return draft.user


def remove_authentication_method(user: User, method_id: str, *, actor: Actor, reason: str = "") -> User:
    """Remove the second factor, or the recovery codes, with this id (`totp|dev_17`).

    Recovery codes replace the app and are removed with it. Raises Denied, StaleSignIn, UserNotFound, or
    MethodNotFound where the user has no method with this id.
    """
    with open_draft(user, actor, reason=reason) as draft:
        check(actor, Verb.REMOVE_MULTIFACTOR, draft.user)
        found = find_method(draft.user, method_id)
        if found is None:
            raise MethodNotFound
        if found.type == Authenticator.Type.RECOVERY_CODES:
            void_recovery_codes(draft)
        else:
            discard_factors(draft)
    return draft.user


def discard_factors(draft: Draft) -> None:
    """Remove all factors, and record that if there were any."""
    if Authenticator.objects.filter(user=draft.user).delete()[0]:
        _set_providers(draft, [])


def void_recovery_codes(draft: Draft) -> None:
    """Remove the recovery codes, and record that if there were any."""
    codes = Authenticator.objects.filter(user=draft.user, type=Authenticator.Type.RECOVERY_CODES)
    if codes.delete()[0]:
        _note_codes(draft, "void")


def renew_recovery_code(user: User, *, actor: Actor) -> str:
    """Create a code that replaces the second factor once at sign-in; all earlier codes are void. Returns
    it, 24 characters.

    Users who are not enrolled get one, too: it is valid once they are. Raises Denied or UserNotFound.
    Source: a recorded answer, for length, letters and users who are not enrolled.
    """
    code = new_recovery_code()
    with open_draft(user, actor) as draft:
        check(actor, Verb.RENEW_RECOVERY_CODE, draft.user)
        _store_recovery_codes(draft, [code])
    return code


def next_recovery_code(user: User, *, actor: Actor) -> str:
    """Return the code for the next time, to a user who has just used one: the next of their set, or a new
    one where it was the last. Raises UserNotFound."""
    codes = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    unused: list[str] = codes.wrap().get_unused_codes() if codes else []
    if unused:
        return unused[0]
    code = new_recovery_code()
    with open_draft(user, actor) as draft:
        _store_recovery_codes(draft, [code])
    return code


def add_authenticator_app(user: User, *, secret: str, recovery_codes: Iterable[str], actor: Actor) -> None:
    """Add the app that has this secret, once its first code was right, and recovery codes in place of any
    earlier ones. Raises AlreadyEnrolled or UserNotFound."""
    with open_draft(user, actor) as draft:
        if enrolled_factors(draft.user):
            raise AlreadyEnrolled
        Authenticator.objects.create(
            user=draft.user,
            type=Authenticator.Type.TOTP,
            data={"secret": encrypt(secret)},
            created_at=draft.at,
        )
        _store_recovery_codes(draft, recovery_codes)
        _set_providers(draft, [APP])


def new_recovery_code(length: int = CODE_LENGTH) -> str:
    """Return a random code, which is not stored yet."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(length))


def new_recovery_codes() -> list[str]:
    """Return a set of random codes, which are not stored yet."""
    return [new_recovery_code(SET_CODE_LENGTH) for _ in range(SET_SIZE)]


def note_multifactor(user: User, *, actor: Actor) -> None:
    """Record that the owner has enrolled or removed a factor. allauth has asked for the password before."""
    with open_draft(user, actor) as draft:
        providers = [APP] if enrolled_factors(draft.user) else []
        if providers != (draft.user.multifactor or []):
            _set_providers(draft, providers)


def note_recovery_codes(user: User, *, actor: Actor) -> None:
    """Record that the owner has generated new codes. allauth has asked for the password before."""
    with open_draft(user, actor) as draft:
        _note_codes(draft, "new")


def _store_recovery_codes(draft: Draft, codes: Iterable[str]) -> None:
    Authenticator.objects.update_or_create(
        user=draft.user,
        type=Authenticator.Type.RECOVERY_CODES,
        # Where allauth reads codes it has not generated itself, so that its own verification accepts them.
        defaults={"data": {"migrated_codes": [encrypt(code) for code in codes]}, "created_at": draft.at},
    )
    _note_codes(draft, "new")


def _set_providers(draft: Draft, providers: list[str]) -> None:
    changes = diff({"multifactor": draft.user.multifactor}, {"multifactor": providers})
    draft.set(multifactor=providers, multifactor_last_modified=draft.at)
    draft.note(Change.What.MULTIFACTOR, changes)


def _note_codes(draft: Draft, state: str) -> None:
    draft.set(multifactor_last_modified=draft.at)
    draft.note(Change.What.MULTIFACTOR, {"recovery_codes": {"after": state}})
