"""Clients of OpenID Connect that are not Auth0's, for web servers: users sign in, stay so, sign out."""

from __future__ import annotations

import httpx
import pytest
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.sdk.conftest import CALLBACK, PASSWORD, SIGNED_OUT
from tests.sdk.program import OPENID_CLIENT, Application, Program, Refused

SCOPE = "openid profile email offline_access"


@pytest.fixture(scope="module")
def openid_client(authority, server, web_shop, tmp_path_factory):
    program = Program(OPENID_CLIENT, authority, tmp_path_factory.mktemp("program") / "errors.log")
    yield Application(program, domain=server.domain, **web_shop)
    program.stop()


def test_openid_client_signs_a_user_in_and_out(openid_client, user_agent, john):
    typed = {"email": john["email"], "password": PASSWORD}
    tokens = openid_client.finish(
        user_agent.visit(openid_client.begin(CALLBACK, SCOPE), until=CALLBACK, **typed)
    )
    assert (tokens["claims"]["sub"], tokens["claims"]["email"]) == (john["user_id"], john["email"])
    assert openid_client.userinfo(tokens["access_token"], john["user_id"])["name"] == "John Roe"

    # The session answers without a page.
    again = openid_client.finish(user_agent.visit(openid_client.begin(CALLBACK, SCOPE), until=CALLBACK))
    assert again["claims"]["sub"] == john["user_id"]

    end_session = openid_client.end_session_url(again["id_token"], SIGNED_OUT)
    assert user_agent.visit(end_session, until=SIGNED_OUT) == SIGNED_OUT
    with pytest.raises(AssertionError, match="/u/login"):
        user_agent.visit(openid_client.begin(CALLBACK, SCOPE), until=CALLBACK)


def test_openid_client_refreshes_until_it_revokes(openid_client, user_agent, john):
    typed = {"email": john["email"], "password": PASSWORD}
    url = user_agent.visit(openid_client.begin(CALLBACK, SCOPE), until=CALLBACK, **typed)
    first = openid_client.finish(url)
    second = openid_client.refresh(first["refresh_token"])
    assert second["refresh_token"] != first["refresh_token"]
    assert openid_client.userinfo(second["access_token"], john["user_id"])["email"] == john["email"]

    openid_client.revoke(second["refresh_token"])
    with pytest.raises(Refused) as refused:
        openid_client.refresh(second["refresh_token"])
    assert refused.value.code == "invalid_grant"


def test_authlib_signs_a_user_in_refreshes_and_revokes(server, web_shop, user_agent, john):
    find = {"verify": server.trust, "timeout": 60}
    about = httpx.get(f"https://{server.domain}/.well-known/openid-configuration", **find).json()
    given = {"redirect_uri": CALLBACK, "scope": SCOPE, "code_challenge_method": "S256"}
    verifier, nonce = "v" * 64, "n-0S6_WzA2Mj"
    with OAuth2Client(**web_shop, **given, token_endpoint=about["token_endpoint"], **find) as client:
        url, state = client.create_authorization_url(
            about["authorization_endpoint"], code_verifier=verifier, nonce=nonce
        )
        back = user_agent.visit(url, until=CALLBACK, email=john["email"], password=PASSWORD)
        token = client.fetch_token(authorization_response=back, state=state, code_verifier=verifier)

        keys = KeySet.import_key_set(httpx.get(about["jwks_uri"], **find).json())
        demanded = {"iss": {"value": about["issuer"]}, "aud": {"value": web_shop["client_id"]}}
        read = jwt.decode(token["id_token"], keys, algorithms=["RS256"])
        claims = CodeIDToken(
            read.claims,
            read.header,
            options=demanded,
            params={
                "nonce": nonce,
                "client_id": web_shop["client_id"],
                "access_token": token["access_token"],
            },
        )
        claims.validate()
        assert claims["sub"] == client.get(about["userinfo_endpoint"]).json()["sub"] == john["user_id"]

        renewed = client.refresh_token()
        assert renewed["refresh_token"] != token["refresh_token"]
        revoked = client.revoke_token(about["revocation_endpoint"], token=renewed["refresh_token"])
        assert revoked.status_code == 200
