"""Which claims a hook may add to a token, and which it never changes."""

from __future__ import annotations

import pytest

from users.tokens.custom_claims import RESERVED_CLAIMS, access_token_claims, without_reserved


def test_claims_with_a_name_of_their_own_are_added():
    claims = {"https://app.example/plan": "full", "plan": "full", "user_metadata": {"hobby": "surfing"}}

    assert without_reserved(claims) == claims


@pytest.mark.parametrize("name", [*sorted(RESERVED_CLAIMS), "sip_from_tag"])
def test_reserved_claims_are_dropped(name):
    assert without_reserved({name: "forged", "plan": "full"}) == {"plan": "full"}


@pytest.mark.parametrize(
    "name",
    [
        "https://auth0.com/plan",
        "https://shop.AUTH0.com/plan",
        "http://webtask.io/x",
        "https://a.webtask.run/x",
        "urn:auth0",
        "URN:auth0:plan",
    ],
)
def test_claims_in_namespaces_of_auth0_are_dropped(name):
    others = {"https://notauth0.com/plan": 2, "urn:auth00:plan": 3}

    assert without_reserved({name: 1, **others}) == others


def test_tokens_of_the_management_api_have_namespaced_claims_alone():
    claims = {"https://app.example/plan": 1, "plan": 2, "mailto:x": 3, "https://[x/plan": 4, "sub": 5}

    assert access_token_claims(claims, is_management=True) == {"https://app.example/plan": 1}
    assert "plan" in access_token_claims(claims, is_management=False)
