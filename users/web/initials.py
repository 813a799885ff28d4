"""The two letters drawn where a picture would be: pages load nothing from another host."""

from __future__ import annotations

from users.models import User

COLOUR_COUNT = 8


def initials(user: User) -> str:
    """Of given and family name, of the first two words of the name, or of the e-mail."""
    if user.given_name and user.family_name:
        words = [user.given_name, user.family_name]
    else:
        words = (user.name or (user.email or "?").partition("@")[0].replace(".", " ")).split()
    return "".join(word[0] for word in words[:2]).upper() or "?"


def colour(user: User) -> int:
    """Which of the stylesheet's colours the account always has."""
    return sum(user.user_id.encode()) % COLOUR_COUNT
