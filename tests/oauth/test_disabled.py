"""Endpoints of Auth0 that are not offered say so in OAuth's form."""

from __future__ import annotations

import pytest
from django.test import Client as Browser

from tests.oauth.answers import refused

PATHS = ["/oauth/ro", "/delegation", "/tokeninfo", "/passkey/register", "/passkey/challenge"]


@pytest.mark.parametrize("path", PATHS)
def test_it_is_not_found_in_auth0s_word(db, path):
    strict = Browser(enforce_csrf_checks=True)

    for answer in (strict.post(path, '{"client_id": "x"}', "application/json"), strict.get(path)):
        assert refused(answer) == (404, "endpoint_disabled", f"{path} is not offered.")


def test_other_endpoints_that_do_not_exist_are_not_found(db):
    for path in ("/oauth/par", "/oauth/device/code", "/bc-authorize", "/oidc/register", "/me/v1/factors"):
        assert Browser().post(path, "{}", "application/json").status_code == 404, path
