"""The pages of webhooks, for administrators."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from users.actions import webhooks
from users.admin.configuration_history import history_context
from users.admin.request import TemplateContext
from users.admin.shown_once import store_secret, take_secret
from users.admin.webhooks.form import WebhookForm
from users.admin.webhooks.rows import list_webhooks
from users.housekeeping.retention import DELIVERY_RETENTION
from users.listing.keyset import Keyset
from users.listing.pages import read_cursor_page
from users.log.configuration_history import Kind
from users.models import Delivery, User, Webhook
from users.rights.actor import Actor
from users.web.page_view import PageRequest
from users.webhooks.lease import MAX_STORED_REQUEST

PAGE_SIZE = 50
LIST = "deliveries"
NEWEST_FIRST = Keyset(("id",), is_descending=True)
# Columns that a list does not load.
CONTENT = ("request_body", "response_headers", "response_body")
Status = Delivery.Status


def webhooks_page(request: PageRequest, frame: TemplateContext) -> HttpResponse:
    """List all webhooks, with the numbers of pending and failed deliveries."""
    actor = _require_administrator(request)
    if request.GET.get("tab") == "history":
        history = history_context(request, actor, Kind.WEBHOOK)
        context = {**frame, **history, "title": gettext("Webhooks"), "section": "webhooks", "tab": "history"}
        return TemplateResponse(request, "users/admin/webhooks.html", context)
    context = {
        **frame,
        "title": gettext("Webhooks"),
        "section": "webhooks",
        "tab": "webhooks",
        "webhooks": list_webhooks(timezone.now()),
    }
    return TemplateResponse(request, "users/admin/webhooks.html", context)


def add_page(request: PageRequest, frame: TemplateContext) -> HttpResponse:
    """GET shows the form, POST creates the webhook and leads to its secret."""
    actor = _require_administrator(request)
    form = WebhookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = form.write_columns(lambda columns: webhooks.create_webhook(actor=actor, **columns))
        if made:
            return _lead_to_secret(request, *made, is_first=True)
    context = {**frame, "title": gettext("Add a webhook"), "section": "webhooks", "form": form}
    status = 422 if form.errors else 200
    return TemplateResponse(request, "users/admin/webhook_add.html", context, status=status)


def webhook_page(request: PageRequest, webhook_id: str, frame: TemplateContext) -> HttpResponse:
    """GET shows, POST does what its button says."""
    actor = _require_administrator(request)
    # After the check of rights: others get the same 403 for every id, whether it exists or not.
    webhook = Webhook.objects.filter(webhook_id=webhook_id).first()
    if webhook is None:
        raise Http404
    if request.method != "POST":
        return _render_page(request, frame, webhook, actor)
    try:
        return _act(request, frame, webhook, actor)
    except Webhook.DoesNotExist:  # deleted meanwhile
        messages.info(request, gettext("The webhook has been deleted."))
        return redirect("admin:webhooks")


def _act(request: PageRequest, frame: TemplateContext, webhook: Webhook, actor: Actor) -> HttpResponse:
    """Do what the button says. Raises Webhook.DoesNotExist."""
    do = request.POST.get("do", "")
    if do == "save":
        return _save(request, frame, webhook, actor)
    if do == "rotate":
        secret = webhooks.rotate_secret(webhook, actor=actor)
        return _lead_to_secret(request, webhook, secret, is_first=False)
    if do == "delete":
        webhooks.delete_webhook(webhook, actor=actor)
        messages.success(request, gettext("The webhook to %(url)s is deleted.") % {"url": webhook.url})
        return redirect("admin:webhooks")
    if do == "test":
        webhooks.send_test(webhook, actor=actor)
        messages.success(request, gettext("A test event is on its way."))
    elif do == "replay":
        _replay(request, webhook, actor, _delivery_number(request))
    # With the query string, so that tab, filter and page stay as they were.
    return redirect(request.get_full_path())


def webhook_secret_page(request: PageRequest, webhook_id: str, frame: TemplateContext) -> HttpResponse:
    """Show the secret that was just created, once; afterwards lead to the webhook."""
    _require_administrator(request)
    webhook = Webhook.objects.filter(webhook_id=webhook_id).first()
    if webhook is None:
        raise Http404
    secret = take_secret(request.session, webhook.webhook_id)
    if secret is None:
        return redirect("admin:webhook", webhook.webhook_id)
    context = {
        **frame,
        "title": gettext("The secret"),
        "section": "webhooks",
        "webhook": webhook,
        "secret": secret,
    }
    return TemplateResponse(request, "users/admin/webhook_secret.html", context)


def delivery_page(request: PageRequest, webhook_id: str, number: int, frame: TemplateContext) -> HttpResponse:
    """GET shows one delivery with what was sent and answered, POST sends it again."""
    actor = _require_administrator(request)
    found = Delivery.objects.filter(pk=number, webhook__webhook_id=webhook_id).select_related("webhook")
    delivery = found.first()
    if delivery is None:
        raise Http404
    if request.method == "POST":
        _replay(request, delivery.webhook, actor, delivery.pk)
        return redirect(request.path)
    context = {
        **frame,
        "title": gettext("Delivery %(number)s") % {"number": delivery.pk},
        "section": "webhooks",
        "webhook": delivery.webhook,
        "delivery": delivery,
        "request_body": pretty(delivery.request_body),
        "is_request_cut": len(delivery.request_body or "") >= MAX_STORED_REQUEST,
        "response_body": pretty(delivery.response_body),
        "response_headers": (delivery.response_headers or {}).items(),
        "is_present": _present([delivery]),
        "is_live": delivery.webhook.is_enabled and delivery.status == Status.PENDING,
        "days": DELIVERY_RETENTION.days,
    }
    return TemplateResponse(request, "users/admin/webhook_delivery.html", context)


def pretty(text: str | None) -> str:
    """JSON with indentation; any other text, such as JSON that was cut, as it is."""
    try:
        indented = json.dumps(json.loads(text or ""), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text or ""
    # A surrogate that stood alone as an escape cannot be sent as UTF-8: it becomes that escape again.
    return indented.encode(errors="backslashreplace").decode()


def _render_page(
    request: PageRequest,
    frame: TemplateContext,
    webhook: Webhook,
    actor: Actor,
    form: WebhookForm | None = None,
) -> HttpResponse:
    # A refused form is shown with its errors, whatever tab the URL names.
    tab = "settings" if form else request.GET.get("tab", "")
    context = {**frame, "title": webhook.url, "section": "webhooks", "webhook": webhook, "tab": tab}
    if tab == "settings":
        context["form"] = form or WebhookForm(initial=WebhookForm.initial_of(webhook))
    elif tab == "history":
        context |= history_context(request, actor, Kind.WEBHOOK, webhook.webhook_id)
    else:
        context["tab"] = "deliveries"
        context |= _deliveries(request, webhook)
    status = 422 if form else 200
    return TemplateResponse(request, "users/admin/webhook.html", context, status=status)


def _deliveries(request: PageRequest, webhook: Webhook) -> TemplateContext:
    """Return the deliveries, newest first, continuing before `?before=`, filtered by status."""
    # Without what was sent and answered, which only the page of one delivery shows.
    found = Delivery.objects.filter(webhook=webhook).defer(*CONTENT)
    status = request.GET.get("status", "")
    if status in Status.values:
        found = found.filter(status=status)
    found = found.annotate(happened_at=Coalesce("change__at", "created_at"))  # the change may be deleted
    page = read_cursor_page(LIST, found, NEWEST_FIRST, size=PAGE_SIZE, cursor=request.GET.get("before", ""))
    rows: list[Any] = page.rows  # each with `happened_at`
    return {
        "deliveries": rows,
        "status": status if status in Status.values else "",
        "statuses": Status.choices,
        "is_older": page.has_previous,
        "older": page.next,
        # A webhook that is switched off delivers nothing: its page would be read again for ever.
        "is_live": webhook.is_enabled and any(row.status == Status.PENDING for row in rows),
        "is_any_in_vain": Delivery.objects.filter(webhooks.UNDELIVERED, webhook=webhook).exists(),
        "present": _present(rows),
        # While a worker holds the webhook, or is about to, no time needs to be shown.
        "next_at": webhook.due_at if not webhook.claim and webhook.due_at > timezone.now() else None,
    }


def _present(rows: list[Any]) -> set[int]:
    """The deliveries whose user still exists, rather than a later user with the same id."""
    began = User.objects.filter(user_id__in={row.subject for row in rows})
    began_at = dict(began.values_list("user_id", "created_at"))
    return {
        row.pk
        for row in rows
        # The change may be deleted by retention.
        if row.subject in began_at
        and (getattr(row, "happened_at", None) or row.created_at) >= began_at[row.subject]
    }


def _save(request: PageRequest, frame: TemplateContext, webhook: Webhook, actor: Actor) -> HttpResponse:
    typed = WebhookForm(request.POST, initial=WebhookForm.initial_of(webhook))

    def edit(columns: dict[str, Any]) -> None:
        version = typed.cleaned_data["version"]
        webhooks.edit_webhook(webhook, columns, actor=actor, version=version)

    def read_initial() -> dict[str, Any]:
        webhook.refresh_from_db()
        return WebhookForm.initial_of(webhook)

    form = typed.save_with(lambda: typed.write_columns(edit), read_initial)
    if form.is_saved:
        messages.success(request, gettext("Saved."))
        return redirect(request.get_full_path())
    return _render_page(request, frame, webhook, actor, form)


def _delivery_number(request: PageRequest) -> int | None:
    """The delivery that the button names; None for all that failed."""
    which = request.POST.get("delivery", "")
    return int(which) if which.isascii() and which.isdigit() and len(which) < 19 else None


def _replay(request: PageRequest, webhook: Webhook, actor: Actor, delivery: int | None) -> None:
    count = webhooks.replay(webhook, actor=actor, delivery=delivery)
    if count:
        text = ngettext("It is being sent again.", "%(count)s are being sent again.", count)
        messages.success(request, text % {"count": count})
    else:
        messages.info(request, gettext("Nothing to send again."))


def _lead_to_secret(request: PageRequest, webhook: Webhook, secret: str, *, is_first: bool) -> HttpResponse:
    store_secret(request.session, webhook.webhook_id, secret, is_first=is_first)
    return redirect("admin:webhook_secret", webhook.webhook_id)


def _require_administrator(request: PageRequest) -> Actor:
    webhooks.check_administrator(request.actor)
    return request.actor
