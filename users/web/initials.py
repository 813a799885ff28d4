"""Initials and colour of a user's avatar: pages load no picture from another host.

A remote picture would send every viewer's IP address to its host, and the CSP refuses it.
"""

from __future__ import annotations

from users.models import User

COLOUR_COUNT = 8


def initials(user: User) -> str:
    """Return the initials of given and family name, else of the name's first two words, else of the email."""
    if user.given_name and user.family_name:
        words = [user.given_name, user.family_name]
    else:
        words = (user.name or (user.email or "?").partition("@")[0].replace(".", " ")).split()
    return "".join(word[0] for word in words[:2]).upper() or "?"


def colour(user: User) -> int:
    """Return the stylesheet's colour number of the user, always the same for one user_id."""
    return colour_of(user.user_id)


def colour_of(public_id: str) -> int:
    """Return the stylesheet's colour number of an id."""
    # Not hash(): Python salts it per process, so colours would change with each restart.
    return sum(public_id.encode()) % COLOUR_COUNT
