"""Uploaded files: on disk without a name, and whole when the view reads them."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

CONTENT = b'{"password": "hunter2"}' * 200_000  # more than is held in memory


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@pytest.mark.parametrize("size", [1, len(CONTENT)])
def test_a_file_is_whole_and_has_no_name(folder, size):
    request = RequestFactory().post(
        "/", {"users": SimpleUploadedFile("users.json", CONTENT[:size], "application/json")}
    )

    file = request.FILES["users"]

    assert (file.name, file.size, file.content_type) == ("users.json", size, "application/json")
    assert b"".join(file.chunks()) == b"".join(file.chunks()) == CONTENT[:size]
    assert names(folder) == []
    request.close()
    assert file.closed


def test_a_body_that_ends_too_early_leaves_no_file(folder):
    whole = RequestFactory().post("/", {"users": SimpleUploadedFile("users.json", CONTENT)})
    body, kind = whole.read(len(CONTENT) // 2), whole.headers["Content-Type"]
    request = RequestFactory().generic("POST", "/", body, content_type=kind)

    assert "users" not in request.FILES
    assert names(folder) == []
