"""The list of webhooks: of each its latest delivery, and the attempts of the last 24 hours."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Subquery

from users.admin.request import TemplateContext
from users.models import Delivery, DeliveryCount, Webhook

HOURS = 24
# Of the chart: the height, and of each hour the width with its gap.
HEIGHT, STEP = 20, 4

Status = Delivery.Status


def list_webhooks(now: datetime) -> list[TemplateContext]:
    """All webhooks, in two queries, without counting deliveries."""
    latest = Delivery.objects.filter(webhook=OuterRef("pk")).order_by("-pk")
    columns = {name: Subquery(latest.values(name)[:1]) for name in ("status", "attempted_at", "code")}
    webhooks = Webhook.objects.annotate(
        **{f"latest_{name}": column for name, column in columns.items()},
        has_failed=Exists(Delivery.objects.filter(webhook=OuterRef("pk"), status=Status.FAILED)),
    )
    first_hour = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=HOURS - 1)
    counts: dict[int, list[DeliveryCount]] = defaultdict(list)
    for count in DeliveryCount.objects.filter(hour__gte=first_hour):
        counts[count.webhook_id].append(count)
    return [{"webhook": webhook, **_last_day(counts[webhook.pk], first_hour)} for webhook in webhooks]


def _last_day(counts: list[DeliveryCount], first_hour: datetime) -> TemplateContext:
    """The totals, and the bars of a chart, one for each hour with attempts."""
    most = max((count.delivered + count.failed for count in counts), default=0)
    bars = []
    for count in counts:
        hour = (count.hour - first_hour) // timedelta(hours=1)
        # At least a pixel, so that a single failure is seen beside many deliveries.
        delivered, failed = (
            max(round(HEIGHT * number / most), 1) if number else 0
            for number in (count.delivered, count.failed)
        )
        delivered = min(delivered, HEIGHT - failed)
        bars.append(
            {
                "x": hour * STEP,
                "delivered": {"y": HEIGHT - delivered, "height": delivered},
                "failed": {"y": HEIGHT - delivered - failed, "height": failed},
                "count": count,
            }
        )
    return {
        "bars": bars,
        "delivered": sum(count.delivered for count in counts),
        "failed": sum(count.failed for count in counts),
    }
