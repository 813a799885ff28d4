"""`/metadata/indexes`: the indexed metadata keys. An addition of ours: Auth0 has no such resource."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from users.actions.search_setup.indexed_keys import MAX_KEYS, drop_key, index_key, indexed_keys_of
from users.api.framework.operation import EMPTY_OBJECT, Operation
from users.api.framework.paging import without_required
from users.api.framework.problem import Problem
from users.api.framework.view import View
from users.models import IndexedKey
from users.representation.field_selection import fields_query, select_fields
from users.representation.indexed_keys import KIND, NAME, SCHEMA, serialize_indexed_key
from users.representation.schema import closed_object
from users.search.sql.indexes import index_sizes


class IndexedKeysView(View):
    """The indexed keys as a collection."""

    operations = {
        "GET": Operation(
            "List the indexed keys of metadata",
            scopes=("read:metadata_keys", "update:metadata_keys"),
            query=fields_query(SCHEMA["properties"]),
            success=200,
            schema={"type": "array", "items": without_required(SCHEMA), "maxItems": MAX_KEYS},
        ),
        "POST": Operation(
            "Index a key of metadata",
            scopes=("update:metadata_keys",),
            body=closed_object(
                {
                    "key": NAME,
                    "type": {
                        **KIND,
                        "description": "Without it: what the key mostly holds, for who may see that.",
                    },
                },
                required=("key",),
            ),
            success=201,
            schema=SCHEMA,
            answers={409: "It is indexed as another type, or just being dropped."},
        ),
    }

    def get(self, request: Request) -> Response:
        # One query for the sizes of all indexes.
        query, size_of = self.query(), index_sizes()
        keys = indexed_keys_of(self.actor)
        return Response(
            [select_fields(serialize_indexed_key(key, size_of.get(key.pk)), query) for key in keys]
        )

    def post(self, request: Request) -> Response:
        body = self.body()
        return Response(
            serialize_indexed_key(index_key(body["key"], body.get("type"), actor=self.actor)), status=201
        )


class IndexedKeyView(View):
    """One indexed key."""

    path = {"index_id": {"type": "string", "pattern": "^idx_[A-Za-z0-9]{16}$"}}
    operations = {
        "DELETE": Operation(
            "Drop the indexes of a key",
            scopes=("update:metadata_keys",),
            # A job drops the indexes, which may wait for running queries.
            success=202,
            schema=EMPTY_OBJECT,
            answers={404: "There is no such indexed key."},
        )
    }

    def delete(self, request: Request, index_id: str) -> Response:
        key = IndexedKey.objects.filter(key_id=index_id).first()
        # Not idempotent like Auth0's resources: the id comes from our list, so a wrong one is a mistake.
        if key is None:
            raise Problem(404, "The indexed key does not exist.", "inexistent_indexed_key")
        drop_key(key, actor=self.actor)
        return Response({}, status=202)
