"""Give an account a password."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from users.actions.draft import Draft
from users.actions.errors import WeakPassword
from users.actions.profile_fields import check_connection
from users.models import Change, User
from users.rights.may import Verb, check


def set_password(draft: Draft, password: str) -> None:
    """Raises Denied, NotSupported or WeakPassword. Ends all sessions: their signature holds
    the old hash."""
    check(draft.actor, Verb.CHANGE_PASSWORD, draft.user)
    check_connection(draft.user.connection, ("password",))
    check_strength(password, draft.user)
    draft.set(password=make_password(password), last_password_reset=draft.at)
    draft.note(Change.What.PASSWORD, {})


def check_strength(password: str, user: User) -> None:
    """Raises WeakPassword with every reason."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise WeakPassword(error.messages) from None
