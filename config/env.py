"""Read settings from environment variables. An invalid value stops the start with an error that names it."""

from __future__ import annotations

import os
import re
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from users.representation.logos import encode_logo

DATABASE_SCHEMES = ("sqlite", "postgres", "postgresql")
EMAIL_SCHEMES = ("smtp", "smtps", "smtp+tls", "smtp+ssl", "consolemail", "filemail", "memorymail")


def read_file(path: Path) -> None:
    """Set variables that the environment lacks from a `.env` file, if there is one."""
    if path.is_file():
        environ.Env.read_env(path)


def text(name: str, default: str = "") -> str:
    """Return the value; `default` when unset or empty."""
    return os.environ.get(name, "").strip() or default


def path(name: str, *, beside: Path) -> str:
    """Return a file path, relative ones resolved against `beside`; empty when unset."""
    value = text(name)
    return str(beside / value) if value else ""


def image(name: str, *, beside: Path, most: int) -> str:
    """Return an image file as a data URL; empty when unset. `most` is the limit in bytes. Its type is that of
    its content, as for logos that are uploaded."""
    file = path(name, beside=beside)
    if not file:
        return ""
    try:
        content = Path(file).read_bytes()
    except OSError as error:
        raise ImproperlyConfigured(f"{name} must be a file that can be read: {error}") from None
    if len(content) > most:
        raise ImproperlyConfigured(f"{name} must have at most {most} bytes, not {len(content)}")
    url = encode_logo(content)
    if url is None:
        raise ImproperlyConfigured(f"{name} must be an SVG, PNG, WebP or JPEG file, and {file!r} is none")
    return url


def web_page(name: str) -> str:
    """Return the URL of a page that users may open; empty when unset."""
    value = text(name)
    if value and (not re.fullmatch(r"https?://[^\s]+", value) or not urlsplit(value).hostname):
        raise ImproperlyConfigured(f"{name} must be a URL, like https://example.com/terms, not {value!r}")
    return value


def color(name: str) -> str:
    """Return a color in the form `#0f7f76`; empty when unset."""
    value = text(name)
    if value and not re.fullmatch("#[0-9a-fA-F]{6}", value):
        raise ImproperlyConfigured(f"{name} must be a color, like #0f7f76, not {value!r}")
    return value


def required(name: str, *, why: str) -> str:
    """Return the value; raise ImproperlyConfigured when unset."""
    value = text(name)
    if not value:
        raise ImproperlyConfigured(f"{name} must be set: {why}")
    return value


def flag(name: str, *, default: bool) -> bool:
    """Return a boolean: `true` or `false` only.

    "yes", "1" and "True" are refused, since a security switch must not depend on a guess.
    """
    value = text(name, "true" if default else "false")
    if value not in ("true", "false"):
        raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}")
    return value == "true"


def one_of(name: str, choices: tuple[str, ...]) -> str:
    """Return one of these words; the first when unset."""
    value = text(name, choices[0])
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {value!r}")
    return value


def number(name: str, *, default: int, least: int = 0, most: int | None = None) -> int:
    """Return a whole number within bounds."""
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
    """Return a comma-separated list."""
    found = tuple(word.strip() for word in text(name).split(",") if word.strip())
    return found or default


def secrets(name: str, *, least: int) -> tuple[str, ...]:
    """Return a comma-separated list of secrets, each of at least `least` characters; empty when unset.

    Raises ImproperlyConfigured, whose message does not repeat the secret: it ends up in logs.
    """
    found = words(name)
    for number, secret in enumerate(found, 1):
        if len(secret) < least:
            raise ImproperlyConfigured(
                f"{name} must hold keys of at least {least} characters; key {number} is shorter"
            )
    return found


def hosts(name: str, *, default: tuple[str, ...]) -> tuple[str, ...]:
    """Return host names without scheme or port.

    `*` is refused, since it disables Django's Host check.
    """
    found = words(name, default)
    for host in found:
        if "*" in host or "/" in host:
            raise ImproperlyConfigured(f"{name} must list host names, like desk.example.com, not {host!r}")
    return found


def request_targets(name: str, *, with_ports: bool = False) -> frozenset[str]:
    """Return a comma-separated list of hosts in lower case, `api.example.com` or `api.example.com:8443`.

    `with_ports`: each has a port, else `*.example.com` is a host too.
    """
    found = words(name)
    label = "[a-z0-9_-]+"
    host = rf"{label}(\.{label})*" if with_ports else rf"(\*\.)?{label}(\.{label})+"
    pattern = rf"{host}(:\d{{1,5}}){'' if with_ports else '?'}"
    example = "crm.internal:8080" if with_ports else "api.example.com"
    for entry in found:
        if not re.fullmatch(pattern, entry.lower()):
            raise ImproperlyConfigured(f"{name} must list hosts, like {example}, not {entry!r}")
    return frozenset(entry.lower() for entry in found)


def public_url(name: str, *, default: str) -> str:
    """Return the public scheme and host of the installation, without a trailing slash.

    Plain http is accepted for loopback addresses only: elsewhere it would send passwords and tokens
    unencrypted.
    """
    value = text(name, default).rstrip("/")
    try:
        parts = urlsplit(value)
        # Accessing `port` raises ValueError where it is invalid.
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
    """Whether the host is this machine, by name or by IP address."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def database(name: str, *, default: str) -> dict[str, Any]:
    """Return Django's database settings for a `sqlite:///path` or
    `postgres://user:password@host/name` URL."""
    value = text(name, default)
    if urlsplit(value).scheme not in DATABASE_SCHEMES:
        raise ImproperlyConfigured(f"{name} must begin with sqlite:///, postgres:// or postgresql://")
    try:
        found: dict[str, Any] = environ.Env.db_url_config(value)
    except Exception:  # any type; its text may hold the password
        found = {}
    if not found.get("NAME"):
        raise ImproperlyConfigured(f"{name} must name a database, like sqlite:///db.sqlite3")
    return found


def redis_url(name: str) -> str:
    """Return a `redis://`, `rediss://` or `unix://` URL, or an empty text."""
    value = text(name)
    if value and urlsplit(value).scheme not in ("redis", "rediss", "unix"):
        raise ImproperlyConfigured(f"{name} must begin with redis://, rediss:// or unix://")
    return value


def email(name: str) -> dict[str, Any]:
    """Return Django's email settings for a URL like `smtp+tls://user:password@host:587`; empty when unset."""
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
