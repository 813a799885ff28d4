"""`GET /.well-known/jwks.json`."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from users.tokens.keys import PUBLISHED_SECONDS, published_keys, signing_key


@require_safe
def jwks(request: HttpRequest) -> JsonResponse:
    """Publish the public keys by which resource servers verify our tokens. Readable from any origin."""
    if not published_keys():
        signing_key()  # create it: a key must be published before it signs
    headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": f"public, max-age={PUBLISHED_SECONDS}"}
    return JsonResponse({"keys": published_keys()}, headers=headers)
