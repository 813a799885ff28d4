"""`.env.example` documents every variable, and no other."""

from __future__ import annotations

import re
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


def read_by_code() -> set[str]:
    calls = re.compile(r"""env\.\w+\(\s*["']([A-Z_]+)["']""")
    sources = (CHECKOUT / "config" / name for name in ("settings.py", "gunicorn.py"))
    return {name for source in sources for name in calls.findall(source.read_text())}


def documented() -> list[str]:
    text = (CHECKOUT / ".env.example").read_text()
    return re.findall(r"^#?([A-Z_]+)=", text, re.MULTILINE)


def test_every_variable_is_documented_once():
    assert sorted(documented()) == sorted(read_by_code())


def test_the_code_is_read_rightly():
    assert {"SECRET_KEY", "DATABASE_URL", "WEB_CONCURRENCY"} <= read_by_code()


def test_each_variable_is_explained():
    blocks = (CHECKOUT / ".env.example").read_text().split("\n\n")

    unexplained = [block for block in blocks if re.match(r"#?[A-Z_]+=", block)]

    assert not unexplained


def test_copied_as_it_is_it_changes_nothing():
    lines = (CHECKOUT / ".env.example").read_text().splitlines()

    assert all(not line or line.startswith("#") for line in lines)
