"""The pages of one rule: a new one, its editor with *Try it*, its versions and its history."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext

from users.actions.errors import RuleExists, RuleNotFound, RuleVersionNotFound, StaleVersion
from users.actions.rules.rules import create_rule, delete_rule, edit_rule, roll_back_rule
from users.admin.configuration_history import history_context
from users.admin.request import TemplateContext
from users.admin.rules.access import SECTION, get_rule_or_404, require_administrator
from users.admin.rules.form import RuleForm
from users.admin.rules.statistics import statistics_of
from users.admin.rules.trial import TrialForm, run_trial
from users.admin.rules.versions import versions_context
from users.javascript.pool import find_syntax_error
from users.javascript.script import ScriptError
from users.log.configuration_history import Kind
from users.models import Rule
from users.representation.rules import MAX_SCRIPT_BYTES
from users.representation.validation import FieldError
from users.rights.actor import Actor
from users.rules.starters import GROUPS, STARTERS, starter_script
from users.web.page_view import PageRequest


def starters_page(request: PageRequest, frame: TemplateContext) -> HttpResponse:
    """What a new rule may start from."""
    require_administrator(request)
    context = {**frame, "title": gettext("New rule"), "section": SECTION, "groups": GROUPS}
    return TemplateResponse(request, "users/admin/rules/starters.html", context)


def new_rule_page(request: PageRequest, starter: str, frame: TemplateContext) -> HttpResponse:
    """GET shows the script of the starter, POST tries it or creates the rule."""
    actor = require_administrator(request)
    chosen = STARTERS.get(starter)
    initial = {"name": str(chosen.title) if chosen else "", "script": starter_script(starter)}
    if request.method != "POST":
        return _editor(request, frame, None, RuleForm(initial=initial))
    form = RuleForm(request.POST, initial=initial)
    if request.POST.get("do") == "try":
        return _try(request, frame, None, form, actor)
    if form.is_valid():
        try:
            rule = create_rule(actor=actor, **form.columns)
        except RuleExists:
            form.add_error("name", gettext("Another rule has this name."))
        except FieldError as error:
            form.add_refusal(error)
        else:
            messages.success(request, _created(rule))
            return redirect("admin:rule", rule.rule_id)
    return _editor(request, frame, None, form)


def rule_page(request: PageRequest, rule_id: str, frame: TemplateContext) -> HttpResponse:
    """GET shows the tab that `?tab=` names, POST does what its button says."""
    actor = require_administrator(request)
    rule = get_rule_or_404(rule_id)
    if request.method == "POST":
        try:
            return _act(request, frame, rule, actor)
        except RuleNotFound:  # deleted between the page and the button
            messages.info(request, gettext("The rule has been deleted."))
            return redirect("admin:rules")
    match request.GET.get("tab", ""):
        case "versions":
            return _tab(
                request, frame, rule, "versions", versions_context(rule, request.GET.get("version", ""))
            )
        case "history":
            return _tab(request, frame, rule, "history", history_context(request, actor, Kind.RULE, rule_id))
        case _:
            return _editor(request, frame, rule, RuleForm(initial=RuleForm.initial_of(rule)))


def syntax_page(request: PageRequest, frame: TemplateContext) -> HttpResponse:
    """Answer `{"problem": null}`, or with the message, line and column of the engine; for the editor."""
    require_administrator(request)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    script = request.POST.get("script", "")
    if len(script.encode()) > MAX_SCRIPT_BYTES:
        raise Http404
    try:
        found = find_syntax_error(script, "rule")
    except ScriptError as error:
        return JsonResponse({"problem": {"message": error.message, "line": error.line or 1, "column": 1}})
    problem = found and {"message": found.message, "line": found.line, "column": found.column}
    return JsonResponse({"problem": problem})


def _act(request: PageRequest, frame: TemplateContext, rule: Rule, actor: Actor) -> HttpResponse:
    do = request.POST.get("do", "save")
    if do == "delete":
        delete_rule(rule.rule_id, actor=actor)
        messages.success(request, gettext("The rule %(name)s is deleted.") % {"name": rule.name})
        return redirect("admin:rules")
    if do == "roll_back":
        return _roll_back(request, rule, actor)
    form = RuleForm(request.POST, initial=RuleForm.initial_of(rule))
    if do == "try":
        return _try(request, frame, rule, form, actor)
    return _save(request, frame, rule, form, actor)


def _save(
    request: PageRequest, frame: TemplateContext, rule: Rule, form: RuleForm, actor: Actor
) -> HttpResponse:
    def write() -> None:
        try:
            edit_rule(rule, form.columns, actor=actor, version=form.cleaned_data["version"])
        except RuleExists:
            form.add_error("name", gettext("Another rule has this name."))

    result = form.save_with(write, lambda: RuleForm.initial_of(get_rule_or_404(rule.rule_id)))
    if result.is_saved:
        messages.success(request, gettext("Saved."))
        return redirect(request.path)
    return _editor(request, frame, get_rule_or_404(rule.rule_id), result)


def _roll_back(request: PageRequest, rule: Rule, actor: Actor) -> HttpResponse:
    typed = request.POST.get("number", "")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
    try:
        roll_back_rule(rule, number, actor=actor, version=request.POST.get("version", ""))
    except RuleVersionNotFound:
        messages.error(request, gettext("This version is not stored any more."))
    except StaleVersion:
        messages.error(request, gettext("Not rolled back: another user has changed the script meanwhile."))
    else:
        messages.success(
            request, gettext("The script is that of version %(number)s again.") % {"number": number}
        )
        return redirect(request.path)
    return redirect(request.get_full_path())


def _created(rule: Rule) -> str:
    if rule.is_enabled:
        return gettext("The rule is created. It runs at the next sign-in.")
    return gettext("The rule is created. It is off: try it, then turn it on.")


def _try(
    request: PageRequest, frame: TemplateContext, rule: Rule | None, form: RuleForm, actor: Actor
) -> HttpResponse:
    """Show the page as it was typed, with what the script would do. Nothing is saved."""
    trial = TrialForm(request.POST)
    result = run_trial(trial, rule, form.data.get("name", ""), form.data.get("script", ""), actor)
    return _editor(request, frame, rule, form, {"trial": trial, "result": result})


def _editor(
    request: PageRequest,
    frame: TemplateContext,
    rule: Rule | None,
    form: RuleForm,
    trial: TemplateContext | None = None,
) -> HttpResponse:
    # A script that is tried need not be one that could be saved.
    is_refused = trial is None and bool(form.errors or form.is_conflict)
    context = {
        "form": form,
        "trial": TrialForm(),
        "result": None,
        **(trial or {}),
        "is_refused": is_refused,
        "is_typed": is_refused or trial is not None,
        "errors": is_refused,
    }
    return _tab(request, frame, rule, "editor", context, status=422 if is_refused else 200)


def _tab(
    request: PageRequest,
    frame: TemplateContext,
    rule: Rule | None,
    tab: str,
    context: TemplateContext,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {
        **frame,
        **context,
        "title": rule.name if rule else context["form"]["name"].value() or gettext("Empty rule"),
        "section": SECTION,
        "rule": rule,
        "tab": tab,
        "statistics": statistics_of([rule])[rule.pk] if rule else None,
    }
    return TemplateResponse(request, "users/admin/rules/rule.html", context, status=status)
