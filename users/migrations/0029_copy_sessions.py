"""Copy the sessions of signed-in users from Django's table, so that they stay signed in.

The originals stay until they expire: the previous release may still be serving them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import migrations
from django.utils import timezone

from users.sign_in.session_store import SessionStore, store_sign_in

ROWS = 1000


def copy_sessions(apps: Any, schema_editor: Any) -> None:
    """Each with an id of its own; when and from where it began is not known."""
    alias = schema_editor.connection.alias
    old = apps.get_model("sessions", "Session").objects.using(alias).filter(expire_date__gt=timezone.now())
    new = apps.get_model("users", "Session").objects.using(alias)
    last = ""
    while rows := list(old.filter(pk__gt=last).order_by("pk")[:ROWS]):
        last = rows[-1].pk
        copies = filter(None, (_copy(session, new.model) for session in rows))
        new.bulk_create(copies, ignore_conflicts=True)


def _copy(session: Any, model: Any) -> Any:
    """None for a visitor's, and for one that another SECRET_KEY signed."""
    store = SessionStore(session.session_key)
    data = store.decode(session.session_data)
    if "_auth_user_id" not in data:
        return None
    store_sign_in(data, ip=None, user_agent="")
    return model(
        session_key=session.session_key,
        session_data=store.encode(data),
        expire_date=session.expire_date,
        user_id=int(data["_auth_user_id"]),
        session_id=data["sign_in"]["id"],
        signed_in_at=datetime.fromisoformat(data["sign_in"]["at"]),
        auth_hash=data.get("_auth_user_hash", ""),
    )


class Migration(migrations.Migration):
    """See above."""

    dependencies = [("users", "0028_session"), ("sessions", "0001_initial")]
    operations = [migrations.RunPython(copy_sessions, migrations.RunPython.noop, elidable=True)]
