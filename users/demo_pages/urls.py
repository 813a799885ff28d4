"""URLs below `/demo/`, which only `config.demo_urls` includes."""

from __future__ import annotations

from django.urls import path

from users.demo_pages.application import sample_application
from users.demo_pages.mail import mail, mail_html, mails

urlpatterns = [
    path("", sample_application, name="demo"),
    path("mail/", mails, name="demo_mails"),
    path("mail/<slug:mail_id>/", mail, name="demo_mail"),
    path("mail/<slug:mail_id>/html/", mail_html, name="demo_mail_html"),
]
