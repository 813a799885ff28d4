"""What of a path is a separator, as the servers pass it."""

from __future__ import annotations

import time

import pytest
from django.test import RequestFactory

from users.web.encoded_path import PathPartConverter, encoded_path

DECODED = "/api/v2/users/auth0|a/b"


def seen(path_info: str, **environ: str) -> str:
    return encoded_path(RequestFactory().generic("GET", "/", PATH_INFO=path_info, **environ))


@pytest.mark.parametrize("name", ["RAW_URI", "REQUEST_URI"])
@pytest.mark.parametrize("origin", ["", "http://desk.example", "HTTPS://desk.example:8000"])
@pytest.mark.parametrize("after", ["", "?q=%2F", "#part", "?a=http://b/c"])
@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("/api/v2/users/auth0%7Ca%2Fb", "/api/v2/users/auth0|a%2Fb"),
        ("/api/v2/users/auth0|a%2fb", "/api/v2/users/auth0|a%2Fb"),
        ("/api/v2/users/auth0%7Ca/b", "/api/v2/users/auth0|a/b"),
    ],
)
def test_only_an_encoded_slash_stays_encoded(name, origin, sent, after, expected):
    assert seen(DECODED, **{name: origin + sent + after}) == expected


def test_a_long_target_takes_time_in_proportion_to_its_length():
    start = time.process_time()
    seen("/api/v2/users", RAW_URI="/api/v2/users?q=" + "a" * 200_000)

    assert time.process_time() - start < 1  # it took minutes where each character began a search


@pytest.mark.parametrize(
    ("sent", "decoded", "part"),
    [
        ("100%25", "100%", "100%"),
        ("%252F", "%2F", "%2F"),
        ("a%2F%252Fb", "a/%2Fb", "a/%2Fb"),
        ("a%C3%A9", "a\xc3\xa9", "a\xe9"),
        ("a%FF%2F", "a\xff/", "a%FF/"),
        ("%00", "\0", "\0"),
        ("a+b%20c", "a+b c", "a+b c"),
    ],
)
def test_a_part_is_decoded_once(sent, decoded, part):
    path = seen(f"/api/v2/{decoded}", RAW_URI=f"/api/v2/{sent}")

    assert path.count("/") == 3
    assert PathPartConverter().to_python(path.removeprefix("/api/v2/")) == part
    assert PathPartConverter().to_url(part) == path.removeprefix("/api/v2/")


@pytest.mark.parametrize(
    "target",
    [
        pytest.param({}, id="the server passes none"),
        pytest.param({"RAW_URI": "/desk/api/v2/users/auth0%7Ca%2Fb"}, id="it is of another path"),
        pytest.param({"RAW_URI": "*"}, id="it is no path"),
        pytest.param({"RAW_URI": ""}, id="it is empty"),
    ],
)
def test_without_the_sent_path_each_slash_separates(target):
    assert seen(DECODED, **target) == DECODED
    assert seen("/api/v2/users/auth0|%2F", **target) == "/api/v2/users/auth0|%252F"


def test_a_prefix_of_the_application_is_left_out():
    path = seen(DECODED, SCRIPT_NAME="/desk", RAW_URI="/desk/api/v2/users/auth0%7Ca%2Fb")

    assert path == "/api/v2/users/auth0|a%2Fb"
