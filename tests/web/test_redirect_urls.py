"""Parameters appended to the URLs of other sites."""

from __future__ import annotations

import pytest

from users.web.redirect_urls import add_parameters


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://shop.example", "https://shop.example?state=a%20b%26c"),
        ("https://shop.example/?", "https://shop.example/?state=a%20b%26c"),
        ("https://shop.example/?x=1", "https://shop.example/?x=1&state=a%20b%26c"),
        ("https://shop.example/?x=1&", "https://shop.example/?x=1&state=a%20b%26c"),
        ("https://shop.example/#/home?x", "https://shop.example/?state=a%20b%26c#/home?x"),
        ("shop:callback", "shop:callback?state=a%20b%26c"),
    ],
)
def test_the_query_is_extended_and_a_fragment_stays_last(url, expected):
    assert add_parameters(url, {"state": "a b&c"}) == expected
