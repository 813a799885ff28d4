"""ETags of users and conditional requests (RFC 9110, section 13).

A tag is the version of the user's row, which rises with every edit but not with a sign-in. Tags compare
weakly, since a proxy that compresses a response changes its tag: nginx writes `W/"1"` for `"1"`, Apache
`"1-gzip"`, Jetty `"1--gzip"`.
"""

from __future__ import annotations

import re

from rest_framework.request import Request

from users.models import User

_TAG = re.compile(r'(?:W/)?"?([0-9]{1,18})(?:[-;]+(?:gzip|br|zstd|deflate))?"?')


def etag(user: User) -> str:
    """Return the version of the row as a strong tag."""
    return f'"{user.version}"'


def expected_versions(request: Request) -> frozenset[int] | None:
    """Return the versions that `If-Match` lists; None where it is absent, empty or `*`.

    A tag that is not ours matches no version, so the write fails with 412 instead of overwriting.
    """
    header = request.headers.get("If-Match", "").strip()
    # `*` means "if it exists", which a write checks anyway.
    return None if header in ("", "*") else _versions(header)


def is_not_modified(request: Request, user: User) -> bool:
    """Whether `If-None-Match` of a read lists the user's current version, or is `*`."""
    header = request.headers.get("If-None-Match", "").strip()
    # To a write 304 is no answer (RFC 9110, section 13.1.2); `If-Match` guards those.
    return request.method in ("GET", "HEAD") and (header == "*" or user.version in _versions(header))


def _versions(header: str) -> frozenset[int]:
    tags = (_TAG.fullmatch(tag.strip()) for tag in header.split(","))
    return frozenset(int(tag[1]) for tag in tags if tag)
