"""The list, a page at a time and from end to end."""

from __future__ import annotations

import pytest

from tests.sdk.conftest import PEOPLE


@pytest.fixture(scope="module")
def total() -> int:
    """The people, and the demo's accounts: an administrator, an agent, Jane Doe."""
    return PEOPLE + 3


def test_a_page_says_where_it_stands(shop, total):
    page = shop.page(3, 20)

    assert len(page.pop("users")) == 20
    assert page == {"start": 60, "limit": 20, "length": 20, "total": total}


def test_the_last_page_holds_the_rest(shop, total):
    page = shop.page(2, 100)

    assert (page["length"], page["total"]) == (total - 200, total)


@pytest.mark.parametrize("size", [100, 50, 7])
def test_the_way_through_all_pages_meets_everybody_once(shop, total, size):
    met = shop.everybody(size)

    assert len(met) == len(set(met)) == total


def test_the_size_of_the_pages_does_not_change_the_order(shop):
    assert shop.everybody(23) == shop.everybody(100)
