"""Every way to read the product: its addresses as the URL configuration has them, and the links on them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from django.urls import get_resolver

from tests.web.pages import Page
from users.api.endpoints import ENDPOINTS

API = "api/v2/"
VARIABLE = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)")
LINK = re.compile(r'(?:href|action|src)="([^"]*)"')
# What differs from one answer to the next, whoever asks for what.
FLEETING = (
    re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"'),
    re.compile(r'nonce="[^"]*"'),
    re.compile(r"<time [^>]*>[^<]*</time>"),
    re.compile(r"\b[0-9a-f]{32}\b"),
)


def routes() -> list[str]:
    """Every address that is not of the API, with its variable parts as they are declared."""
    return [route for route in _routes(get_resolver().url_patterns) if not route.startswith(API)]


def _routes(patterns: Iterable[Any], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from _routes(pattern.url_patterns, route)
        else:
            yield route


def address(route: str, names: dict[str, str]) -> str:
    """The route with these names put in. Raises KeyError for one that is not among them."""
    filled = VARIABLE.sub(lambda found: names[found[1] or found[2]], route)
    return "/" + filled.replace("^", "").replace("$", "").replace("\\.", ".")


def links(page: str, text: str) -> set[str]:
    """Where the links of a page lead, as far as that is here."""
    found = {urljoin(page, html.unescape(link)) for link in LINK.findall(text)}
    return {link.partition("#")[0] for link in found if link.startswith("/") and "/static/" not in link}


def questions(answer: Any) -> set[tuple[str, str]]:
    """What the forms of an answer ask for: the address each leads to, with the name of a field."""
    if "html" not in answer.headers.get("Content-Type", ""):
        return set()
    # Where the answer came from in the end.
    page = answer.request["PATH_INFO"]
    return {
        (urljoin(page, form.action).partition("?")[0], name)
        for form in Page(None, answer, page).forms
        if form.method == "get"
        for name in (*form.fields, *form.hidden)
    }


def content(answer: Any) -> str:
    """What an answer tells in its body."""
    text = answer.getvalue() if hasattr(answer, "getvalue") else b"".join(answer)
    return text.decode(errors="replace")


def everything(answer: Any) -> str:
    """All that it tells, its headers included."""
    return f"{dict(answer.headers)} {content(answer)}"


def without(answer: Any, *words: str) -> tuple[int, str]:
    """The answer without these words and without what is never the same."""
    text = content(answer)
    for pattern in FLEETING:
        text = pattern.sub("", text)
    for word in sorted(words, key=len, reverse=True):
        text = text.replace(word, "…")
    return answer.status_code, text


def texts(path: str) -> list[str]:
    """The parameters of GET on an endpoint that take text."""
    query = ENDPOINTS[path].operations["GET"].query
    return [name for name, schema in query.items() if schema.get("type", "string") == "string"]


def with_query(page: str, **query: str) -> str:
    """The address, asked these things besides."""
    parts = urlsplit(page)
    return parts._replace(query="&".join(filter(None, (parts.query, urlencode(query))))).geturl()
