"""URLs below `/profile/`."""

from __future__ import annotations

from django.urls import path

from users.profile.views import access, change, changes, profile

urlpatterns = [
    path("", profile, name="profile"),
    path("access/", access, name="own_access"),
    path("changes/", changes, name="own_changes"),
    path("changes/<int:number>/", change, name="own_change"),
]
