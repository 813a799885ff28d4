"""The modules that scripts may `require`: npm packages and files of `sources/`, bundled by `bundle.mjs`."""

from __future__ import annotations

import json
import logging
import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

logger = logging.getLogger(__name__)

BUNDLE = Path(__file__).parent / "bundle"


@lru_cache(maxsize=64)
def find_modules(source: str) -> tuple[str, ...]:
    """The modules that a script can use, and those that they need: the script names them in quotes, with or
    without a version, or uses a global that is one of them."""
    index = _index()
    # `require` is the usual way to name one, but `const load = require` is no reason to fail.
    named = [name for name in index["modules"] if name[0] != "#" and _is_quoted(name, source)]
    for name, module in index["globals"].items():
        # Not as the property of something, as in `context.request`.
        if name in source and re.search(rf"(?<![.\w$]){name}\b", source):
            named.append(module)
    found: list[str] = []
    while named:
        name = named.pop()
        if name in index["modules"] and name not in found:
            found.append(name)
            named += index["modules"][name]["needs"]
    return tuple(sorted(found))


@cache
def read_module(name: str) -> str:
    """The source of a module."""
    file: str = _index()["modules"][name]["file"]
    return (BUNDLE / file).read_text()


def offer_modules() -> str:
    """A prelude that lists the modules and the globals for `require` and its errors."""
    index = _index()
    names = [name for name in index["modules"] if name[0] != "#"]
    return f"(function (host) {{ host('offer', {json.dumps(names)}, {json.dumps(index['globals'])}); }})"


def _is_quoted(name: str, source: str) -> bool:
    package, slash, path = name.partition("/") if name[0] != "@" else (name, "", "")
    version = "(@[^\"'`/]*)?"
    pattern = f"[\"'`](node:)?{re.escape(package)}{version}{slash}{re.escape(path)}[\"'`]"
    return package in source and bool(re.search(pattern, source))


@cache
def _index() -> Any:
    try:
        return json.loads((BUNDLE / "index.json").read_text())
    except FileNotFoundError:
        logger.error("Scripts have no modules: they are not bundled. Run `make bundle`.")
        return {"globals": {}, "modules": {}}
