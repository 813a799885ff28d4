"""The key of a demo: made once, for its owner alone."""

from __future__ import annotations

from users.management.demo.key import FILE_NAME, make_key


def test_made_where_there_is_none(tmp_path):
    make_key(tmp_path / "data")

    path = tmp_path / "data" / FILE_NAME
    assert len(path.read_text().strip()) >= 50
    assert path.stat().st_mode & 0o777 == 0o600


def test_never_made_again(tmp_path):
    make_key(tmp_path)
    first = (tmp_path / FILE_NAME).read_text()

    make_key(tmp_path)

    assert (tmp_path / FILE_NAME).read_text() == first
