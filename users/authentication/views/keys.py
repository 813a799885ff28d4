"""`GET /.well-known/jwks.json`."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from users.tokens.keys import published_keys, signing_key


@require_safe
def published(request: HttpRequest) -> JsonResponse:
    """The public keys by which anybody can verify our tokens. Readable from any origin."""
    if not published_keys():
        signing_key()  # the first visitor must find the key that will sign
    headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=300"}
    return JsonResponse({"keys": published_keys()}, headers=headers)
