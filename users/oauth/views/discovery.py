"""`GET /.well-known/openid-configuration`."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from users.conf import conf
from users.oauth.authorization_request import IMPLICIT_GRANT, PROMPTS, RESPONSE_MODES, RESPONSE_TYPES
from users.oauth.grants.authorization_code import S256Challenge
from users.oauth.grants.client_authentication import ALL_AUTH_METHODS
from users.oauth.grants.offline_access import OFFLINE_ACCESS
from users.oauth.server import GRANTS
from users.sign_in.id_token_claims import CLAIMS
from users.tokens.custom_claims import GENERATION_CLAIM
from users.tokens.issue import MFA_ACR
from users.tokens.keys import PUBLISHED_SECONDS


@require_safe
def openid_configuration(request: HttpRequest) -> JsonResponse:
    """Describe the endpoints and features that exist. Readable from any origin."""
    # A public document: browser applications read it from any origin. The same lifetime as that of keys.
    headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": f"public, max-age={PUBLISHED_SECONDS}"}
    return JsonResponse(_document(), headers=headers)


def _document() -> dict[str, object]:
    """Source for the names: OpenID Connect Discovery 1.0, section 3."""
    of_tokens = ("iss", "aud", "iat", "exp", "auth_time", "nonce", "at_hash", "c_hash", "sid", "acr", "amr")
    of_users = [name for names in CLAIMS.values() for name in names]
    return {
        "issuer": conf.issuer,
        "authorization_endpoint": conf.public_url + reverse("authorize"),
        "token_endpoint": conf.public_url + reverse("token"),
        "userinfo_endpoint": conf.public_url + reverse("userinfo"),
        "revocation_endpoint": conf.public_url + reverse("revoke"),
        "mfa_challenge_endpoint": conf.public_url + reverse("mfa_challenge"),
        "end_session_endpoint": conf.public_url + reverse("oidc_logout"),
        "jwks_uri": conf.public_url + reverse("jwks"),
        "grant_types_supported": [*(grant.GRANT_TYPE for grant in GRANTS), IMPLICIT_GRANT],
        "response_types_supported": list(RESPONSE_TYPES),
        "response_modes_supported": list(RESPONSE_MODES),
        "code_challenge_methods_supported": S256Challenge.SUPPORTED_CODE_CHALLENGE_METHOD,
        "prompt_values_supported": sorted(PROMPTS),
        "acr_values_supported": [MFA_ACR],
        "authorization_response_iss_parameter_supported": conf.authorization_response_iss,
        # Said expressly, since the default of the latter is true.
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ALL_AUTH_METHODS,
        "scopes_supported": [*CLAIMS, OFFLINE_ACCESS],
        "claims_supported": [*of_tokens, GENERATION_CLAIM, *of_users],
    }
