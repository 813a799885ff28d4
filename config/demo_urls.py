"""The URLs of `make run`: all of the product, and the pages of the demo."""

from django.urls import include, path

from config.urls import handler400, handler403, handler404, handler429, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler429", "handler500", "urlpatterns"]

urlpatterns = [path("demo/", include("users.demo_pages.urls")), *urlpatterns]
