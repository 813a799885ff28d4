"""The two session cookies: which paths read which.

Single sign-on to applications has a cookie of its own, which is sent in frames of other sites, so that an
application can ask silently whether its user is signed in. The cookie of the dashboard and the own page
never is. Neither opens the pages of the other: the path decides which one is read, and a session is found
under its own kind only.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from users.sign_in.session_store import SsoSessionStore
from users.web.sso_paths import is_sso_path


class SessionCookieMiddleware(SessionMiddleware):
    """Django's middleware for sessions, which on paths of single sign-on reads and sets the other cookie."""

    def process_request(self, request: HttpRequest) -> None:
        """Attach the session; nothing is read from the database before it is used."""
        if is_sso_path(request.path_info):
            request.session = SsoSessionStore(request.COOKIES.get(settings.SSO_COOKIE_NAME))
        else:
            super().process_request(request)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Save the session where it has changed, and set or delete its cookie."""
        session = getattr(request, "session", None)  # None where a middleware before this one has answered
        if not isinstance(session, SsoSessionStore):
            return super().process_response(request, response)
        accessed, modified, is_empty = session.accessed, session.modified, session.is_empty()
        if accessed or modified:
            patch_vary_headers(response, ("Cookie",))
        if is_empty and settings.SSO_COOKIE_NAME in request.COOKIES:
            response.delete_cookie(settings.SSO_COOKIE_NAME, samesite=settings.SSO_COOKIE_SAMESITE)
        elif modified and not is_empty and response.status_code < 500:
            _save(session)
            response.set_cookie(
                settings.SSO_COOKIE_NAME,
                session.session_key or "",
                max_age=None if session.get_expire_at_browser_close() else session.get_expiry_age(),
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite=settings.SSO_COOKIE_SAMESITE,
            )
        return response


def _save(session: SsoSessionStore) -> None:
    """Raises SessionInterrupted where the session was ended meanwhile, for instance by a member of staff."""
    try:
        session.save()
    except UpdateError:
        raise SessionInterrupted("The session was ended before the request completed.") from None
