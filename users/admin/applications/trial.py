"""*Try this sign-in*: an administrator signs in to an application as a user, and sees the decoded tokens."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from joserfc import jwt

from users.actions.authorizations.codes import CodeRefused
from users.admin.applications.api_access import MAX_APIS
from users.admin.applications.page import SECTION, get_application_or_404, require_administrator
from users.admin.applications.rows import application_row
from users.admin.request import TemplateContext
from users.conf import conf
from users.models import Client, ResourceServer
from users.sign_in.trial import Trial, TrialResult, begin_trial, finish_trial
from users.tokens.keys import public_keys
from users.web.client_ip import client_ip
from users.web.page_view import PageRequest

# The key of the waiting trial in the session.
WAITING = "trial"
# What the claims of tokens mean. Source: OpenID Connect Core 1.0, sections 2 and 5.1; RFC 9068.
MEANINGS = {
    "iss": gettext_lazy("Issuer"),
    "sub": gettext_lazy("User ID"),
    "aud": gettext_lazy("Audience: for whom it is"),
    "azp": gettext_lazy("Client ID of the application"),
    "iat": gettext_lazy("Issued"),
    "exp": gettext_lazy("Expires"),
    "auth_time": gettext_lazy("Signed in"),
    "nonce": gettext_lazy("Binds it to this request"),
    "at_hash": gettext_lazy("Binds it to the access token"),
    "sid": gettext_lazy("Session"),
    "amr": gettext_lazy("How the user signed in"),
    "acr": gettext_lazy("Level of the sign-in"),
    "scope": gettext_lazy("Scopes that were granted"),
    "permissions": gettext_lazy("Permissions at the API"),
    "token_generation": gettext_lazy("Changes when the user's access ends, as by a block"),
    "authorization_id": gettext_lazy("The authorization, by which the token can be revoked"),
}
TIMES = frozenset({"iat", "exp", "auth_time"})


class TrialForm(forms.Form):
    """What the trial asks for."""

    audience = forms.ChoiceField(label=gettext_lazy("API"), required=False)
    scope = forms.CharField(
        label=gettext_lazy("Scopes"),
        max_length=1_000,
        required=False,
        initial="openid profile email",
        widget=forms.TextInput(attrs={"autocapitalize": "off", "autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy(
            "Separated by spaces. offline_access is left out: a trial gets no refresh token."
        ),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        field: Any = self.fields["audience"]
        field.choices = [
            ("", gettext("None: the access token is for /userinfo")),
            (conf.management_audience, gettext("Management API, for the user's own profile")),
            *ResourceServer.objects.custom().values_list("identifier", "name")[:MAX_APIS],
        ]


def try_page(request: PageRequest, client_id: str, frame: TemplateContext) -> HttpResponse:
    """GET asks for API and scopes, POST begins the trial and leads to the sign-in page."""
    require_administrator(request)
    client = get_application_or_404(client_id)
    form = TrialForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _begin(request, client, form)
    context = {
        **frame,
        **application_row(client),
        "title": gettext("Try this sign-in"),
        "section": SECTION,
        "form": form,
        "has_grant": "authorization_code" in client.grant_types,
        "has_connection": client.connections.filter(is_enabled=True).exists(),
    }
    status = 422 if form.errors else 200
    return TemplateResponse(request, "users/admin/application_try.html", context, status=status)


@csrf_exempt  # the answer comes from `/authorize`, and `state` proves that it is the one asked for
@sensitive_post_parameters("code")
@sensitive_variables()
def trial_page(request: PageRequest, frame: TemplateContext) -> HttpResponse:
    """The callback of a trial: exchange the code and show what the tokens say, once.

    They are in this page alone, which is not cached: in no URL, session or log.
    """
    require_administrator(request)
    # Removed in any case: an answer is used once.
    waiting = request.session.pop(WAITING, None)
    context = {**frame, "title": gettext("Trial"), "section": SECTION}
    if waiting is None or not _is_answer_to(waiting, request):
        return _failure(request, context, "", gettext("This trial has ended. Start it again."))
    trial = Trial(**waiting)
    client = get_application_or_404(trial.client_id)
    context |= application_row(client)
    if "error" in request.POST:
        return _failure(request, context, request.POST["error"], request.POST.get("error_description", ""))
    try:
        tested = finish_trial(trial, client, request.POST.get("code", ""), ip=client_ip(request) or "")
    except CodeRefused:
        text = gettext("The code has expired or was used already. Start again.")
        return _failure(request, context, "invalid_grant", text)
    return TemplateResponse(request, "users/admin/application_tokens.html", {**context, **_shown(tested)})


def _begin(request: PageRequest, client: Client, form: TrialForm) -> HttpResponse:
    # Of this host, on which the administrator's session is: the signature says that it is ours.
    callback = request.build_absolute_uri(reverse("admin:application_trial"))
    trial, parameters = begin_trial(
        client,
        redirect_uri=callback,
        scope=form.cleaned_data["scope"],
        audience=form.cleaned_data["audience"],
    )
    request.session[WAITING] = trial.to_json()
    return HttpResponseRedirect(f"{reverse('authorize')}?{urlencode(parameters)}")


def _is_answer_to(waiting: Mapping[str, str], request: PageRequest) -> bool:
    state = request.POST.get("state", "")
    return request.method == "POST" and secrets.compare_digest(state.encode(), waiting["state"].encode())


def _failure(request: PageRequest, context: TemplateContext, error: str, text: str) -> HttpResponse:
    context = {**context, "error": error, "text": text}
    return TemplateResponse(request, "users/admin/application_tokens.html", context, status=400)


def _shown(tested: TrialResult) -> TemplateContext:
    """What the page shows: each token's header and claims, and those of `/userinfo`."""
    user = tested.authorization.user
    # Verified with the published keys, as an application does it.
    decoded = {
        name: jwt.decode(tested.tokens[name], public_keys(), algorithms=["RS256"])
        for name in ("id_token", "access_token")
        if name in tested.tokens
    }
    titles = {"id_token": gettext("ID token"), "access_token": gettext("Access token")}
    parts = [
        {
            "id": name,
            "title": titles[name],
            "header": json.dumps(token.header),
            "rows": [_row(*claim) for claim in token.claims.items()],
        }
        for name, token in decoded.items()
    ]
    if tested.userinfo is not None:
        rows = [_row(*claim) for claim in tested.userinfo.items()]
        parts.append({"id": "userinfo", "title": "/userinfo", "header": "", "rows": rows})
    return {"subject": user, "parts": parts, "scope": tested.tokens["scope"]}


def _row(name: str, value: Any) -> TemplateContext:
    is_time = name in TIMES and isinstance(value, int)
    return {
        "name": name,
        "value": value if isinstance(value, str) else json.dumps(value, ensure_ascii=False),
        "meaning": MEANINGS.get(name, ""),
        "at": datetime.fromtimestamp(value, UTC) if is_time else None,
    }
