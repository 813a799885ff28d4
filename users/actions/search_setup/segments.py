"""Save searches, change, share and forget them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from users.actions.errors import Exists, SegmentGone, SegmentNeeded
from users.conf import conf
from users.lucene.parser import parse
from users.metadata.fold import fold
from users.models import Segment
from users.rights.actor import Actor
from users.rights.errors import Denied
from users.rights.may import Verb, check
from users.search.segment_expansion import segments_of
from users.search.segment_text import canonical
from users.search.visibility import check_visible


@dataclass(frozen=True)
class Wanted:
    """What a segment is to be. `query` is as typed; words with nothing between them narrow."""

    name: str
    query: str
    description: str = ""
    is_shared: bool = False


def make_segment(wanted: Wanted, *, actor: Actor) -> Segment:
    """Save a search. Raises Denied, Exists where the name is taken, and QueryError."""
    check(actor, Verb.VIEW)
    segment = Segment(owner=actor.user)
    with _written_once():
        _fill(segment, wanted, actor)
        segment.save(force_insert=True)
    return segment


def edit_segment(segment: Segment, wanted: Wanted, *, actor: Actor) -> Segment:
    """Raises as `make_segment` does, SegmentGone, and SegmentNeeded where others use what would
    be shared no more."""
    with _written_once():
        segment = _locked(segment, actor)
        if segment.is_shared and not wanted.is_shared:
            # Back to whoever saved it; where they are gone, to whoever takes it.
            segment.owner = segment.owner or actor.user
            _check_unneeded(_users_of(segment).exclude(owner=segment.owner, is_shared=False), actor)
        _fill(segment, wanted, actor)
        segment.updated_at = timezone.now()
        segment.save(force_update=True)
    return segment


def delete_segment(segment: Segment, *, actor: Actor) -> None:
    """Raises Denied, SegmentGone, and SegmentNeeded where others use it."""
    with transaction.atomic():
        segment = _locked(segment, actor)
        _check_unneeded(_users_of(segment), actor)
        segment.delete()


def may_change(segment: Segment, actor: Actor) -> bool:
    """Whether `actor` may change the segment: their own as they like, shared ones by a permission,
    and none that asks about what they may not see."""
    try:
        _check_may(segment, actor)
    except Denied:
        return False
    return True


def _check_may(segment: Segment, actor: Actor) -> None:
    check(actor, Verb.VIEW)
    if segment.is_shared:
        check(actor, Verb.SHARE_SEGMENT)
    elif actor.user is None or segment.owner_id != actor.user.pk:
        raise Denied("You may not change this segment.")
    check_visible(parse(segment.query), actor)


def _fill(segment: Segment, wanted: Wanted, actor: Actor) -> None:
    if wanted.is_shared:
        check(actor, Verb.SHARE_SEGMENT)
    segment.name, segment.name_folded = wanted.name, fold(wanted.name)
    if segments_of(actor).filter(name_folded=segment.name_folded).exclude(pk=segment.pk).exists():
        raise Exists("There is a segment of this name.")
    segment.description, segment.is_shared = wanted.description, wanted.is_shared
    segment.query = canonical(wanted.query, owner=actor, segment=segment, strict=conf.strict_limits)


def _locked(segment: Segment, actor: Actor) -> Segment:
    found = Segment.objects.select_for_update().filter(pk=segment.pk).first()
    if found is None:
        raise SegmentGone
    _check_may(found, actor)
    return found


def _users_of(segment: Segment) -> QuerySet[Segment]:
    return Segment.objects.filter(query__contains=segment.segment_id)


def _check_unneeded(others: QuerySet[Segment], actor: Actor) -> None:
    known = others.filter(Q(pk__in=segments_of(actor)))
    names = list(known.values_list("name", flat=True))
    unnamed = others.count() - len(names)
    if names or unnamed:
        raise SegmentNeeded(names, unnamed)


@contextmanager
def _written_once() -> Iterator[None]:
    """Of a segment's columns only the name can be another's."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise Exists("There is a segment of this name.") from None
