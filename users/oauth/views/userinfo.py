"""`/userinfo`: the claims about the user of an access token.

Source: OpenID Connect Core 1.0, section 5.3; Auth0's Authentication API reference, "User Profile".
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from users.conf import conf
from users.oauth.bearer import (
    MissingToken,
    bearer_token,
    invalid_token,
    require_scope,
    verified_token,
)
from users.oauth.endpoint import oauth_endpoint
from users.oauth.errors import TokenError
from users.oauth.server import server
from users.sign_in.userinfo_claims import userinfo_claims
from users.web.rate_usage import usage_of


@oauth_endpoint("GET", "HEAD", "POST")
def userinfo(request: HttpRequest) -> HttpResponse:
    """Answer with the current values of the claims that the token's scopes open, and the custom claims of
    its sign-in."""
    # By IP address, so that it is counted before a signature is verified. Middleware adds the headers.
    usage = usage_of(request)
    if usage is not None and usage.is_over:
        raise TokenError("too_many_requests", "Global limit has been reached", 429)
    try:
        token = verified_token(bearer_token(request, allow_body=True))
        # Before the audience: a token for an API lacks ours because it lacks the scope.
        require_scope(token, "openid")
        if conf.userinfo_url not in token.audiences:
            raise invalid_token()
    except MissingToken as error:
        # Auth0's answer, which is text.
        return HttpResponse("Unauthorized", status=401, content_type="text/plain", headers=error.challenge)
    return server.handle_response(200, userinfo_claims(token.authorization, token.scopes), [])
