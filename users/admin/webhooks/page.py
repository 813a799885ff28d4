"""The pages of webhooks, for administrators."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext

from users.actions import webhooks
from users.admin.configuration_history import history_context
from users.admin.request import TemplateContext
from users.admin.webhooks.form import WebhookForm
from users.listing.cursor import decode_cursor
from users.listing.keyset import Keyset
from users.listing.pages import read_page
from users.log.configuration_history import Kind
from users.models import Delivery, User, Webhook
from users.rights.actor import Actor
from users.web.page_view import PageRequest

PAGE_SIZE = 50
LIST = "deliveries"
NEWEST_FIRST = Keyset(("id",), is_descending=True)
Status = Delivery.Status


def webhooks_page(request: PageRequest, frame: TemplateContext) -> HttpResponse:
    """List all webhooks, with the numbers of pending and failed deliveries."""
    actor = _require_administrator(request)
    if request.GET.get("tab") == "history":
        history = history_context(request, actor, Kind.WEBHOOK)
        context = {**frame, **history, "title": gettext("Webhooks"), "section": "webhooks", "tab": "history"}
        return TemplateResponse(request, "users/admin/webhooks.html", context)
    # One grouped query for all webhooks instead of two per row.
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    unfinished = Delivery.objects.exclude(status=Status.DELIVERED).order_by()
    for row in unfinished.values("webhook_id", "status").annotate(count=Count("*")):
        counts[row["webhook_id"]][row["status"]] = row["count"]
    context = {
        **frame,
        "title": gettext("Webhooks"),
        "section": "webhooks",
        "webhooks": [{"webhook": webhook, **counts[webhook.pk]} for webhook in Webhook.objects.all()],
    }
    return TemplateResponse(request, "users/admin/webhooks.html", context)


def add_page(request: PageRequest, frame: TemplateContext) -> HttpResponse:
    """GET shows the form, POST creates the webhook and shows its secret."""
    actor = _require_administrator(request)
    form = WebhookForm(request.POST or None)
    if request.method == "POST":
        made = form.save_with(lambda columns: webhooks.create_webhook(actor=actor, **columns))
        if made:
            return _secret_page(request, frame, *made, is_new=True)
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
    do = request.POST.get("do", "")
    if do == "save":
        return _save(request, frame, webhook, actor)
    if do == "rotate":
        secret = webhooks.rotate_secret(webhook, actor=actor)
        return _secret_page(request, frame, webhook, secret, is_new=False)
    if do == "delete":
        webhooks.delete_webhook(webhook, actor=actor)
        messages.success(request, gettext("The webhook to %(url)s is deleted.") % {"url": webhook.url})
        return redirect("admin:webhooks")
    if do == "test":
        webhooks.send_test(webhook, actor=actor)
        messages.success(request, gettext("A test event is on its way."))
    elif do == "replay":
        _replay(request, webhook, actor)
    # With the query string, so that tab, filter and page stay as they were.
    return redirect(request.get_full_path())


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
        context["form"] = form or WebhookForm.of(webhook)
    elif tab == "history":
        context |= history_context(request, actor, Kind.WEBHOOK, webhook.webhook_id)
    else:
        context["tab"] = "deliveries"
        context |= _deliveries(request, webhook)
    status = 422 if form else 200
    return TemplateResponse(request, "users/admin/webhook.html", context, status=status)


def _deliveries(request: PageRequest, webhook: Webhook) -> TemplateContext:
    """Return the deliveries, newest first, continuing before `?before=`, filtered by status."""
    found = Delivery.objects.filter(webhook=webhook)
    status = request.GET.get("status", "")
    if status in Status.values:
        found = found.filter(status=status)
    found = found.annotate(happened_at=Coalesce("change__at", "created_at"))  # the change may be deleted
    start = decode_cursor(LIST, request.GET.get("before", ""), NEWEST_FIRST.fields(found))
    page = read_page(found, NEWEST_FIRST, size=PAGE_SIZE, after=start)
    rows: list[Any] = page.rows  # each with `happened_at`
    began = User.objects.filter(user_id__in={row.subject for row in rows})
    began_at = dict(began.values_list("user_id", "created_at"))
    return {
        "deliveries": rows,
        "status": status if status in Status.values else "",
        "statuses": Status.choices,
        "is_older": page.has_previous,
        "older": page.next_cursor(LIST),
        # A webhook that is switched off delivers nothing: its page would be read again for ever.
        "is_live": webhook.is_enabled and any(row.status == Status.PENDING for row in rows),
        "is_any_in_vain": Delivery.objects.filter(webhooks.UNDELIVERED, webhook=webhook).exists(),
        # Deliveries whose user still exists, rather than a later user with the same id.
        "present": {
            row.pk for row in rows if row.subject in began_at and row.happened_at >= began_at[row.subject]
        },
        # While a worker holds the webhook, or is about to, no time needs to be shown.
        "next_at": webhook.due_at if not webhook.claim and webhook.due_at > timezone.now() else None,
    }


def _save(request: PageRequest, frame: TemplateContext, webhook: Webhook, actor: Actor) -> HttpResponse:
    form = WebhookForm(request.POST)

    def write(columns: dict[str, Any]) -> bool:
        webhooks.edit_webhook(webhook, columns, actor=actor)
        return True

    if not form.save_with(write):
        return _render_page(request, frame, webhook, actor, form)
    messages.success(request, gettext("Saved."))
    return redirect(request.get_full_path())


def _replay(request: PageRequest, webhook: Webhook, actor: Actor) -> None:
    which = request.POST.get("delivery", "")
    # No delivery means all failed ones.
    key = int(which) if which.isascii() and which.isdigit() and len(which) < 19 else None
    count = webhooks.replay(webhook, actor=actor, delivery=key)
    if count:
        messages.success(
            request,
            gettext("It is being sent again.")
            if count == 1
            else gettext("%(count)s are being sent again.") % {"count": count},
        )
    else:
        messages.info(request, gettext("Nothing to send again."))


def _secret_page(
    request: PageRequest, frame: TemplateContext, webhook: Webhook, secret: str, *, is_new: bool
) -> HttpResponse:
    """Show the secret, once: it is passed through no redirect and no message, which are stored."""
    context = {
        **frame,
        "title": gettext("The secret"),
        "section": "webhooks",
        "webhook": webhook,
        "secret": secret,
        "is_new": is_new,
    }
    return TemplateResponse(request, "users/admin/webhook_secret.html", context)


def _require_administrator(request: PageRequest) -> Actor:
    webhooks.check_administrator(request.actor)
    return request.actor
