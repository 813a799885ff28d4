"""A secret that is shown once, on the page to which the form that made it redirects (Post/Redirect/Get): to
load that page again must not make another one."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.sessions.backends.base import SessionBase

from users.conf import conf
from users.crypto.key_ring import Purpose, Undecryptable

_KEY = "shown_once"


@dataclass(frozen=True)
class NewSecret:
    """`is_first` where it is the first of its owner, which was just created."""

    text: str
    is_first: bool


def store_secret(session: SessionBase, owner: str, secret: str, *, is_first: bool) -> None:
    """Store the new secret of `owner`, a client or webhook by its id, for the page that follows. Encrypted,
    since the database has the session's data. It replaces one that was not shown."""
    encrypted = conf.key_ring.encrypt(Purpose.SHOWN_ONCE, secret.encode()).decode()
    session[_KEY] = {"owner": owner, "secret": encrypted, "is_first": is_first}


def take_secret(session: SessionBase, owner: str) -> NewSecret | None:
    """Return the secret of `owner` and forget it; None where there is none, as after it was shown."""
    stored = session.get(_KEY)
    if not stored or stored["owner"] != owner:
        return None
    del session[_KEY]
    try:
        text = conf.key_ring.decrypt(Purpose.SHOWN_ONCE, stored["secret"].encode()).decode()
    except Undecryptable:  # the key has been removed meanwhile
        return None
    return NewSecret(text, stored["is_first"])
