"""Imports and exports, asked for as a developer's program does it."""

from __future__ import annotations

import json

import pytest

RECORDS = json.dumps([{"email": "imported@example.com"}])


@pytest.fixture(scope="module")
def connection_id(server) -> str:
    code = "from users.models import Connection; print(Connection.objects.get().connection_id)"
    return server.manage("shell", "--no-imports", "-c", code).strip()


def test_a_file_is_taken(shop, connection_id):
    job = shop.import_users(RECORDS, connection_id)

    assert (job["type"], job["status"], job["external_id"]) == ("users_import", "pending", "wave-3")
    assert shop.job(job["id"])["type"] == "users_import"


def test_an_export_is_asked_for(shop):
    asked = {"format": "csv", "limit": 5, "fields": [{"name": "email", "export_as": "Address"}]}

    job = shop.export_users(asked)

    assert job.items() >= {"type": "users_export", "status": "pending", "format": "csv"}.items()
    assert job["fields"] == asked["fields"]
