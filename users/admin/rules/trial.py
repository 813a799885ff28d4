"""*Try it*: what the text in the editor would do at a sign-in of a user. Nothing is saved."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import chain
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext, gettext_lazy

from users.actions.rules.enabled_rules import RuleScript
from users.admin.request import TemplateContext
from users.admin.rules.application_choice import ApplicationField, suggested_applications
from users.admin.rules.form import ScriptField
from users.metadata.diff import Diff
from users.metadata.text import bad_characters
from users.metadata.three_way import ABSENT
from users.models import Client, Rule, User
from users.representation.rules import MAX_SCRIPT_BYTES
from users.rights.actor import Actor
from users.rights.errors import Denied
from users.rights.may import Verb, check
from users.rules.trial import Trial, try_rules
from users.sign_in.account_lookup import find_by_identifier
from users.web.differences import Lines, diff_lines, limit_lines

# Most users that an ambiguous name is refused with.
MAX_NAMED = 5
# Lines of changed metadata on the page; of the rest the number is shown.
MAX_LINES = 50
TOKEN_TITLES = {"idToken": gettext_lazy("ID token"), "accessToken": gettext_lazy("Access token")}


class TrialForm(forms.Form):
    """Which sign-in is tried."""

    # The fields are part of the form that saves, which needs none of them.
    use_required_attribute = False

    try_user = forms.CharField(
        label=gettext_lazy("User"),
        max_length=255,
        help_text=gettext_lazy("Email, username or user ID."),
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "off",
                "spellcheck": "false",
                "data-suggest": reverse_lazy("admin:suggest"),
                "data-suggest-user": "",
            }
        ),
    )
    try_client = ApplicationField(
        label=gettext_lazy("Application"), help_text=gettext_lazy("Name or client ID.")
    )
    try_network = forms.BooleanField(
        label=gettext_lazy("Allow network calls"),
        required=False,
        help_text=gettext_lazy("Requests to the allowed hosts are really sent."),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.applications = suggested_applications()
        if self.applications:
            self.fields["try_client"].initial = self.applications[0][0]

    def clean_try_user(self) -> User:
        """Return the one user who is meant."""
        typed = self.cleaned_data["try_user"]
        found = find_users(typed)
        if not found:
            raise forms.ValidationError(gettext("No user has this email, username or user ID."))
        if len(found) > 1:
            ids = ", ".join(user.user_id for user in found[:MAX_NAMED])
            raise forms.ValidationError(
                gettext("Several users have it. Name one by user ID: %(ids)s.") % {"ids": ids}
            )
        return found[0]


def find_users(typed: str) -> list[User]:
    """The users with this user ID or, where there is none, with this email, username or phone number."""
    if bad_characters(typed):
        return []
    by_id = list(User.objects.with_connection().filter(user_id=typed))
    return by_id or find_by_identifier(typed)


def run_trial(
    form: TrialForm, rule: Rule | None, name: str, script: str, actor: Actor
) -> TemplateContext | None:
    """Run the script as it was typed and return what the page shows; None where the form has errors."""
    # Before users are looked up: those who may try rules may see them.
    check(actor, Verb.TRY_RULES)
    text = ScriptField.normalize(script)
    if len(text.encode()) > MAX_SCRIPT_BYTES or bad_characters(text):
        form.add_error(None, gettext("The script is too long, or has characters that cannot be stored."))
    if not form.is_valid():
        return None
    user = form.cleaned_data["try_user"]
    client: Client = form.cleaned_data["try_client"]
    draft = RuleScript(pk=None, rule_id=rule.rule_id if rule else "", name=name, script=text)
    try:
        trial = try_rules(
            user,
            client,
            user.connection,
            scripts=[draft],
            actor=actor,
            network=form.cleaned_data["try_network"],
        )
    except Denied as denied:
        form.add_error("try_user", denied.reason)
        return None
    return {"user": user, "client": client, **show_trial(trial)}


def show_trial(trial: Trial) -> TemplateContext:
    """What the page shows of a trial."""
    lines = metadata_lines(trial)
    decided = trial.decisions
    notes = [
        decided.redirect_url
        and gettext("The user would be sent to %(url)s.") % {"url": decided.redirect_url},
        decided.demands_second_factor and gettext("The user would be asked for a second factor."),
        decided.scopes.replaced_by is not None
        and gettext("The scopes would be: %(scopes)s.") % {"scopes": " ".join(decided.scopes.replaced_by)},
        decided.dropped
        and gettext("Left out, since no rule may set them: %(names)s.")
        % {"names": ", ".join(decided.dropped)},
    ]
    return {
        "error": trial.error and trial.error.message,
        "kind": trial.error and trial.error.kind,
        "line": trial.error and trial.error.line,
        "milliseconds": round(trial.seconds * 1000),
        "notes": list(filter(None, notes)),
        "tokens": [
            {
                "title": title,
                "claims": [
                    {"name": name, "value": show_value(value)}
                    for tried in trial.rules
                    for name, value in tried.claims[token].items()  # type: ignore[index]  # a literal
                ],
            }
            for token, title in TOKEN_TITLES.items()
        ],
        "lines": lines.shown,
        "more": lines.more,
        "console": [line for tried in trial.rules for line in tried.console],
    }


def show_value(value: Any) -> str:
    """A claim as text: JSON, but a text without its quotes."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def metadata_lines(trial: Trial) -> Lines:
    """What the rules would have saved, path by path."""
    changed = (_document_lines(tried.metadata) for tried in trial.rules)
    return limit_lines(chain.from_iterable(changed), MAX_LINES)


def _document_lines(metadata: Mapping[str, Diff]) -> chain[Any]:
    return chain.from_iterable(
        diff_lines(
            document,
            key,
            sides.get("before", ABSENT),
            sides.get("after", ABSENT),
            names_part=True,
        )
        for document, diff in metadata.items()
        for key, sides in diff.items()
    )
