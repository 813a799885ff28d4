"""Which values the editor takes for secrets. Run in Node.js, without a page."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

NODE = os.environ.get("NODE", "node")
MODULE = Path(__file__).resolve().parents[3] / "static/users/js/editor/secrets.js"
ASK = """
import { readFileSync } from "node:fs";
const { secretKind } = await import(process.argv[1]);
const cases = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(cases.map(([key, text]) => secretKind(key, text))));
"""

SECRETS = {
    ("password", "hunter2"): "a secret",
    ("db_password", "x"): "a secret",
    ("clientSecret", "x"): "a secret",
    ("api_key", "x"): "a secret",
    ("accessToken", "x"): "a secret",
    ("Card number", "1"): "a secret",
    ("id", "4111 1111 1111 1111"): "a card number",
    ("amex", "378282246310005"): "a card number",
    ("note", "5555-5555-5555-4444"): "a card number",
    ("session", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2ln"): "a JSON Web Token",
    ("note", "AKIAIOSFODNN7EXAMPLE"): "an AWS access key",
    ("pem", "-----BEGIN RSA PRIVATE KEY-----\nMIIE"): "a private key",
    ("ci", "ghp_" + "a1" * 18): "a GitHub token",
    ("hash", "$2b$10$" + "a" * 53): "a password hash",
}
ORDINARY = [
    ("plan", "full"),
    ("password", ""),
    ("token_type", "bearer"),
    ("tokens", "12"),
    ("password_changed_at", "2026-01-01"),
    ("secretary", "Ann"),
    ("customer", "4111111111111112"),
    ("timestamp", "1764523200000"),
    ("id", "12345678901234567890"),
    ("phone", "+49 170 1234567"),
    ("bio", "eyJ is how tokens begin"),
    (None, "a"),
]


@pytest.fixture(scope="module")
def kinds():
    if shutil.which(NODE) is None:
        pytest.skip("there is no Node.js")
    cases = [*SECRETS, *ORDINARY]
    command = [NODE, "--input-type=module", "-e", ASK, MODULE.as_uri()]
    answer = subprocess.run(command, input=json.dumps(cases), capture_output=True, text=True, check=True)
    return dict(zip(cases, json.loads(answer.stdout), strict=True))


@pytest.mark.parametrize("case", SECRETS, ids=str)
def test_a_secret_is_recognized(kinds, case):
    assert kinds[case] == SECRETS[case]


@pytest.mark.parametrize("case", ORDINARY, ids=str)
def test_an_ordinary_value_is_none(kinds, case):
    assert kinds[case] is None
