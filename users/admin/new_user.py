"""The page that creates a user: connection, email, a password or an invitation, and both documents."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext, gettext_lazy

from users.actions.account.create_user import create_user
from users.actions.account.documents import DOCUMENT_VERBS
from users.actions.errors import DuplicateField, NotSupported, WeakPassword
from users.mail.invitation import request_invitation
from users.mail.send import MailDisabled, check_mail_enabled
from users.metadata.documents import DOCUMENTS
from users.metadata.errors import MetadataError
from users.models import Connection, User
from users.representation.fields import FIELDS
from users.representation.validation import FieldError
from users.rights.actor import Actor
from users.rights.may import Verb, check, denial_reason, may
from users.rights.visible import visible
from users.web.documents_form import DocumentsForm
from users.web.page_view import PageRequest

INVITATION, PASSWORD = "invitation", "password"
PROFILE_FIELDS = ("email", "username", "name")


class NewUserForm(forms.Form):
    """What an account begins with. The write path validates the values, as for every other face."""

    connection = forms.ModelChoiceField(
        Connection.objects.none(),
        label=gettext_lazy("Connection"),
        empty_label=None,
        to_field_name="connection_id",
    )
    email = forms.CharField(label=gettext_lazy("Email"), required=False, max_length=254)
    username = forms.CharField(
        label=gettext_lazy("Username"),
        required=False,
        max_length=128,
        help_text=gettext_lazy("Only for connections that require one."),
    )
    name = forms.CharField(label=gettext_lazy("Name (optional)"), required=False, max_length=300)
    access = forms.ChoiceField(
        label=gettext_lazy("First sign-in"),
        choices=[
            (INVITATION, gettext_lazy("Invite by email: the user sets a password")),
            (PASSWORD, gettext_lazy("Set a password now")),
        ],
        widget=forms.RadioSelect,
        initial=INVITATION,
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        required=False,
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    reason = forms.CharField(label=gettext_lazy("Reason (optional)"), required=False, max_length=500)

    def __init__(self, actor: Actor, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        databases = Connection.objects.filter(strategy="auth0", is_enabled=True).order_by("name")
        self.connections = list(databases)
        field = self.fields["connection"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = databases
        if self.connections:
            field.initial = self.connections[0].connection_id
        # Nothing to choose: the name is shown, and sent as a hidden field.
        if len(self.connections) == 1:
            field.widget = forms.HiddenInput()
        if not any(each.options.get("requires_username") for each in self.connections):
            del self.fields["username"]
        for name in ("email", "username", "name", "reason"):
            if name in self.fields:
                # Browsers would otherwise offer the staff member's own.
                self.fields[name].widget.attrs["autocomplete"] = "off"
        self.invitation_refusal = _invitation_refusal(actor)
        if self.invitation_refusal:
            self.fields["access"].initial = PASSWORD

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("access") == PASSWORD and not cleaned.get("password"):
            self.add_error("password", gettext("Enter a password."))
        if cleaned.get("access") == INVITATION:
            if self.invitation_refusal:
                self.add_error("access", self.invitation_refusal)
            if not cleaned.get("email"):
                self.add_error("email", gettext("An invitation needs an email."))
        return cleaned

    @property
    def profile(self) -> dict[str, str]:
        """The root fields that were filled in."""
        given = {name: self.cleaned_data.get(name, "").strip() for name in PROFILE_FIELDS}
        return {name: value for name, value in given.items() if value}


def new_user_page(request: PageRequest, frame: dict[str, Any]) -> HttpResponse:
    """GET shows the form, POST creates the user and opens the user's page."""
    actor = request.actor
    check(actor, Verb.CREATE)
    data = request.POST if request.method == "POST" else None
    form = NewUserForm(actor, data)
    documents = DocumentsForm(User(), _editable_documents(actor), data)
    if request.method == "POST":
        # Both, so that all errors are shown at once.
        is_valid = [form.is_valid(), documents.is_valid()]
        user = _create(form, documents, actor) if all(is_valid) else None
        if user is not None:
            messages.success(request, _success(user, form))
            return redirect("admin:users_user_change", user.pk)
    context = {
        **frame,
        "title": gettext("New user"),
        "section": "users",
        "form": form,
        "documents_form": documents,
        "hidden": [name for name in DOCUMENTS if name not in documents.documents],
        "errors": form.errors or documents.errors,
    }
    status = 422 if form.errors or documents.errors else 200
    return TemplateResponse(request, "users/admin/new_user.html", context, status=status)


def _editable_documents(actor: Actor) -> tuple[str, ...]:
    return tuple(name for name in DOCUMENTS if visible(actor, name) and may(actor, DOCUMENT_VERBS[name]))


def _invitation_refusal(actor: Actor) -> str:
    """Why no invitation can be sent; empty where one can."""
    try:
        check_mail_enabled()
    except MailDisabled:
        return gettext("Mail is not set up (EMAIL_URL), so no invitation can be sent.")
    return denial_reason(actor, Verb.SEND_RESET)


def _create(form: NewUserForm, documents: DocumentsForm, actor: Actor) -> User | None:
    """Create the user; None where the forms now have errors."""
    values, reason = form.cleaned_data, form.cleaned_data["reason"]
    is_invited = values["access"] == INVITATION
    try:
        # The user and the mail together. A password is hashed outside of a transaction: hashing takes a tenth
        # of a second, during which SQLite's one write lock would be held.
        with transaction.atomic() if is_invited else nullcontext():
            user = create_user(
                values["connection"],
                actor=actor,
                profile=form.profile,
                password=None if is_invited else values["password"],
                reason=reason,
                **{name: write.value for name, write in documents.writes.items()},
            )
            if is_invited:
                request_invitation(user, actor=actor, reason=reason)
    except MetadataError as error:
        documents.add_metadata_error(error)
    except WeakPassword as error:
        form.add_error("password", error.messages)
    except FieldError as error:
        form.add_error(error.field if error.field in form.fields else None, f"{error.rule}.")
    except DuplicateField as error:
        label = FIELDS[error.field].label.lower()
        form.add_error(error.field, gettext("Another user of this connection has this %s.") % label)
    except NotSupported as error:
        form.add_error("username" if "username" in form.fields else None, str(error))
    else:
        return user
    return None


def _success(user: User, form: NewUserForm) -> str:
    if form.cleaned_data["access"] == INVITATION:
        return gettext("Created. An invitation is on its way to %s.") % user.email
    return gettext("Created.")
