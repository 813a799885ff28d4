"""The form for one or both metadata documents, used by staff and by users on their own page.

The text in each box is the document. Two hidden fields travel with it: the version that was opened (an
optimistic lock) and a digest of the text as shown, so that an untouched box writes nothing even if the
document has changed since.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext, gettext_lazy

from users.actions.account.documents import Replace, version_of
from users.actions.account.edit_user import Edit, edit_user
from users.actions.errors import Conflict
from users.conf import conf
from users.history.point_in_time import document_at
from users.metadata.documents import JSON
from users.metadata.errors import MetadataError, TextError
from users.metadata.schema import Problem, SchemaError
from users.metadata.text import dump, dump_pretty, parse
from users.metadata.three_way import ABSENT, Merged, merge_three_way, set_or_remove
from users.metadata.validate import size_above_advised, validate
from users.models import User
from users.rights.actor import Actor
from users.schemas.current import get_schema
from users.web.differences import Value
from users.web.form_schema import build_form_schema, title_of, titles_along
from users.web.language import translate

LABELS = {"user_metadata": gettext_lazy("User metadata"), "app_metadata": gettext_lazy("App metadata")}
HELP = {
    "user_metadata": gettext_lazy("The user can edit this"),
    "app_metadata": gettext_lazy("Staff and API clients only"),
}
CONFLICT = gettext_lazy("This was changed while you were editing. Not saved.")
# At most this many keys of one document are offered for choice; the text decides about more.
MAX_CHOICES = 50


class DocumentsForm(forms.Form):
    """`writes` holds, once valid, the `Replace` for each document that was edited; empty if none was."""

    data: MultiValueDict[str, Any]

    reason = forms.CharField(
        label=gettext_lazy("Reason for the change"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("Optional. Stored with the change."),
    )

    def __init__(
        self,
        user: User,
        documents: tuple[str, ...],
        *args: Any,
        has_reason: bool = False,
        is_own: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.user = user
        self.documents = documents
        # On the own page: users know the titles of fields, staff the names of documents and keys.
        self.is_own = is_own
        self.writes: dict[str, Replace] = {}
        self.theirs: dict[str, str] = {}
        self.merged: dict[str, Merged] = {}
        self.typed: dict[str, str] = {}
        # Validation errors by document as `{path, reason}`, which the editor shows at the field.
        self.problems: dict[str, list[dict[str, Any]]] = {name: [] for name in documents}
        if not has_reason:
            del self.fields["reason"]
        for name in documents:
            self._add_document(name)

    def _add_document(self, name: str) -> None:
        text = document_text(self.user, name)
        area = forms.Textarea(attrs={"rows": 14, "spellcheck": "false", "autocomplete": "off"})
        self.fields[name] = forms.CharField(
            label=gettext("Preferences") if self.is_own else LABELS[name],
            help_text="" if self.is_own else HELP[name],
            # Shown as stored: `strip` would change the digest of an unedited document.
            initial=text,
            required=False,
            strip=False,
            widget=area,
        )
        # Django's own validators would refuse null characters first; our parser's message names the place.
        self.fields[name].validators = []
        self.fields[f"{name}_version"] = forms.IntegerField(
            initial=version_of(self.user, name), widget=forms.HiddenInput, min_value=0, max_value=2**31
        )
        self.fields[f"{name}_opened"] = forms.CharField(
            initial=digest(text), widget=forms.HiddenInput, required=False
        )

    @property
    def has_form(self) -> bool:
        """Whether a schema can draw a form for any of the documents."""
        return any(get_schema(name) for name in self.documents)

    @property
    def first_shown(self) -> str:
        """The document that a narrow screen shows first: one with an error, or else the last one."""
        return next((name for name in self.documents if name in self.errors), self.documents[-1])

    @property
    def has_choices(self) -> bool:
        """Whether a conflict leaves a key for which the user chooses between two values."""
        return any(merged.conflicts for merged in self.merged.values())

    def boxes(self) -> list[dict[str, Any]]:
        """Return each document for the template: its field, the hidden fields and, after a conflict, the
        version that was saved meanwhile."""
        return [
            {
                "field": self[name],
                "version": self[f"{name}_version"],
                "opened": self[f"{name}_opened"],
                "number": version_of(self.user, name),
                "theirs": self.theirs.get(name),
                "typed": self.typed.get(name),
                "choices": self._choice_rows(name),
                "taken": self._names_of_taken(name),
                "has_more": name in self.merged and len(self.merged[name].conflicts) > MAX_CHOICES,
                "advice": self._size_advice(name),
                "editor": self._editor(name),
            }
            for name in self.documents
        ]

    def _size_advice(self, name: str) -> str:
        """Return a sentence about a stored document that is larger than advised; empty for others."""
        size = size_above_advised(getattr(self.user, name), conf.limits)
        if size is None:
            return ""
        return gettext("%(document)s: %(size)s bytes. More than %(advised)s bytes slow every sign-in.") % {
            "document": LABELS[name],
            "size": intcomma(size),
            "advised": intcomma(conf.limits.advised_bytes),
        }

    def _editor(self, name: str) -> dict[str, Any]:
        """Return the data attributes that configure the browser's editor."""
        schema = get_schema(name)
        form = build_form_schema(schema) if schema else None
        stored = document_text(self.user, name)
        shown = (self[name].value() or "").replace("\r\n", "\n")
        return {
            "schema": json.dumps(form) if form else "",
            "problems": json.dumps(self.problems[name]) if self.problems[name] else "",
            "max_bytes": conf.limits.max_bytes,
            "advised_bytes": conf.limits.advised_bytes,
            # Sent only after a refused save, so that the editor can offer to go back to the stored document.
            "stored": stored if shown != stored else None,
        }

    def clean(self) -> dict[str, Any]:
        super().clean()
        cleaned = self.cleaned_data
        for name in self.documents:
            if name in cleaned and f"{name}_version" in cleaned:
                self._clean_document(name, cleaned)
            # Without the version there is no optimistic lock, so saving could silently overwrite another
            # edit.
            elif f"{name}_version" in self.errors:
                self.add_error(name, gettext("The form was incomplete. Reload the page and try again."))
        return cleaned

    def _clean_document(self, name: str, cleaned: dict[str, Any]) -> None:
        text = cleaned[name]
        if digest(text) == cleaned.get(f"{name}_opened"):
            # Untouched: if the form is shown again, show the current document.
            self._reset_document(name, document_text(self.user, name))
            return
        try:
            value = parse(text)
            if self._apply_choices(name, value):
                self._set_text(name, dump_pretty(value))
            # After the choices are merged in: what is stored is what was validated.
            value = validate(name, value, conf.limits)
        except MetadataError as error:
            error.document = name
            self.add_metadata_error(error)
            return
        self.writes[name] = Replace(value, cleaned[f"{name}_version"])

    def _apply_choices(self, name: str, value: JSON) -> bool:
        """Merge the chosen values of the other edit into `value`, key by key; return whether there were any.

        A key that was edited after it was offered keeps the text as typed.
        """
        theirs = getattr(self.user, name) or {}
        # A document that is no object is refused by `validate` afterwards, with a message of its own.
        chosen = [choice for choice in self._submitted_choices(name) if isinstance(value, dict)]
        for key, offered in chosen:
            if _fingerprint(value.get(key, ABSENT)) == offered:
                set_or_remove(value, key, theirs.get(key, ABSENT))
        return bool(chosen)

    def _submitted_choices(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield each key whose other value was chosen, with the fingerprint of our value when offered."""
        for number in range(MAX_CHOICES):
            if self.data.get(f"{name}_choice_{number}") == "theirs":
                # Keys travel as JSON because browsers normalize line ends in form values.
                try:
                    key = parse(self.data.get(f"{name}_key_{number}", ""))
                # A tampered field offers no choice; the text in the box decides.
                except TextError:
                    continue
                if isinstance(key, str):
                    yield key, self.data.get(f"{name}_mine_{number}", "")

    def _reset_document(self, name: str, text: str) -> None:
        """Put the stored text and its current version into the box."""
        self._set_text(name, text)
        self.data[f"{name}_version"] = str(version_of(self.user, name))
        self.data[f"{name}_opened"] = digest(text)

    def _set_text(self, name: str, text: str) -> None:
        """Set the text of the box as if the user had typed it."""
        # request.POST is immutable.
        self.data = self.data.copy()
        self.data[name] = text

    def _names_of_taken(self, name: str) -> list[str]:
        """Return the names of the keys that were merged in from the other edit."""
        return [self._name_of(name, key) for key in self.merged[name].taken] if name in self.merged else []

    def _name_of(self, document: str, key: str) -> str:
        """Return the title of a key's field for users, `user_metadata.age` for staff."""
        return title_of(get_schema(document), key) if self.is_own else f"{document}.{key}"

    def _choice_rows(self, name: str) -> list[dict[str, Any]]:
        if name not in self.merged:
            return []
        return [
            {
                "name": self._name_of(name, one.key),
                "key_json": json.dumps(one.key),
                "mine": _format_value(one.mine),
                "theirs": _format_value(one.theirs),
                # The same for the browser's editor: None where the key is to be removed.
                "mine_json": None if one.mine is ABSENT else dump_pretty(one.mine),
                "theirs_json": None if one.theirs is ABSENT else dump_pretty(one.theirs),
                "fingerprint": _fingerprint(one.mine),
            }
            for one in self.merged[name].conflicts[:MAX_CHOICES]
        ]

    def write(self, actor: Actor, reason: str = "") -> DocumentsForm | None:
        """Save the documents. Return None once saved, otherwise the form with its errors.

        Raises Denied, UserNotFound or User.DoesNotExist.
        """
        try:
            edit_user(self.user, Edit(documents=self.writes), actor=actor, reason=reason)
        except Conflict as conflict:
            fresh = User.objects.with_connection().get(pk=self.user.pk)
            return self.merge_conflict(fresh, conflict)
        except MetadataError as error:
            self.add_metadata_error(error)
            return self
        return None

    def add_metadata_error(self, error: MetadataError) -> None:
        """Add a refusal to the form's error list and to the editor's list of places."""
        found = error.problems if isinstance(error, SchemaError) else [error]
        for one in found:
            self.add_error(error.document, self._describe(error, one))
        # Text that does not parse has no path that the editor could mark.
        if not isinstance(error, TextError):
            self.problems[error.document] += [
                {"path": one.path, "reason": translate(one.reason)} for one in found
            ]

    def _describe(self, error: MetadataError, one: MetadataError | Problem) -> str:
        """`user_metadata.age: must be …` for staff, `Age must be …` for users."""
        if self.is_own and one.path:
            title = titles_along(get_schema(error.document), one.path)
            reason = translate(one.reason)
            return f"{title} {reason}." if isinstance(error, SchemaError) else f"{title}: {reason}."
        found = error if one is error else MetadataError(one.path, one.reason, document=error.document)
        return translate(found.message)

    def merge_conflict(self, user: User, conflict: Conflict) -> DocumentsForm:
        """Return the form at the current versions, with a three-way merge of what only the other edit
        changed.

        Keys that both changed are offered as choices, so a second save is a deliberate decision.
        """
        data = self.data.copy()
        merged = {name: self._merge(user, name) for name in conflict.documents}
        for key in [key for key in data if "_choice_" in key]:
            del data[key]  # already laid into the text
        for name, both in merged.items():
            data[f"{name}_version"] = str(version_of(user, name))
            data[f"{name}_opened"] = digest(document_text(user, name))
            if both.taken:  # else the text stays just as it was typed
                data[name] = dump_pretty(both.document)
        form = DocumentsForm(
            user, self.documents, data, has_reason="reason" in self.fields, is_own=self.is_own
        )
        form.full_clean()
        for name in conflict.documents:
            form.theirs[name] = document_text(user, name)
            form.merged[name] = merged[name]
            form.typed[name] = str(self.data[name])
            form.add_error(name, CONFLICT)
        return form

    def _merge(self, user: User, name: str) -> Merged:
        write = self.writes[name]
        # The version that was opened is the common ancestor; history can rebuild it.
        base = document_at(user, name, write.opened_version)
        return merge_three_way(base, write.value, getattr(user, name) or {})


def _fingerprint(value: JSON) -> str:
    """Return a digest that is equal only for equal values."""
    return "absent" if value is ABSENT else hashlib.sha256(dump(value).encode()).hexdigest()


def _format_value(value: JSON) -> str:
    return gettext("(removed)") if value is ABSENT else Value(value).text


def document_text(user: User, document: str) -> str:
    """Return the text of the box: the document as JSON, `{}` where there is none."""
    return dump_pretty(getattr(user, document) or {})


def digest(text: str) -> str:
    """Return a digest of the text that ignores line ends, which browsers normalize to CRLF."""
    normal = text.replace("\r\n", "\n").strip("\n")
    # JSON escapes can hold lone surrogates, which strict UTF-8 refuses to encode.
    return hashlib.sha256(normal.encode("utf-8", "surrogatepass")).hexdigest()
