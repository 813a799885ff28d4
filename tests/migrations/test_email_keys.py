"""The migration that stores emails and user names in the form in which they are compared."""

from __future__ import annotations

import importlib
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection as database

from users.metadata.fold import fold
from users.models import User
from users.models.write_guard import allow_account_writes

migration = importlib.import_module("users.migrations.0024_email_keys")


@pytest.fixture
def old(connection):
    """Users as they were stored before: `old("straße@example.com")`."""

    def make(email, **columns):
        with allow_account_writes():
            columns = {"connection": connection, "email_folded": fold(email), **columns}
            return User.objects.bulk_create([User(email=email, **columns)])[0]

    return make


def migrate():
    migration.store_keys(apps, SimpleNamespace(connection=database))


def test_emails_that_were_folded_are_found_as_they_are(old, caplog):
    strasse = old("straße@example.com")
    ligature = old("ﬁx@example.com", username="JD", username_folded="jd")
    nameless = old(None)

    migrate()

    assert User.objects.by_email("STRAßE@example.com").get() == strasse
    assert not User.objects.by_email("strasse@example.com").exists()
    assert User.objects.by_login("ﬁx@example.com").get() == User.objects.by_login("jd").get() == ligature
    assert User.objects.get(pk=nameless.pk).email_folded is None
    assert not caplog.records


def test_two_forms_of_one_email_are_reported_and_the_one_in_unicode_is_found(old, caplog):
    ascii_form, unicode_form = old("jane@xn--bcher-kva.example"), old("jane@bücher.example")

    migrate()

    assert User.objects.by_email("jane@xn--bcher-kva.example").get() == unicode_form
    assert User.objects.get(pk=ascii_form.pk).email_folded == "jane@xn--bcher-kva.example"
    [record] = caplog.records
    assert f"{ascii_form.user_id} and {unicode_form.user_id} have the same email" in record.getMessage()


def test_who_is_not_found_by_the_own_email_is_not_found_by_that_of_another_either(old, caplog):
    first, second = old("jane@xn--strae-oqa.example"), old("jane@straße.example")
    assert second.email_folded == "jane@strasse.example"

    migrate()

    assert User.objects.by_email("jane@straße.example").get() == first
    assert not User.objects.by_email("jane@strasse.example").exists()
    assert User.objects.get(pk=second.pk).email_folded is None
    assert len(caplog.records) == 1


def test_a_domain_that_is_invalid_is_only_lower_cased(old):
    invalid = old("Jane@ﬁx.example")

    migrate()

    assert User.objects.by_email("jane@ﬁx.example").get() == invalid
    assert not User.objects.by_email("jane@fix.example").exists()
