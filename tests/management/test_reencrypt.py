"""`manage.py reencrypt`: afterwards the newest key alone decrypts everything stored."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from allauth import mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.mfa.utils import decrypt
from django.apps import apps
from django.core.management import call_command
from django.db import models

from users.actions.account.multifactor import renew_recovery_code
from users.actions.rules.configs import set_config
from users.actions.rules.enabled_rules import read_configuration
from users.crypto.key_ring import Purpose
from users.events.webhook_secrets import active_secrets, encrypt_secret
from users.housekeeping.reencrypt_secrets import COLUMNS, MFA_MEMBERS
from users.jobs.enqueue import enqueue
from users.jobs.files import read_chunks, store_file
from users.models import SigningKey, Webhook
from users.rights.actor import command_actor
from users.tokens.keys import private_key, signing_key

SHELL = command_actor("tests")
NEW = "the newest key, as long as it must be: " + "n" * 20


def run() -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("reencrypt", stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def readable(jane, stranger):
    """Store a secret of each kind; then `readable()` says whether all of them can be decrypted."""
    signing = signing_key()
    totp_secret = generate_totp_secret()
    TOTP.activate(jane, totp_secret)
    codes = RecoveryCodes.activate(jane).get_unused_codes()
    one_code = renew_recovery_code(stranger, actor=SHELL)
    hook = Webhook.objects.create(
        url="https://example.com", secret_encrypted=encrypt_secret("whsec_a"), made_by="tests"
    )
    job = enqueue("users_import", actor=SHELL)
    store_file(job, [b"[]"])
    set_config("api_key", "s3cret", actor=SHELL)

    def all_of_them() -> bool:
        factors = {each.type: each.wrap() for each in Authenticator.objects.filter(user=jane)}
        others = Authenticator.objects.get(user=stranger).wrap()
        try:
            file = b"".join(read_chunks(job))
            hooks = active_secrets(Webhook.objects.get(pk=hook.pk), job.created_at)
        except ValueError:
            return False
        return (
            private_key(SigningKey.objects.get(kid=signing.kid)) is not None
            and decrypt(factors["totp"].instance.data["secret"]) == totp_secret
            and factors["recovery_codes"].get_unused_codes() == codes
            and others.get_unused_codes() == [one_code]
            and (file, hooks) == (b"[]", ["whsec_a"])
            and read_configuration() == {"api_key": "s3cret"}
        )

    return all_of_them


def test_all_is_readable_by_the_newest_key_alone(readable, settings):
    old = settings.SECRET_KEY
    settings.ENCRYPTION_KEYS = (NEW,)
    assert readable()

    out, err = run()

    assert re.findall(r": (\d+) encrypted", out) == ["1", "3", "1", "1", "1"]
    assert err == ""
    settings.SECRET_KEY = "another key than before, long enough: " + "y" * 20
    assert readable()
    settings.ENCRYPTION_KEYS, settings.SECRET_KEY = (), old
    assert not readable()


def test_it_can_be_repeated(readable, settings):
    settings.ENCRYPTION_KEYS = (NEW,)
    run()
    stored = list(SigningKey.objects.values())

    out, _ = run()

    assert re.findall(r": (\d+) encrypted", out) == ["0", "0", "0", "0", "0"]
    assert list(SigningKey.objects.values()) == stored
    assert readable()


def test_what_no_key_decrypts_is_told_and_left_as_it_is(readable, settings):
    old = settings.SECRET_KEY
    settings.SECRET_KEY, settings.ENCRYPTION_KEYS = "a key of another installation: " + "z" * 20, (NEW,)
    stored = list(SigningKey.objects.values())

    _, err = run()

    assert "signing keys: 1 cannot be decrypted" in err
    assert list(SigningKey.objects.values()) == stored
    settings.ENCRYPTION_KEYS = (NEW, old)
    run()
    assert readable()


def test_every_purpose_and_every_encrypted_column_is_covered():
    # Secrets that are shown once last as long as a session.
    assert set(COLUMNS) == set(Purpose) - {Purpose.SHOWN_ONCE}
    named = {
        (model, field.name)
        for model in apps.get_app_config("users").get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.Field) and field.name.endswith("_encrypted")
    }
    assert named <= {(model, name) for model, names in COLUMNS.values() for name in names}


def test_all_that_allauth_encrypts_is_covered():
    sources = [path.read_text() for path in Path(mfa.__path__[0]).rglob("*.py")]
    # The adapter's method with its mention, the function that calls it, and one call for each member.
    assert len(re.findall(r"\bencrypt\(", "".join(sources))) == 2 + 2 + 2
    assert set(re.findall(r'"(\w+)": encrypt\(', "".join(sources))) < set(MFA_MEMBERS)
