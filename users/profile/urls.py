"""Two addresses."""

from __future__ import annotations

from django.urls import path

from users.profile.views import changes, profile

urlpatterns = [
    path("", profile, name="profile"),
    path("changes/", changes, name="own_changes"),
]
