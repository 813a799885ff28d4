"""Which claims a hook may add to a token, and which it never changes."""

from __future__ import annotations

import pytest

from users.tokens.custom_claims import RESERVED_CLAIMS, without_reserved


def test_claims_with_a_name_of_their_own_are_added():
    claims = {"https://app.example/plan": "full", "plan": "full", "user_metadata": {"hobby": "surfing"}}

    assert without_reserved(claims) == claims


@pytest.mark.parametrize("name", [*sorted(RESERVED_CLAIMS), "sip_from_tag"])
def test_reserved_claims_are_dropped(name):
    assert without_reserved({name: "forged", "plan": "full"}) == {"plan": "full"}
