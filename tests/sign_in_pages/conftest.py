"""Fixtures of the sign-in pages: those of the token endpoint, since users sign in at both."""

from __future__ import annotations

from tests.oauth.conftest import _address, app, ask, make_app, songs, spa, verified, web

__all__ = ["_address", "app", "ask", "make_app", "songs", "spa", "verified", "web"]
