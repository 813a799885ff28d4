"""allauth's page behind a reset link, which remembers the application where the reset was requested."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from allauth.account.views import PasswordResetFromKeyView
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse

from users.models.compiled_lookup import find_active_client

# Key of the session data; it holds the client id, which allauth's redirect to the page with the form drops.
CLIENT_ID = "reset_client_id"


class ResetPasswordView(PasswordResetFromKeyView):
    """Set a new password by a link from an email, then lead back to the application, if there was one."""

    def dispatch(self, request: HttpRequest, uidb36: str, key: str, **kwargs: Any) -> HttpResponseBase:
        """Remember the client of the link; only `key` proves anything."""
        if key != self.reset_url_key:
            request.session[CLIENT_ID] = request.GET.get("client_id", "")[:100]
        response: HttpResponseBase = super().dispatch(request, uidb36, key, **kwargs)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the client of the link, whose brand the page then has."""
        client_id = self.request.session.get(CLIENT_ID, "")
        client = find_active_client(client_id) if client_id else None
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "client": client}

    def form_valid(self, form: Any) -> HttpResponse:
        """Set the password. The page that follows says so itself, so allauth's message is dropped."""
        response: HttpResponse = super().form_valid(form)
        list(get_messages(self.request))
        return response

    def get_success_url(self) -> str:
        """The page that names the application, or the general one."""
        client_id = self.request.session.pop(CLIENT_ID, "")
        if not client_id:
            return reverse("account_reset_password_from_key_done")
        return f"{reverse('hosted_password_changed')}?{urlencode({'client_id': client_id})}"
