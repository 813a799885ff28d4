"""The settings as a process of their own sees them, from nothing but the given environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from users.management.demo.key import FILE_NAME

CHECKOUT = Path(__file__).resolve().parents[2]
KEY = "x" * 50
# The developer's own .env must not decide whether a test passes.
PROGRAM = """
import json, sys
from config import env
env.read_file = lambda path: None
from config import settings
json.dump({name: getattr(settings, name) for name in sys.argv[1:]}, sys.stdout, default=str)
"""


def start(environment: dict[str, str], *names: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *names],
        cwd=CHECKOUT,
        # A folder that is not there, so that no key of a demo is found.
        env={"PATH": os.environ["PATH"], "DATA_DIR": str(CHECKOUT / "nowhere"), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def settings(environment: dict[str, str], *names: str) -> dict:
    finished = start({"SECRET_KEY": KEY, **environment}, *names)
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)


def last_line(environment: dict[str, str]) -> str:
    finished = start(environment)
    assert finished.returncode != 0
    return finished.stderr.strip().splitlines()[-1]


def test_no_start_without_a_key():
    assert "ImproperlyConfigured: SECRET_KEY must be set" in last_line({})


def test_no_start_with_a_short_key():
    assert "SECRET_KEY must have at least 32 characters" in last_line({"SECRET_KEY": "short"})


def test_the_key_that_make_run_keeps_is_found(tmp_path):
    (tmp_path / FILE_NAME).write_text("k" * 50 + "\n")

    found = settings({"DATA_DIR": str(tmp_path), "SECRET_KEY": ""}, "SECRET_KEY")

    assert found == {"SECRET_KEY": "k" * 50}


def test_a_given_key_wins_over_a_kept_one(tmp_path):
    (tmp_path / FILE_NAME).write_text("k" * 50)

    assert settings({"DATA_DIR": str(tmp_path)}, "SECRET_KEY") == {"SECRET_KEY": KEY}


def test_encryption_keys_are_a_list_and_empty_by_default():
    older = "o" * 50

    assert settings({}, "ENCRYPTION_KEYS") == {"ENCRYPTION_KEYS": []}
    assert settings({"ENCRYPTION_KEYS": f"{KEY}, {older}"}, "ENCRYPTION_KEYS") == {
        "ENCRYPTION_KEYS": [KEY, older]
    }


def test_a_refused_encryption_key_is_not_repeated():
    assert "hunter2" not in start({"SECRET_KEY": KEY, "ENCRYPTION_KEYS": "hunter2"}).stderr


def test_debug_alone_has_a_key_of_its_own():
    assert start({"DEBUG": "true"}).returncode == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "yes"),
        ("TRUST_FORWARDED_HEADERS", "1"),
        ("STRICT_LIMITS", "True"),
        ("PORT", "http"),
        ("ENCRYPTION_KEYS", "short"),
        ("ENCRYPTION_KEYS", f"{KEY},short"),
        ("PUBLIC_URL", "http://desk.example.com"),
        ("ALLOWED_HOSTS", "*"),
        ("DATABASE_URL", "oracle://db"),
        ("REDIS_URL", "memcached://cache"),
        ("EMAIL_URL", "pigeon://roof"),
        ("METADATA_MAX_BYTES", "12"),
        ("HSTS_PRELOAD", "no"),
    ],
)
def test_a_bad_value_stops_the_start_and_is_named(name, value):
    assert f"ImproperlyConfigured: {name} must " in last_line({"SECRET_KEY": KEY, name: value})


def test_nothing_insecure_is_defaulted():
    found = settings({}, "DEBUG", "ALLOWED_HOSTS", "TRUST_FORWARDED_HEADERS", "PUBLIC_URL", "EMAIL_BACKEND")

    assert found["DEBUG"] is False
    assert found["ALLOWED_HOSTS"] == ["127.0.0.1", "localhost", "[::1]"]
    assert found["TRUST_FORWARDED_HEADERS"] is False
    assert found["PUBLIC_URL"] == "http://127.0.0.1:8000"
    assert found["EMAIL_BACKEND"].endswith("dummy.EmailBackend")


def test_the_port_is_part_of_the_default_address():
    assert settings({"PORT": "9000"}, "PUBLIC_URL") == {"PUBLIC_URL": "http://127.0.0.1:9000"}


@pytest.mark.parametrize(
    ("url", "secure"), [("https://desk.example.com", True), ("http://localhost:8000", False)]
)
def test_the_public_url_decides_whether_cookies_are_secure(url, secure):
    names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT")

    assert settings({"PUBLIC_URL": url}, *names) == dict.fromkeys(names, secure)


def test_hosts_follow_from_the_public_url():
    found = settings({"PUBLIC_URL": "https://desk.example.com"}, "ALLOWED_HOSTS")

    assert found == {"ALLOWED_HOSTS": ["desk.example.com"]}


def test_what_is_kept_is_kept_in_the_data_dir(tmp_path):
    found = settings({"DATA_DIR": str(tmp_path)}, "DEMO_FILE", "STATIC_ROOT", "DATABASES")

    assert found["DEMO_FILE"] == str(tmp_path / ".demo.json")
    assert found["STATIC_ROOT"] == str(tmp_path / "staticfiles")
    assert found["DATABASES"]["default"]["NAME"] == str(tmp_path / "db.sqlite3")
