"""Signatures for a purpose, and the one module that makes them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from users.crypto.signer import BadSignature, Purpose, sign, verify

USERS = Path(__file__).parents[2] / "users"


def test_what_was_signed_is_given_back():
    text = sign(["jane", 1, None], Purpose.CURSOR, "jobs")

    assert verify(text, Purpose.CURSOR, "jobs") == ["jane", 1, None]
    assert verify(text, Purpose.CURSOR, "jobs", max_age=timedelta(seconds=60)) == ["jane", 1, None]


@pytest.mark.parametrize(
    ("purpose", "scope", "max_age"),
    [
        pytest.param(Purpose.EXPORT_LINK, "jobs", None, id="another purpose"),
        pytest.param(Purpose.CURSOR, "", None, id="another scope"),
        pytest.param(Purpose.CURSOR, "jobs", timedelta(seconds=-1), id="too old"),
    ],
)
def test_it_is_refused_elsewhere_and_later(purpose, scope, max_age):
    with pytest.raises(BadSignature):
        verify(sign("x", Purpose.CURSOR, "jobs"), purpose, scope, max_age=max_age)


@pytest.mark.parametrize("text", ["", "x", ":", "eyJhIjoxfQ:1:2", "\0", "ü:ü:ü"])
def test_text_that_was_not_signed_is_refused(text):
    with pytest.raises(BadSignature):
        verify(text, Purpose.CURSOR)


def test_a_signature_by_a_former_secret_key_holds_while_it_is_a_fallback(settings):
    text = sign("x", Purpose.CURSOR)
    settings.SECRET_KEY, former = "another", settings.SECRET_KEY

    with pytest.raises(BadSignature):
        verify(text, Purpose.CURSOR)
    settings.SECRET_KEY_FALLBACKS = [former]
    assert verify(text, Purpose.CURSOR) == "x"


def test_no_other_module_signs():
    signing = [
        str(path.relative_to(USERS))
        for path in USERS.rglob("*.py")
        if "django.core.signing" in (text := path.read_text()) or "django.core import signing" in text
    ]

    assert signing == ["crypto/signer.py"]
