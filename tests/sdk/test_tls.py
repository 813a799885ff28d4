"""The proof is over TLS that the SDKs check for themselves."""

from __future__ import annotations

import pytest

from tests.sdk.authority import make_authority
from tests.sdk.program import Application, Program, Refused


def test_who_trusts_another_authority_does_not_reach_us(sdk, server, trusted, tmp_path):
    program = Program(sdk, make_authority(tmp_path), tmp_path / "errors.log")
    try:
        with pytest.raises(Refused) as refused:
            Application(program, domain=server.domain, **trusted).token()
    finally:
        program.stop()

    assert refused.value.status is None
    assert "certificate" in str(refused.value).lower()
