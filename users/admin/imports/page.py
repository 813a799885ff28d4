"""The page that takes a file of users and requests its check."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext, gettext_lazy

from users.conf import conf
from users.import_export.import_record import Existing
from users.import_export.requests import request_check
from users.models import Connection
from users.rights.actor import Actor
from users.rights.may import Verb, check, denial_reason
from users.web.page_view import PageRequest

MAX_FILE_NAME = 120


class ImportForm(forms.Form):
    """Which file, into which connection, and what happens to users who exist already."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        # A long name would be refused, and it is only shown.
        max_length=None,
        help_text=gettext_lazy("JSON or JSON lines, also compressed with gzip."),
        widget=forms.FileInput(
            attrs={"accept": ".json,.jsonl,.ndjson,.gz,application/json,application/gzip"}
        ),
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "missing": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("The file is empty."),
        },
    )
    connection = forms.ModelChoiceField(
        Connection.objects.none(),
        label=gettext_lazy("Connection"),
        empty_label=None,
        to_field_name="connection_id",
    )
    # Nothing is preset: a wrong choice may overwrite the documents of many users.
    existing = forms.ChoiceField(
        label=gettext_lazy("Users who exist already"),
        choices=[
            (Existing.REFUSE, gettext_lazy("Refuse: only new users are created")),
            (Existing.MERGE, gettext_lazy("Merge: keys of the file are added to their documents")),
            (Existing.REPLACE, gettext_lazy("Replace: their documents become those of the file")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what happens to users who exist already.")},
    )

    def __init__(self, actor: Actor, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        databases = Connection.objects.filter(strategy="auth0", is_enabled=True).order_by("name")
        field = self.fields["connection"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = databases
        self.connections = list(databases)
        if self.connections:
            field.initial = self.connections[0].connection_id
        # Nothing to choose: the name is shown, and sent as a hidden field.
        if len(self.connections) == 1:
            field.widget = forms.HiddenInput()
        self.update_refusal = denial_reason(actor, Verb.CHANGE_PROFILE)

    def clean_existing(self) -> Existing:
        existing = Existing(self.cleaned_data["existing"])
        if existing != Existing.REFUSE and self.update_refusal:
            raise forms.ValidationError(self.update_refusal)
        return existing


def import_page(request: PageRequest, frame: dict[str, Any]) -> HttpResponse:
    """GET shows the form; POST stores the file, requests its check and shows that job."""
    actor = request.actor
    check(actor, Verb.VIEW)
    check(actor, Verb.CREATE)
    is_post = request.method == "POST"
    form = ImportForm(actor, request.POST, request.FILES) if is_post else ImportForm(actor)
    if is_post and form.is_valid():
        file = form.cleaned_data["file"]
        job = request_check(
            file.chunks(),
            form.cleaned_data["connection"],
            form.cleaned_data["existing"],
            file_name=file.name[:MAX_FILE_NAME],
            actor=actor,
        )
        return redirect("admin:job", job.job_id)
    context = {
        **frame,
        "title": gettext("Import users"),
        "section": "users",
        "form": form,
        "most_megabytes": conf.import_max_bytes // 1024**2,
    }
    return TemplateResponse(request, "users/admin/import.html", context, status=422 if form.errors else 200)
