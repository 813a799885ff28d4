"""All URLs, by face."""

from django.urls import include, path
from django.views.decorators.cache import cache_control

from users.admin.site import site
from users.api.views.not_found import NotFoundView
from users.web.export_links import export_file
from users.web.home import favicon, home
from users.web.language import TextsView

handler400 = "users.web.errors.bad_request"
handler403 = "users.web.errors.forbidden"
handler404 = "users.web.errors.not_found"
handler429 = "users.web.errors.too_many_requests"  # allauth's, for its rate limits
handler500 = "users.web.errors.server_error"

urlpatterns = [
    # First, as it is called most: Django tries the patterns in order.
    path("api/v2/", include("users.api.urls")),
    path("", home, name="home"),
    path("favicon.ico", favicon, name="favicon"),
    path("texts/<slug:language>.js", cache_control(max_age=3600)(TextsView.as_view()), name="texts"),
    path("", include("users.oauth.urls")),
    path("", include("users.sign_in_pages.urls")),
    path("profile/", include("users.profile.urls")),
    path("admin/", site.urls),
    path("exports/<str:signed>/<str:name>", export_file, name="export_file"),
    path("api/v2", NotFoundView.as_view()),  # otherwise APPEND_SLASH would redirect API clients
]
