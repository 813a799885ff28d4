"""The letters drawn where a picture would be."""

from __future__ import annotations

import pytest

from users.models import User
from users.web.initials import COLOUR_COUNT, colour, initials


@pytest.mark.parametrize(
    ("fields", "letters"),
    [
        ({"given_name": "Jane", "family_name": "Doe", "name": "Somebody Else"}, "JD"),
        ({"given_name": "Jane", "name": "Mary Ann Smith"}, "MA"),
        ({"name": "jane"}, "J"),
        ({"name": "élodie durand"}, "ÉD"),
        ({"name": "山田 太郎"}, "山太"),
        ({"name": "   "}, "?"),
        ({"email": "jane.doe@example.com"}, "JD"),
        ({"email": "jane@example.com"}, "J"),
        ({}, "?"),
        ({"name": "<b> &x"}, "<&"),
    ],
)
def test_initials(fields, letters):
    assert initials(User(**fields)) == letters


def test_the_colour_stays_with_the_account_and_in_the_sheet():
    found = {colour(User(user_id=f"auth0|{number:024x}")) for number in range(200)}

    assert found == set(range(COLOUR_COUNT))
    assert colour(User(user_id="auth0|a")) == colour(User(user_id="auth0|a"))
