"""The project's addresses, the plain view at `/replay/`, and at `/spent` what the process has used."""

from __future__ import annotations

from django.urls import path

from config import urls as project
from tests.bench import spent
from users.oauth.views import token, userinfo

handler400, handler403 = project.handler400, project.handler403
handler404, handler500 = project.handler404, project.handler500

spent.count()

urlpatterns = [
    path("spent", spent.spent),
    path("record/refresh", spent.recorded("refresh", token.issue)),
    path("record/userinfo", spent.recorded("userinfo", userinfo.userinfo)),
    path("replay/<str:name>", spent.replay),
    *project.urlpatterns,
]
