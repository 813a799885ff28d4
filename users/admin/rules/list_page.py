"""The list of rules in the order in which they run, and the settings that they read."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from users.actions.errors import RuleNotFound, StaleVersion
from users.actions.rules.configs import delete_config, set_config
from users.actions.rules.rules import edit_rule, reorder_rules
from users.admin.configuration_history import history_context
from users.admin.request import TemplateContext
from users.admin.rules.access import SECTION, require_administrator
from users.admin.rules.form import SettingForm
from users.admin.rules.statistics import statistics_of
from users.log.configuration_history import Kind
from users.models import Rule, RuleConfig
from users.representation.validation import FieldError
from users.rights.actor import Actor
from users.web.page_view import PageRequest

# Most settings on the page; the Management API lists all.
MAX_SETTINGS = 500
# A sign-in runs every enabled rule: more of them than these would take longer than it may.
MAX_RULES = 500


def rules_page(request: PageRequest, frame: TemplateContext) -> HttpResponse:
    """GET lists the rules, or their history; POST moves one, or turns it on or off."""
    actor = require_administrator(request)
    if request.method == "POST":
        return _change(request, actor)
    context = {**frame, "title": gettext("Rules"), "section": SECTION}
    if request.GET.get("tab") == "history":
        context |= {**history_context(request, actor, Kind.RULE), "tab": "history"}
    else:
        rules = list(Rule.objects.defer("script")[:MAX_RULES])
        statistics = statistics_of(rules)
        context |= {
            "rules": [{"rule": rule, "statistics": statistics[rule.pk]} for rule in rules],
            "order": " ".join(rule.rule_id for rule in rules),
            "tab": "rules",
        }
    return TemplateResponse(request, "users/admin/rules/list.html", context)


@sensitive_post_parameters("value")
@sensitive_variables("form")
def rule_settings_page(request: PageRequest, frame: TemplateContext) -> HttpResponse:
    """GET lists the keys, never the values; POST sets or deletes one."""
    actor = require_administrator(request)
    form = SettingForm()
    if request.method == "POST":
        if key := request.POST.get("delete"):
            delete_config(key.replace("\0", ""), actor=actor)
            messages.success(request, gettext("The setting %(key)s is deleted.") % {"key": key})
            return redirect(request.path)
        form = SettingForm(request.POST)
        if form.is_valid() and _set(form, actor):
            messages.success(request, gettext("Saved."))
            return redirect(request.path)
    context = {
        **frame,
        "title": gettext("Rules"),
        "section": SECTION,
        "tab": "settings",
        "settings": RuleConfig.objects.defer("value_encrypted")[:MAX_SETTINGS],
        "form": form,
        "errors": form.errors,
        **history_context(request, actor, Kind.RULE_CONFIG),
    }
    status = 422 if form.errors else 200
    return TemplateResponse(request, "users/admin/rules/settings.html", context, status=status)


def _set(form: SettingForm, actor: Actor) -> bool:
    try:
        set_config(form.cleaned_data["key"], form.cleaned_data["value"], actor=actor)
    except FieldError as error:
        form.add_refusal(error)
        return False
    return True


def _change(request: PageRequest, actor: Actor) -> HttpResponse:
    """Do what the pressed button says. `order` are the IDs as they were listed, or dragged."""
    order = request.POST.get("order", "").split()
    try:
        if rule_id := request.POST.get("up"):
            reorder_rules(_moved(order, rule_id, -1), actor=actor)
        elif rule_id := request.POST.get("down"):
            reorder_rules(_moved(order, rule_id, 1), actor=actor)
        elif rule_id := request.POST.get("on") or request.POST.get("off"):
            rule = Rule.objects.filter(rule_id=rule_id.replace("\0", "")).first()
            if rule is None:
                raise RuleNotFound
            edit_rule(rule, {"is_enabled": "on" in request.POST}, actor=actor)
        else:
            reorder_rules(order, actor=actor)
    except (StaleVersion, RuleNotFound):
        messages.error(request, gettext("Not saved: another user has created or deleted a rule meanwhile."))
        return redirect(request.path)
    # At the row that was moved, so that the keyboard goes on there.
    return redirect(f"{request.path}#{rule_id}" if rule_id in order else request.path)


def _moved(order: list[str], rule_id: str, step: int) -> list[str]:
    """The order with this rule one place further; as it is where there is no such place."""
    if rule_id not in order:
        raise StaleVersion
    at = order.index(rule_id)
    to = at + step
    if 0 <= to < len(order):
        order[at], order[to] = order[to], order[at]
    return order
