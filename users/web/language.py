"""The language of a page: what the application or the user asks for, if there is a catalogue for it.

The hosted pages follow `ui_locales` of the application, then the browser (`Accept-Language`); the pages on
which users sign in and the own page follow the user's `locale`, then the browser. The dashboard and the API
are in English.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language_from_request, gettext
from django.views.i18n import JavaScriptCatalog

from users.metadata.messages import Message
from users.models import User
from users.representation.languages import find_language
from users.web.json_paths import is_api
from users.web.sso_paths import is_sso_path

# Pages for staff, and files.
_ENGLISH_PATHS = ("/admin/", "/exports/", "/demo/")
# Pages of a user who may be signed in: signing in, passwords, second factors, the own page.
_OWN_PATHS = ("/login/", "/logout/", "/password/", "/profile/")


class LanguageMiddleware:
    """Set the language for the time of the request. Must come before all that may answer with a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if is_api(path) or path.startswith(_ENGLISH_PATHS):
            with translation.override(settings.LANGUAGE_CODE):
                return self._get_response(request)
        with translation.override(None):
            use_language(request, request.GET.get("ui_locales", "") if is_sso_path(path) else "")
            response = self._get_response(request)
            if response.get("Content-Type", "").startswith("text/html"):
                response.headers.setdefault("Content-Language", translation.get_language() or "")
                patch_vary_headers(response, ("Accept-Language",))
            return response

    def process_view(self, request: HttpRequest, *_: Any) -> None:
        """Follow the `locale` of the user, once it is known who that is."""
        if request.path_info.startswith(_OWN_PATHS) and isinstance(request.user, User):
            use_language(request, request.user.locale or "")


def use_language(request: HttpRequest, wanted: str) -> None:
    """Use the first language of `wanted` that has a catalogue, else that of the browser.

    `wanted` holds language tags (BCP 47) separated by spaces, as `ui_locales` does. Source: OpenID Connect
    Core 1.0, section 3.1.2.1.
    """
    translation.activate(find_language(wanted) or get_language_from_request(request))


def translate(text: str) -> str:
    """Translate a message of a rule that knows no Django; other text stays as it is."""
    if not isinstance(text, Message):
        return text
    template = gettext(text.template)
    if isinstance(text.values, tuple):
        return template % tuple(map(_translate_value, text.values)) if text.values else template
    values = {name: _translate_value(value) for name, value in text.values.items()}
    return template % values if values else template


def _translate_value(value: object) -> object:
    return translate(value) if isinstance(value, str) else value


class TextsView(JavaScriptCatalog):
    """The texts of the scripts, in the language that the URL names."""

    def get(self, request: HttpRequest, *args: Any, language: str, **options: Any) -> HttpResponse:
        """Return an empty catalogue for a language that has none."""
        with translation.override(find_language(language) or settings.LANGUAGE_CODE):
            return super().get(request, *args, **options)

    def get_paths(self, packages: list[str]) -> list[str]:
        """Leave out the catalogues of Django's own apps, whose scripts no page loads."""
        return [str(path) for path in settings.LOCALE_PATHS]
