"""Settings from the environment. A bad value stops the start with an error that names it."""

from __future__ import annotations

import os
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

DATABASE_SCHEMES = ("sqlite", "postgres", "postgresql")
EMAIL_SCHEMES = ("smtp", "smtps", "smtp+tls", "smtp+ssl", "consolemail", "filemail", "memorymail")


def read_file(path: Path) -> None:
    """Take what the environment lacks from a `.env` file, if there is one."""
    if path.is_file():
        environ.Env.read_env(path)


def text(name: str, default: str = "") -> str:
    """The value as it stands; `default` when unset or empty."""
    return os.environ.get(name, "").strip() or default


def path(name: str, *, beside: Path) -> str:
    """A file's path, a relative one counted from `beside`; empty when unset."""
    value = text(name)
    return str(beside / value) if value else ""


def required(name: str, *, why: str) -> str:
    """The value, which must be there."""
    value = text(name)
    if not value:
        raise ImproperlyConfigured(f"{name} must be set: {why}")
    return value


def flag(name: str, *, default: bool) -> bool:
    """`true` or `false`, nothing else: "yes", "1" and "True" are refused, not guessed."""
    value = text(name, "true" if default else "false")
    if value not in ("true", "false"):
        raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}")
    return value == "true"


def one_of(name: str, choices: tuple[str, ...]) -> str:
    """One of these words; the first when unset."""
    value = text(name, choices[0])
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {value!r}")
    return value


def number(name: str, *, default: int, least: int = 0, most: int | None = None) -> int:
    """A whole number within bounds."""
    value = text(name, str(default))
    bounds = f"at least {least}" if most is None else f"from {least} to {most}"
    if (
        not (value.isascii() and value.isdigit())
        or int(value) < least
        or (most is not None and int(value) > most)
    ):
        raise ImproperlyConfigured(f"{name} must be a whole number, {bounds}, not {value!r}")
    return int(value)


def words(name: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
    """A list, separated by commas."""
    found = tuple(word.strip() for word in text(name).split(",") if word.strip())
    return found or default


def secrets(name: str, *, least: int) -> tuple[str, ...]:
    """A list of secrets, separated by commas, each of at least `least` characters; empty where the
    variable is not set. Raises ImproperlyConfigured, which does not repeat the secret."""
    found = words(name)
    for number, secret in enumerate(found, 1):
        if len(secret) < least:
            raise ImproperlyConfigured(
                f"{name} must hold keys of at least {least} characters; key {number} is shorter"
            )
    return found


def hosts(name: str, *, default: tuple[str, ...]) -> tuple[str, ...]:
    """Host names without scheme or port; `*` is refused, since it switches the check off."""
    found = words(name, default)
    for host in found:
        if "*" in host or "/" in host:
            raise ImproperlyConfigured(f"{name} must list host names, like desk.example.com, not {host!r}")
    return found


def public_url(name: str, *, default: str) -> str:
    """Scheme and host the world reaches us by, without a slash at the end.

    Plain http is accepted for this very machine only: elsewhere it would send passwords
    and tokens in clear.
    """
    value = text(name, default).rstrip("/")
    try:
        parts = urlsplit(value)
        # Reading the port raises where it is none.
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if (
        not host
        or parts.scheme not in ("http", "https")
        or value != f"{parts.scheme}://{parts.netloc}"
        or "@" in value
    ):
        raise ImproperlyConfigured(
            f"{name} must be like https://desk.example.com, without a path, not {value!r}"
        )
    if parts.scheme == "http" and not is_loopback(host):
        raise ImproperlyConfigured(
            f"{name} must begin with https://; http:// is for this machine only, not {value!r}"
        )
    return value


def is_loopback(host: str) -> bool:
    """Whether the host is this machine by name or by address."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def database(name: str, *, default: str) -> dict[str, Any]:
    """A `sqlite:///path` or `postgres://user:password@host/name` address as Django wants it."""
    value = text(name, default)
    if urlsplit(value).scheme not in DATABASE_SCHEMES:
        raise ImproperlyConfigured(f"{name} must begin with sqlite:///, postgres:// or postgresql://")
    try:
        found: dict[str, Any] = environ.Env.db_url_config(value)
    except Exception:  # the library raises whatever its parts raise
        found = {}
    if not found.get("NAME"):
        raise ImproperlyConfigured(f"{name} must name a database, like sqlite:///db.sqlite3")
    return found


def redis_url(name: str) -> str:
    """A `redis://`, `rediss://` or `unix://` address, or nothing."""
    value = text(name)
    if value and urlsplit(value).scheme not in ("redis", "rediss", "unix"):
        raise ImproperlyConfigured(f"{name} must begin with redis://, rediss:// or unix://")
    return value


def email(name: str) -> dict[str, Any]:
    """How mail leaves: `smtp+tls://user:password@host:587` and the like; empty when unset."""
    value = text(name)
    if not value:
        return {}
    if urlsplit(value).scheme not in EMAIL_SCHEMES:
        raise ImproperlyConfigured(f"{name} must begin with one of {', '.join(EMAIL_SCHEMES)}")
    try:
        found: dict[str, Any] = environ.Env.email_url_config(value)
    except Exception:
        found = {}
    if not found or (value.startswith("smtp") and not found.get("EMAIL_HOST")):
        raise ImproperlyConfigured(f"{name} must be like smtp+tls://user:password@mail.example.com:587")
    return found
