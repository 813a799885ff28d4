"""`/events`: poll for changes of users."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from users.api.framework.operation import Operation
from users.api.framework.problem import Problem
from users.api.framework.view import View
from users.api.schemas import events as schemas
from users.events.event import build_event
from users.events.stream import EventsExpired, events_after, latest_event_number, publish
from users.representation.field_selection import select_fields

TOO_OLD_MESSAGE = "Events after this one have been deleted. Read all users again, and continue from latest."


class EventsView(View):
    """Events in a stable order, so that a client that continues from `next` gets each exactly once.

    What the client may not see is left out, including the names of keys.
    """

    operations = {
        "GET": Operation(
            "List events",
            scopes=("read:events",),
            query=schemas.QUERY,
            success=200,
            schema=schemas.PAGE,
            answers={410: "Events after this one have been deleted."},
        )
    }

    def get(self, request: Request) -> Response:
        query = self.query()
        # Numbers changes that were committed but not yet numbered, so that a poll sees them without waiting
        # for the worker.
        publish()
        begin = query.get("from")
        # A new client starts here once it has read all users, instead of replaying every event there is.
        if begin == "latest":
            return Response({"events": [], "next": str(latest_event_number())})
        # The schema allows digits only, and no more than a 64-bit integer holds.
        after = None if begin is None else int(begin)
        try:
            found = events_after(after, query["take"])
        except EventsExpired:
            raise Problem(410, TOO_OLD_MESSAGE, "expired_checkpoint") from None
        changes = [event.change for event in found if event.change is not None]
        shown = [select_fields(build_event(change, self.actor), query) for change in changes]
        # `next` also moves past events whose change has been erased.
        return Response({"events": shown, "next": str(found[-1].number if found else after or 0)})
