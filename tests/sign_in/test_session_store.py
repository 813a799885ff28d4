"""Browser sessions in the database, with their user in a column."""

from __future__ import annotations

import pytest
from django.contrib.auth import SESSION_KEY

from users.models import Session
from users.sign_in.session_store import SessionStore, SsoSessionStore, store_sign_in

pytestmark = pytest.mark.django_db


def test_a_new_key_keeps_the_data_and_the_public_id_and_ends_the_old_one(jane):
    store = SessionStore()
    store[SESSION_KEY] = str(jane.pk)
    store_sign_in(store, ip=None, user_agent="")
    store.save()
    old_key, public_id = store.session_key, Session.objects.get().session_id

    store.cycle_key()
    store.save()

    (session,) = Session.objects.all()
    assert session.session_key == store.session_key != old_key
    assert (session.session_id, session.user) == (public_id, jane)
    assert SessionStore(old_key).load() == {}


@pytest.mark.parametrize(
    ("kind", "other"),
    [
        pytest.param(SessionStore, SsoSessionStore, id="dashboard"),
        pytest.param(SsoSessionStore, SessionStore, id="single sign-on"),
    ],
)
def test_a_session_is_found_under_its_own_kind_only(jane, kind, other):
    store = kind()
    store[SESSION_KEY] = str(jane.pk)
    store.save()

    assert kind(store.session_key).load()[SESSION_KEY] == str(jane.pk)
    assert other(store.session_key).load() == {}
