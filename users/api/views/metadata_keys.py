"""`/metadata/keys`: which keys metadata has. An addition of ours."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from users.api.framework.operation import Operation
from users.api.framework.paging import offset_page, offset_schema
from users.api.framework.view import View
from users.api.schemas import metadata as schemas
from users.metadata.tally import TEXT_PREFIX
from users.metadata_map.keys import KeyCounts, MetadataMap, visible_keys
from users.models import MetadataKey
from users.models import MetadataSurvey as Survey
from users.representation.timestamps import format_time
from users.search.query_links import escaped_key_name, query_for_value

NAME = "keys"


class MetadataKeysView(View):
    """Every path of the documents that the caller may see, from the metadata map."""

    operations = {
        "GET": Operation(
            "List the keys of metadata",
            scopes=("read:metadata_keys",),
            query=schemas.QUERY,
            success=200,
            schema=offset_schema(NAME, schemas.KEY),
        )
    }

    def get(self, request: Request) -> Response:
        query, drawn = self.query(), MetadataMap()
        # Filtered before paging, so that totals do not count hidden keys.
        keys = visible_keys(self.actor, drawn.keys(document=query.get("document", "")))
        page = offset_page(keys, lambda: len(keys), query, name=NAME, show=lambda key: _serialize(drawn, key))
        return Response(page)


def _serialize(drawn: MetadataMap, key: MetadataKey) -> dict[str, Any]:
    # The newer of sample and exact count.
    latest = drawn.counts(key)
    surveys = {kind: counts for kind in Survey.Kind.values if (counts := drawn.counts(key, kind))}
    return {
        "document": key.document,
        "path": key.path,
        "field": escaped_key_name(key),
        **{kind: _serialize_counts(counts) for kind, counts in surveys.items()},
        "has_conflict": latest is not None and latest.has_conflict,
        "last_written": key.last_written and format_time(key.last_written),
        "values": [
            {
                "value": value,
                "is_beginning": kind == TEXT_PREFIX,
                "users": users,
                "q": query_for_value(key, kind, value),
            }
            for kind, value, users in (latest.values if latest else [])
        ],
    }


def _serialize_counts(counts: KeyCounts) -> dict[str, Any]:
    return {
        "at": format_time(counts.survey.at),
        "read": counts.survey.read,
        "people": counts.survey.people,
        "users": counts.users,
        "types": counts.types,
        "item_types": counts.items,
    }
