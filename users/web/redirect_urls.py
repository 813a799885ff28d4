"""The URLs of other sites to which users are sent."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlencode


def add_parameters(url: str, parameters: Mapping[str, str]) -> str:
    """Return the URL with the parameters appended to its query, which may have some already."""
    address, hash_, fragment = url.partition("#")
    separator = "?" if "?" not in address else "" if address.endswith(("?", "&")) else "&"
    # `%20` for spaces, as Auth0 has it: some libraries do not decode `+`.
    return f"{address}{separator}{urlencode(parameters, quote_via=quote)}{hash_}{fragment}"
