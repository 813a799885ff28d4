"""A new key takes over: known before it signs, and no good token is refused meanwhile."""

from __future__ import annotations

import io
import time
from datetime import timedelta
from types import SimpleNamespace

import jwt as other_library
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from users.caching import ttl_cache
from users.models import Client, ResourceServer, SigningKey
from users.tokens.issue import issue_machine_token
from users.tokens.keys import create_key, published_keys, signing_key
from users.tokens.verify import BadSignature, clear_token_caches, verify_access_token

pytestmark = pytest.mark.django_db
DAY = 86_400
ANOTHER_SECRET = "another secret, as long as the one before it: " + "y" * 20


@pytest.fixture
def wait(monkeypatch):
    """The clock of the keys stands still, and goes on by so much: `wait(300)` seconds after the
    beginning."""
    start = timezone.now()

    def until(seconds):
        monkeypatch.setattr(timezone, "now", lambda: start + timedelta(seconds=seconds))

    until(0)
    return until


@pytest.fixture
def token(make_client):
    client = make_client("read:users")
    return lambda: issue_machine_token(client, ["read:users"])


def rotate(*arguments: str) -> str:
    out = io.StringIO()
    call_command("rotatekeys", *arguments, stdout=out)
    return out.getvalue()


def published():
    return [key["kid"] for key in published_keys()]


def signer_of(token):
    return other_library.get_unverified_header(token)["kid"]


def test_the_new_key_is_published_at_once_and_signs_when_all_have_read_it(token, wait):
    old = signing_key().kid

    rotate()

    new, *others = published()
    assert others == [old]
    assert signer_of(token()) == old
    wait(299)
    assert signer_of(token()) == old
    wait(301)
    assert signer_of(token()) == new


def test_it_says_which_key_signs_from_when():
    signing_key()

    said = rotate()

    key = SigningKey.objects.first()
    assert said == f"{key.kid} is published and signs from {key.signs_from:%Y-%m-%d %H:%M:%S} UTC.\n"


def test_tokens_of_both_are_good_meanwhile(token, wait):
    signing_key()
    older = token()
    rotate()
    wait(301)
    newer = token()

    assert signer_of(older) != signer_of(newer)
    assert verify_access_token(older) == verify_access_token(newer)
    keys = other_library.PyJWKSet.from_dict({"keys": published_keys()})
    for one in (older, newer):
        claims = other_library.decode(
            one, keys[signer_of(one)], algorithms=["RS256"], options={"verify_aud": False}
        )
        assert claims["scope"] == "read:users"


def test_a_key_that_has_to_sign_now_does(token):
    old = signing_key().kid

    rotate("--now")

    assert signer_of(token()) == published()[0] != old
    assert old in published()


def test_the_first_rotation_of_all_signs_at_once(token):
    rotate()

    assert [signer_of(token())] == published()
    assert SigningKey.objects.get().signs_from <= timezone.now()


# The end of a key


def test_a_key_goes_when_none_of_its_tokens_can_be_left(wait):
    old = signing_key().kid
    rotate()
    new = published()[0]

    wait(300 + DAY - 1)
    assert "removed" not in rotate()
    assert old in published()

    wait(300 + DAY + 1)
    assert f"{old} is removed" in rotate()
    assert old not in published()
    assert new in published()


@pytest.mark.parametrize("whose", ["an API's access tokens", "a client's id tokens"])
def test_the_longest_lived_tokens_decide(whose, wait, make_client):
    make_client()
    if whose == "a client's id tokens":
        Client.objects.update(id_token_lifetime=3 * DAY)
    else:
        ResourceServer.objects.create(name="Songs", identifier="https://songs", token_lifetime=3 * DAY)
    old = signing_key().kid
    rotate()

    wait(301 + 2 * DAY)
    rotate()
    assert old in published()

    wait(301 + 3 * DAY)
    rotate()
    assert old not in published()


def test_a_key_that_is_still_waiting_replaces_nobody(wait):
    old = signing_key().kid
    for _ in range(3):
        rotate()

    wait(299)
    rotate()

    assert old in published()
    assert len(published()) == 5


def test_a_key_that_cannot_be_read_replaces_nobody(wait, settings):
    """After a SECRET_KEY was put back, what signed meanwhile is newer, and signs no more."""
    ours, secret = signing_key().kid, settings.SECRET_KEY
    settings.SECRET_KEY = ANOTHER_SECRET
    create_key()
    settings.SECRET_KEY = secret

    wait(30 * DAY)
    rotate()

    assert ours in published()
    assert signing_key().kid == ours


# A leaked key


def test_a_revoked_key_is_published_no_more_and_its_tokens_are_refused(token):
    leaked = token()
    rotate("--now")
    clear_token_caches()

    said = rotate("--revoke", signer_of(leaked))

    assert signer_of(leaked) not in published()
    assert f"{published()[0]} signs now." in said
    with pytest.raises(BadSignature):
        verify_access_token(leaked)


def test_a_revoked_key_is_refused_in_every_worker_within_thirty_seconds(token, monkeypatch):
    leaked = token()
    start = time.monotonic()

    def at(seconds):
        monkeypatch.setattr(ttl_cache, "time", SimpleNamespace(monotonic=lambda: start + seconds))

    # The worst that can be: what was read before is used once more just before it is read anew.
    at(0)
    verify_access_token(token())
    rotate("--revoke", signer_of(leaked))
    at(14.9)
    verify_access_token(leaked)

    at(30)
    with pytest.raises(BadSignature):
        verify_access_token(leaked)


def test_without_another_key_a_new_one_signs(token):
    old = signing_key().kid

    rotate("--revoke", old)

    assert [signer_of(token())] == published() != [old]


def test_a_waiting_key_steps_in(token):
    old = signing_key().kid
    rotate()
    waiting = published()[0]

    rotate("--revoke", old)

    assert published() == [waiting]
    assert signer_of(token()) == waiting


def test_a_key_that_is_not_there_is_told_with_those_that_are():
    kid = signing_key().kid

    with pytest.raises(CommandError, match=f"There is no key nonsense. Keys: {kid}."):
        rotate("--revoke", "nonsense")

    assert published() == [kid]


def test_one_cannot_ask_for_both():
    with pytest.raises(CommandError, match="not allowed with"):
        rotate("--now", "--revoke", "x")


def test_the_new_key_too_is_encrypted_at_rest():
    rotate()

    assert "PRIVATE" not in str(SigningKey.objects.values().get())
