"""Where the schemas come from."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from users.schemas.current import check_settings, get_schema

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "users" / "management" / "demo"


def test_without_a_setting_there_is_none():
    assert get_schema("user_metadata") is None


def test_the_file_is_read_once(settings, tmp_path):
    path = tmp_path / "schema.json"
    path.write_text(json.dumps({"properties": {"hobby": {"type": "string"}}}))
    settings.USER_METADATA_SCHEMA = str(path)

    first = get_schema("user_metadata")
    path.unlink()

    assert first.names == {"hobby"}
    assert get_schema("user_metadata") is first
    assert get_schema("app_metadata") is None


def test_the_file_may_begin_with_a_byte_order_mark(settings, tmp_path):
    path = tmp_path / "schema.json"
    path.write_text('{"properties": {"hobby": {"type": "string"}}}', encoding="utf-8-sig")
    settings.USER_METADATA_SCHEMA = str(path)

    assert get_schema("user_metadata").names == {"hobby"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(None, "cannot be read", id="missing"),
        pytest.param("{", "line 1, column 2", id="no JSON"),
        pytest.param('{"type": "strin"}', "not a usable JSON Schema", id="no schema"),
        pytest.param('{"$ref": "https://example.com/x"}', "only references within", id="elsewhere"),
    ],
)
def test_a_bad_file_is_named_with_its_setting(settings, tmp_path, text, words):
    path = tmp_path / "schema.json"
    if text is not None:
        path.write_text(text)
    settings.APP_METADATA_SCHEMA = str(path)

    with pytest.raises(ImproperlyConfigured) as caught:
        check_settings()

    assert "APP_METADATA_SCHEMA" in str(caught.value)
    assert str(path) in str(caught.value)
    assert words in str(caught.value)


def test_a_bad_file_stops_the_start(tmp_path):
    environment = {
        **os.environ,
        "DATA_DIR": str(tmp_path),
        "USER_METADATA_SCHEMA": str(tmp_path / "none.json"),
    }

    run = subprocess.run(
        [sys.executable, "-c", "import config.wsgi"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert run.returncode != 0
    assert "USER_METADATA_SCHEMA names" in run.stderr


@pytest.mark.parametrize("document", ["user_metadata", "app_metadata"])
def test_the_demo_ships_both(settings, document):
    setattr(settings, f"{document.upper()}_SCHEMA", str(DEMO / f"{document}.schema.json"))

    assert get_schema(document).names


def test_a_rule_that_is_left_out_is_logged_with_its_setting_and_key(settings, tmp_path, caplog):
    path = tmp_path / "schema.json"
    path.write_text(json.dumps({"properties": {"code": {"pattern": r"^(?:(a)|b)\1$"}}}))
    settings.APP_METADATA_SCHEMA = str(path)

    check_settings()

    (line,) = caplog.messages
    assert line.startswith("APP_METADATA_SCHEMA: properties.code.pattern: ")
