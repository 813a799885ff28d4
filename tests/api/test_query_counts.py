"""How many queries each call costs, pinned: for many people as for few."""

from __future__ import annotations

import pytest

from tests.api.answers import BY_EMAIL, CONNECTION, USERS, at
from users.tokens.verify import forget

# What one call asks of the database once the worker knows the client and the keys.
COSTS = {
    "read one": (1, lambda shop, jane: shop.get(at(jane))),
    "read nobody": (1, lambda shop, jane: shop.get(f"{USERS}/auth0|nobody")),
    "list": (1, lambda shop, jane: shop.get(USERS)),
    "list sorted": (1, lambda shop, jane: shop.get(f"{USERS}?sort=last_login:-1&per_page=100")),
    "list of a connection": (1, lambda shop, jane: shop.get(f"{USERS}?connection={CONNECTION}")),
    "list with totals": (2, lambda shop, jane: shop.get(f"{USERS}?include_totals=true&per_page=100")),
    "count": (1, lambda shop, jane: shop.get(f"{USERS}?include_totals=true&per_page=0")),
    "list by checkpoint": (1, lambda shop, jane: shop.get(f"{USERS}?take=5")),
    "find by e-mail": (1, lambda shop, jane: shop.get(f"{BY_EMAIL}?email={jane.email}")),
    "refused by its body": (0, lambda shop, jane: shop.patch(at(jane), {})),
    "patch a document": (6, lambda shop, jane: shop.patch(at(jane), {"user_metadata": {"a": 1}})),
    "patch both": (
        6,
        lambda shop, jane: shop.patch(at(jane), {"user_metadata": {"a": 1}, "app_metadata": {"a": 1}}),
    ),
    "patch a name": (6, lambda shop, jane: shop.patch(at(jane), {"name": "New"})),
    "patch the address": (9, lambda shop, jane: shop.patch(at(jane), {"email": "new@example.com"})),
    "patch nothing new": (4, lambda shop, jane: shop.patch(at(jane), {"name": "Jane Doe"})),
    "create": (
        7,
        lambda shop, jane: shop.post(USERS, {"connection": CONNECTION, "email": "new@example.com"}),
    ),
    "delete": (17, lambda shop, jane: shop.delete(at(jane))),
    "delete nobody": (1, lambda shop, jane: shop.delete(f"{USERS}/auth0|nobody")),
}


@pytest.fixture
def crowd(request, make_user):
    for number in range(request.param):
        make_user(f"user-{number}")


@pytest.mark.parametrize("crowd", [10, 100], indirect=True)
@pytest.mark.parametrize("call", COSTS)
def test_a_call_costs_the_same_among_many_and_few(call, crowd, shop, jane, django_assert_num_queries):
    queries, make = COSTS[call]
    shop.get(f"{USERS}/auth0|nobody")

    with django_assert_num_queries(queries):
        make(shop, jane)


def test_a_token_costs_three_queries_once(shop, db, django_assert_num_queries):
    forget()

    with django_assert_num_queries(3 + 1):
        shop.get(USERS)
    with django_assert_num_queries(1):
        shop.get(USERS)


def test_a_call_without_a_token_costs_nothing(browser, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert browser().get(USERS).status_code == 401
