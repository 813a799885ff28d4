"""A token by client credentials, through each SDK's own way to get one."""

from __future__ import annotations

import jwt
import pytest

from tests.sdk.program import Application, Refused


def test_credentials_lead_to_a_token_for_our_audience(shop, server, trusted):
    token = shop.token()["access_token"]

    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["iss"] == f"https://{server.domain}/"
    assert claims["aud"] == f"https://{server.domain}/api/v2/"
    assert claims["azp"] == trusted["client_id"]


def test_the_token_alone_opens_the_api(program, server, shop, jane):
    bearer = Application(program, domain=server.domain, token=shop.token()["access_token"])

    assert bearer.get(jane["user_id"])["email"] == jane["email"]


def test_a_wrong_secret_is_told_by_an_error_of_the_sdk(sdk, program, server, shop, trusted, narrow):
    stranger = {**trusted, "client_secret": narrow["client_secret"]}

    with pytest.raises(Refused) as refused:
        Application(program, domain=server.domain, **stranger).token()

    assert (refused.value.kind, refused.value.status) == (sdk.refused_token, 401)
    assert (refused.value.code, refused.value.message) == ("access_denied", "Unauthorized")
