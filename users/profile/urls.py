"""One address."""

from __future__ import annotations

from django.urls import path

from users.profile.views import profile

urlpatterns = [path("", profile, name="profile")]
