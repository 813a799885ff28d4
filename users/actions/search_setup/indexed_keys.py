"""Index a metadata key for search and sorting, or drop its index."""

from __future__ import annotations

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext

from users.actions.errors import AlreadyExists, InvalidIndexedKey
from users.jobs.enqueue import enqueue
from users.log.configuration_history import Action, effect_on, record_configuration_change
from users.metadata.documents import DOCUMENTS
from users.metadata.text import bad_characters
from users.models import IndexedKey, Job, User
from users.rights.actor import Actor
from users.rights.may import Verb, check
from users.rights.visible import visible
from users.search.indexed_keys import KeyPath, clear_indexed_keys_cache, parse_key_path
from users.search.sql.sqlite import can_use_json_path

# Every write to a user updates each of them.
MAX_KEYS = 20
# Characters of a name, with its document's name and dots.
MAX_NAME_LENGTH = 300
# How many of the newest documents are sampled to find the type of a key's values.
SAMPLE_SIZE = 1000

Status = IndexedKey.Status


def index_key(name: str, kind: str | None = None, *, actor: Actor) -> IndexedKey:
    """Enqueue a job that builds the indexes of a key such as `app_metadata.credits`. `kind` says whether
    by numbers or by text; None for what the key mostly holds, if the actor may see that. Idempotent: an
    indexed key stays as it is, a failed one is tried again.

    Raises Denied, InvalidIndexedKey, or AlreadyExists where it is indexed as another kind or is being
    dropped.
    """
    check(actor, Verb.INDEX_KEYS)
    place = _parse_place(name)
    if kind is None and not visible(actor, *place):
        raise InvalidIndexedKey(
            gettext("Choose number or text: you may not see the values of %(name)s.") % {"name": name}
        )
    try:
        return _index(place, kind, actor)
    except IntegrityError:
        # Another request inserted the key at the same moment: the unique constraint decides, and now its row
        # is found.
        return _index(place, kind, actor)


def _index(place: KeyPath, kind: str | None, actor: Actor) -> IndexedKey:
    with transaction.atomic():
        known = {key.place: key for key in _lock_keys()}
        key = known.get(place)
        if key is None:
            if len(known) >= MAX_KEYS:
                raise InvalidIndexedKey(
                    gettext("%(count)s keys are indexed, which is the limit. Drop one first.")
                    % {"count": MAX_KEYS}
                )
            document, path = place
            kind = kind or detect_kind(document, path)
            key = IndexedKey(document=document, path=list(path), kind=kind, made_by=actor.name)
            action = Action.CREATED
        elif kind not in (None, key.kind):
            raise AlreadyExists(
                gettext("%(key)s is indexed as %(kind)s. Drop that index first.")
                % {"key": key, "kind": key.kind}
            )
        elif key.state == Status.DROPPING:
            raise AlreadyExists(gettext("%(key)s is being dropped. Try again in a moment.") % {"key": key})
        elif key.state != Status.FAILED:
            return key
        else:
            action = Action.RETRIED
        key = _enqueue_job(key, Status.BUILDING, actor)
        record_configuration_change(
            effect_on(key, action, after={"key": str(key), "type": key.kind}), actor=actor
        )
        return key


def drop_key(key: IndexedKey, *, actor: Actor) -> None:
    """Enqueue a job that drops its indexes, and the row with them. Raises Denied."""
    check(actor, Verb.INDEX_KEYS)
    with transaction.atomic():
        found = _lock_keys().filter(pk=key.pk).first()
        if found is not None and found.state != Status.DROPPING:
            _enqueue_job(found, Status.DROPPING, actor)
            record_configuration_change(
                effect_on(found, Action.DELETED, before={"key": str(found), "type": found.kind}), actor=actor
            )
    clear_indexed_keys_cache()


def indexed_keys_of(viewer: Actor) -> list[IndexedKey]:
    """The keys that the viewer may see, each with its job."""
    keys = IndexedKey.objects.select_related("job")
    return [key for key in keys if visible(viewer, *key.place)]


def _lock_keys() -> QuerySet[IndexedKey]:
    return IndexedKey.objects.select_for_update(of=("self",)).select_related("job")


def detect_kind(document: str, path: tuple[str, ...]) -> str:
    """The type of most values of the key among the newest users."""
    newest = User.accounts.exclude(**{document: None}).order_by("-created_at", "-id")
    documents = newest.values_list(document, flat=True)[:SAMPLE_SIZE].iterator(chunk_size=50)
    numbers = texts = 0
    for value in documents:
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        numbers += isinstance(value, int | float) and not isinstance(value, bool)
        texts += isinstance(value, str)
    return IndexedKey.Kind.NUMBER if numbers > texts else IndexedKey.Kind.TEXT


def _parse_place(name: str) -> KeyPath:
    place = parse_key_path(name)
    if place is None or len(name) > MAX_NAME_LENGTH or bad_characters(name):
        example = " or ".join(f"{document}.key" for document in DOCUMENTS)
        raise InvalidIndexedKey(
            gettext("Name a metadata key, such as %(example)s, in at most %(length)s characters.")
            % {"example": example, "length": MAX_NAME_LENGTH}
        )
    if connection.vendor == "sqlite" and not can_use_json_path(place[1]):
        raise InvalidIndexedKey(
            gettext(
                "On SQLite no key can be indexed whose name holds a quotation mark, a backslash or a "
                "line break."
            )
        )
    return place


def _enqueue_job(key: IndexedKey, status: Status, actor: Actor) -> IndexedKey:
    key.status = status
    # Saved before the job, whose parameters name its primary key.
    key.save()
    key.job = enqueue(Job.Kind.INDEXED_KEY, actor=actor, parameters={"key": str(key), "id": key.pk})
    key.save(update_fields=["job"])
    return key
