"""The project's addresses, the plain views at `/plain/`, and both without the record of changes at
`unrecorded/`.

These come first, so that they find their view no later than the API does.
"""

from django.urls import include, path

from config import urls as project
from tests.bench import plain
from tests.bench.unrecorded import unrecorded
from users.api.views.user import UserView

handler400, handler403 = project.handler400, project.handler403
handler404, handler500 = project.handler404, project.handler500

views = [
    path("users-by-email", plain.by_email),
    path("users", plain.users),
    path("users/<path:user_id>", plain.user),
    path("unrecorded/users/<path:user_id>", plain.user, {"history": False}),
]
urlpatterns = [
    path("plain/", include(views)),
    path("api/v2/unrecorded/users/<path:user_id>", unrecorded(UserView.as_view())),
    *project.urlpatterns,
]
