"""`/profile/`: a user views their profile, edits their user_metadata only, and sees their history."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from users.conf import conf
from users.metadata.documents import APP_METADATA, USER_METADATA, Document
from users.metadata.text import dump_pretty
from users.models import User
from users.profile.own_changes import own_change, own_changes, recent_changes
from users.profile.sign_in_rows import sign_in_rows
from users.representation.defaults import name_of
from users.representation.fields import FIELDS, TEXT_FIELDS
from users.rights.visible import visible_part
from users.schemas.current import get_schema
from users.web.actors import owner, signed_in_user
from users.web.documents_form import DocumentsForm
from users.web.page_view import PageRequest, View, page_view
from users.web.user_access import application_rows, revoke, session_rows


def own_page(view: View) -> View:
    """A page of the signed-in user, who acts as owner of the account, staff or not. A user who is deleted
    at that very moment is signed out with it, and led home."""
    # Never cached: on a shared computer, Back must not show the page after the user has signed out.
    answer = page_view(view, actor_of=owner, when_gone=lambda request: redirect("home"))
    # `login_required` comes first, since the actor of a page is made from its signed-in user.
    return login_required(never_cache(answer))


@own_page
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: PageRequest) -> HttpResponse:
    """Show and save the user's own profile.

    The form has `user_metadata` as its only field, so any other posted field is ignored.
    """
    form = DocumentsForm(signed_in_user(request), (USER_METADATA,), request.POST or None, is_own=True)
    if request.method == "POST" and form.is_valid():
        faulty = _save(request, form)
        if faulty is None:
            # So that reloading the page does not send the form again.
            return redirect("profile")
        form = faulty
    # Scripts and tests can tell a refused form from a saved one by its status.
    status = 422 if form.errors else 200
    return render(request, "users/profile/profile.html", _context(request, form), status=status)


@own_page
@require_safe
def changes(request: PageRequest) -> HttpResponse:
    """List the changes of the user's own account that the user may see."""
    context = own_changes(signed_in_user(request), request.actor, request.GET)
    return render(request, "users/profile/changes.html", context)


@own_page
@require_safe
def change(request: PageRequest, number: int) -> HttpResponse:
    """Show one change of the user's own account in full."""
    found = own_change(signed_in_user(request), request.actor, number)
    if found is None:
        # The same answer for another user's change and for none, so numbers disclose nothing.
        raise Http404
    return render(request, "users/profile/change.html", {"change": found})


@own_page
@require_http_methods(["GET", "HEAD", "POST"])
def access(request: PageRequest) -> HttpResponse:
    """Show where the user is signed in and which applications have access, and revoke either."""
    user, current = signed_in_user(request), request.session.session_key
    if request.method == "POST":
        what = "session" if "session" in request.POST else "application"
        if revoke(user, what, request.POST.get(what, "").replace("\0", ""), actor=request.actor):
            messages.success(request, gettext("Revoked."))
        else:
            messages.info(request, gettext("It has ended already."))
        # Leads to the sign-in page where the user has ended the session of this browser.
        return redirect("own_access")
    context = {"sessions": session_rows(user, current=current), "applications": application_rows(user)}
    return render(request, "users/profile/access.html", context)


def _save(request: PageRequest, form: DocumentsForm) -> DocumentsForm | None:
    """Save the form. Return None once saved, else the form with its errors."""
    if not form.writes:
        messages.info(request, gettext("There was nothing to save."))
        return None
    faulty = form.write(request.actor)
    if faulty is not None:
        return faulty
    messages.success(request, gettext("Your preferences are saved."))
    return None


def _context(request: PageRequest, form: DocumentsForm) -> dict[str, Any]:
    user = signed_in_user(request)
    shown = visible_part(request.actor, APP_METADATA, user) or {}
    return {
        "form": form,
        "is_form_only": form.has_form and not conf.profile_json_mode,
        "other_data": _facts(_other_data(user)),
        "name": name_of(user),
        "profile_facts": _profile_facts(user),
        "sign_in_rows": sign_in_rows(user),
        "changes": recent_changes(user, request.actor),
        "shown_app_metadata": _facts(shown),
    }


def _profile_facts(user: User) -> list[tuple[str, str]]:
    """The root fields that the page does not show in a way of its own, where they are set."""
    names = [name for name in TEXT_FIELDS if name not in ("email", "name", "picture")]
    return [(gettext(FIELDS[name].label), value) for name in names if (value := getattr(user, name))]


def _other_data(user: User) -> Document:
    """Return the keys that the schema does not name, which the user may see but not change."""
    schema = get_schema(USER_METADATA)
    known = schema.names if schema else (user.user_metadata or {}).keys()
    return {key: value for key, value in (user.user_metadata or {}).items() if key not in known}


def _facts(document: Document) -> list[tuple[str, str]]:
    """Return pairs instead of a dict, since a template would resolve a key named `items` to the method."""
    return [(key, value if isinstance(value, str) else dump_pretty(value)) for key, value in document.items()]
