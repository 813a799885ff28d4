"""The log, read as a developer's program does it."""

from __future__ import annotations

import pytest

from tests.sdk.program import Refused


def test_what_happened_to_a_user_is_read_page_by_page(shop, jane):
    for name in ("Jane One", "Jane Two"):
        shop.patch(jane["user_id"], {"name": name})

    entries = shop.logs_of(jane["user_id"], 1)

    assert [entry["description"] for entry in entries] == ["Update a User"] * 2 + ["Create a User"]
    assert {(entry["type"], entry["client_name"]) for entry in entries} == {("sapi", "Shop")}
    assert shop.log(entries[0]["log_id"]) == entries[0]


def test_the_log_is_searched(shop, jane):
    found = shop.logs_like(f'user_id:"{jane["user_id"]}"')

    assert [entry["description"] for entry in found] == ["Create a User"]
    assert found == shop.logs_of(jane["user_id"], 50)


def test_an_entry_that_does_not_exist(sdk, shop):
    with pytest.raises(Refused) as refused:
        shop.log("9" * 43)

    assert (refused.value.kind, refused.value.status) == (sdk.errors[404], 404)
