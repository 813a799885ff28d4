"""The receiver's lines of `docs/webhooks.md` tell what we signed from what we did not."""

from __future__ import annotations

import re
import time
from pathlib import Path

from users.events.webhook_secrets import new_secret, signature

PAGE = (Path(__file__).resolve().parents[2] / "docs/webhooks.md").read_text()


def test_the_sample_verifies_what_we_sign():
    [sample] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names = {}
    exec(sample, names)
    is_ours = names["is_ours"]
    old, new = new_secret(), new_secret()
    at, body = int(time.time()), b'{"type":"user.updated"}'
    signatures = f"{signature(new, '4711', at, body)} {signature(old, '4711', at, body)}"
    headers = {"webhook-id": "4711", "webhook-timestamp": str(at), "webhook-signature": signatures}

    assert is_ours(old, headers, body)
    assert is_ours(new, headers, body)
    assert not is_ours(new_secret(), headers, body)
    assert not is_ours(new, headers, body + b" ")
    assert not is_ours(new, {**headers, "webhook-id": "4712"}, body)
    late = {**headers, "webhook-timestamp": str(at - 301)}
    late["webhook-signature"] = signature(new, "4711", at - 301, body)
    assert not is_ours(new, late, body)
