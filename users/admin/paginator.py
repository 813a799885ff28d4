"""Pages without counting everybody."""

from __future__ import annotations

from django.core.paginator import Page, Paginator
from django.utils.functional import cached_property

MOST = 10_000


class CappedPaginator(Paginator):
    """Counts to 10,000 and no further: the count reads at most that many rows of an index."""

    @cached_property
    def count(self) -> int:
        return min(self._counted, MOST)

    def page(self, number: int) -> Page:
        """A page past the end is the last one: somebody may have deleted users meanwhile."""
        return super().page(max(1, min(number, self.num_pages)))

    @property
    def is_capped(self) -> bool:
        """Whether there are more than were counted."""
        return self._counted > MOST

    @cached_property
    def _counted(self) -> int:
        return self.object_list.order_by().values("pk")[: MOST + 1].count()
