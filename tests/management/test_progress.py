"""Progress: silent for what is quick."""

from __future__ import annotations

import io

from users.management import progress


def test_a_word_every_five_seconds_and_none_before(monkeypatch):
    now = [100]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    out = io.StringIO()
    tell = progress.Progress(out, 5000, "people")

    for done, at in ((10, 101), (1000, 106), (1500, 108), (3000, 112)):
        now[0] = at
        tell(done)

    assert out.getvalue() == "1,000 of 5,000 people\n3,000 of 5,000 people\n"
