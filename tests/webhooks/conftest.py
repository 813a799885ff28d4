"""A receiver, and webhooks that lead to it."""

from __future__ import annotations

import pytest

from tests.webhooks.receiver import Receiver
from users.actions.account.documents import Patch
from users.actions.account.edit_user import Edit, edit_user
from users.actions.webhooks import create_webhook
from users.events.event_types import TYPES
from users.events.stream import publish
from users.models import Delivery, Webhook
from users.rights.actor import command_actor
from users.webhooks.dispatcher import Dispatcher
from users.webhooks.timing import Timing

SHELL = command_actor("tests")


@pytest.fixture
def receiver(settings):
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def make_hook(db, receiver):
    """`make_hook(types=["user.deleted"])`: leads to the receiver unless said otherwise."""

    def make(**columns) -> Webhook:
        publish()
        given = {"url": receiver.url, "types": list(TYPES), **columns}
        return create_webhook(actor=SHELL, **given)[0]

    return make


@pytest.fixture
def courier(db) -> Dispatcher:
    return Dispatcher(Timing())


@pytest.fixture
def deliver(courier):
    """Until nothing is due."""

    def work() -> None:
        while courier.work():
            pass

    return work


def change(user, **app_metadata):
    edit_user(user, Edit(documents={"app_metadata": Patch(app_metadata)}), actor=SHELL)


def now(hook: Webhook) -> Webhook:
    return Webhook.objects.get(pk=hook.pk)


def make_due() -> None:
    """As if the time until the next attempts had passed."""
    from django.utils import timezone

    Webhook.objects.update(due_at=timezone.now())
    Delivery.objects.update(due_at=timezone.now())
