"""Create, edit, share and delete segments (saved searches)."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from users.actions.access.optimistic_lock import check_version
from users.actions.errors import AlreadyExists, SegmentInUse, SegmentNotFound
from users.actions.unique_name import report_duplicate_name
from users.conf import conf
from users.jobs.enqueue import enqueue
from users.log.configuration_history import Action, effect_on, record_configuration_change
from users.lucene.parser import parse
from users.metadata.documents import Document
from users.metadata.fold import fold
from users.models import Job, Segment, SegmentCount
from users.rights.actor import Actor
from users.rights.errors import Denied
from users.rights.may import Verb, check
from users.search.segment_expansion import usable_segments
from users.search.segment_text import to_stored_query
from users.search.visibility import check_visible


@dataclass(frozen=True)
class SegmentData:
    """The wanted state of a segment. `query` is as typed in the search box; words side by side are ANDed."""

    name: str
    query: str
    description: str = ""
    is_shared: bool = False


def create_segment(wanted: SegmentData, *, actor: Actor) -> Segment:
    """Save a search. Raises Denied, AlreadyExists where the name is taken, and QueryError."""
    check(actor, Verb.VIEW)
    segment = Segment(owner=actor.user)
    with report_duplicate_name("A segment with this name already exists."):
        _set_columns(segment, wanted, actor)
        segment.save(force_insert=True)
        record_configuration_change(
            effect_on(segment, Action.CREATED, after=_described(segment)), actor=actor
        )
    return segment


def edit_segment(
    segment: Segment, wanted: SegmentData, *, actor: Actor, version: str | None = None
) -> Segment:
    """Save the wanted state. `version` is the digest of these columns that the form was opened with.

    Raises as `create_segment` does, SegmentNotFound, StaleVersion, and SegmentInUse if segments of
    other users depend on it being shared.
    """
    with report_duplicate_name("A segment with this name already exists."):
        segment = _lock(segment, actor)
        check_version(segment, asdict(wanted), version)
        before = _described(segment)
        if segment.is_shared and not wanted.is_shared:
            # Back to its owner; if that user was deleted, to the actor.
            segment.owner = segment.owner or actor.user
            # The owner's private segments may still use it afterwards; all others would break.
            _check_unused(_segments_using(segment).exclude(owner=segment.owner, is_shared=False), actor)
        _set_columns(segment, wanted, actor)
        segment.updated_at = timezone.now()
        segment.save(force_update=True)
        record_configuration_change(
            effect_on(segment, Action.UPDATED, before=before, after=_described(segment)), actor=actor
        )
    return segment


def delete_segment(segment: Segment, *, actor: Actor) -> None:
    """Raises Denied, SegmentNotFound, and SegmentInUse where others use it."""
    with transaction.atomic():
        segment = _lock(segment, actor)
        _check_unused(_segments_using(segment), actor)
        record_configuration_change(
            effect_on(segment, Action.DELETED, before=_described(segment)), actor=actor
        )
        segment.delete()


def _described(segment: Segment) -> Document:
    """With the query as it is stored, which names other segments by their ids."""
    names = ("name", "query", "description", "is_shared")
    return {name: getattr(segment, name) for name in names}


def can_change_segment(segment: Segment, actor: Actor) -> bool:
    """Whether `actor` may change the segment: their own, or shared ones with the permission, and none that
    searches by what they may not see."""
    try:
        _check_can_change(segment, actor)
    except Denied:
        return False
    return True


def _check_can_change(segment: Segment, actor: Actor) -> None:
    check(actor, Verb.VIEW)
    if segment.is_shared:
        check(actor, Verb.SHARE_SEGMENT)
    elif actor.user is None or segment.owner_id != actor.user.pk:
        raise Denied(gettext("You may not change this segment."))
    # A query that searches by hidden keys would disclose them by its matches.
    check_visible(parse(segment.query), actor)


def _set_columns(segment: Segment, wanted: SegmentData, actor: Actor) -> None:
    if wanted.is_shared:
        check(actor, Verb.SHARE_SEGMENT)
    segment.name, segment.name_folded = wanted.name, fold(wanted.name)
    # A name must be unique among all segments its user can refer to, which no constraint can express; those
    # below hold for races.
    if usable_segments(actor).filter(name_folded=segment.name_folded).exclude(pk=segment.pk).exists():
        raise AlreadyExists("A segment with this name already exists.")
    segment.description, segment.is_shared = wanted.description, wanted.is_shared
    asked_before = segment.query
    segment.query = to_stored_query(wanted.query, owner=actor, segment=segment, strict=conf.strict_limits)
    if segment.query != asked_before:
        _forget_count(segment, actor)


def _forget_count(segment: Segment, actor: Actor) -> None:
    """Delete the count of the former query, and have the new one counted."""
    if segment.pk is not None:
        SegmentCount.objects.filter(segment=segment).delete()
    enqueue(Job.Kind.SEGMENT_COUNTS, actor=actor, parameters={"segment": segment.segment_id})


def _lock(segment: Segment, actor: Actor) -> Segment:
    found = Segment.objects.select_for_update().filter(pk=segment.pk).first()
    if found is None:
        raise SegmentNotFound
    _check_can_change(found, actor)
    return found


def _segments_using(segment: Segment) -> QuerySet[Segment]:
    # Stored queries name other segments by id, and random ids do not occur in text by chance.
    return Segment.objects.filter(query__contains=segment.segment_id)


def _check_unused(others: QuerySet[Segment], actor: Actor) -> None:
    known = others.filter(Q(pk__in=usable_segments(actor)))
    names = list(known.values_list("name", flat=True))
    unnamed = others.count() - len(names)
    if names or unnamed:
        raise SegmentInUse(names, unnamed)
