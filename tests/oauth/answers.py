"""How the tests name what they ask for, and read what the token endpoint answers."""

from __future__ import annotations

import json

SECRET = "s3cret"
PASSWORD_GRANT = "password"
REALM_GRANT = "http://auth0.com/oauth/grant-type/password-realm"
REALM = "Username-Password-Authentication"
ISSUER = "http://127.0.0.1:8000/"
MANAGEMENT = f"{ISSUER}api/v2/"
SONGS = "https://songs.example.com"


def refused(response):
    """Status, error and description of an answer that must be an OAuth error and nothing more."""
    body = json.loads(response.content)
    assert response["Content-Type"] == "application/json; charset=utf-8"
    assert response["Cache-Control"] == "no-store"
    assert body.keys() == {"error", "error_description"}
    return response.status_code, body["error"], body["error_description"]


def token_of(response):
    assert response.status_code == 200, response.content
    return response.json()["access_token"]
