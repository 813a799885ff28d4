"""How tries to sign in are counted, whoever counts them."""

from __future__ import annotations

import itertools
import time

import pytest

from users.models import User
from users.sign_in import lockout
from users.sign_in.lockout import TooManyAttempts
from users.throttling import sliding_window

pytestmark = pytest.mark.django_db
JANE = "jane.doe@example.com"


@pytest.fixture
def clock(monkeypatch):
    """Lets time go by for the counters: `clock(60)` seconds."""
    start, ticks = time.time(), itertools.count()
    passed = 0

    def now():
        return start + passed + next(ticks) / 1000

    def at(seconds):
        nonlocal passed
        passed = seconds

    monkeypatch.setattr(sliding_window.time, "time", now)
    return at


def fail(times, login=JANE, ip="192.0.2.1"):
    for _ in range(times):
        lockout.start_attempt(of(login), ip=ip)


def of(login):
    """The keys of a login that names no account."""
    return lockout.lockout_keys(login, [])


def test_five_failures_lock_a_login_out_wherever_it_comes_from(clock):
    for number in range(5):
        assert not lockout.is_locked_out(of(JANE))
        fail(1, ip=f"192.0.2.{number}")

    assert lockout.is_locked_out(of(JANE))
    with pytest.raises(TooManyAttempts):
        lockout.start_attempt(of(JANE), ip="198.51.100.1")


def test_a_success_takes_back_its_own_try_and_no_other(clock):
    fail(4)
    lockout.start_attempt(of(JANE), ip="192.0.2.1").mark_succeeded()
    assert not lockout.is_locked_out(of(JANE))

    fail(1)
    assert lockout.is_locked_out(of(JANE))


@pytest.mark.parametrize("spelt", ["JANE.DOE@example.com", "  jane.doe@example.com"])
def test_however_it_is_spelt(clock, spelt):
    fail(5)

    assert lockout.is_locked_out(of(spelt))


def test_it_is_told_how_long_to_wait_and_then_may(clock):
    fail(3)
    clock(100)
    fail(2)
    clock(200)

    with pytest.raises(TooManyAttempts) as refusal:
        lockout.start_attempt(of(JANE), ip="192.0.2.1")

    assert refusal.value.seconds == 100
    clock(301)
    assert not lockout.is_locked_out(of(JANE))
    fail(1)


def test_the_longer_wait_counts_where_login_and_ip_address_are_both_locked_out(clock):
    for number in range(10):
        fail(1, login=f"person{number}@example.com")
    fail(5, ip="192.0.2.2")

    with pytest.raises(TooManyAttempts) as refusal:
        lockout.start_attempt(of(JANE), ip="192.0.2.1")

    assert refusal.value.seconds == 300


def test_asking_counts_nothing(clock):
    fail(4)
    for _ in range(10):
        lockout.is_locked_out(of(JANE))

    assert not lockout.is_locked_out(of(JANE))


def test_a_cleared_counter_begins_again(clock):
    fail(5)

    lockout.clear_lockout(of(JANE))

    assert not lockout.is_locked_out(of(JANE))
    fail(5, ip="192.0.2.2")
    assert lockout.is_locked_out(of(JANE))


def test_clearing_the_lockout_of_one_login_leaves_other_logins_and_the_ip_address(clock):
    fail(5, login="other@example.com", ip="192.0.2.2")
    fail(5)
    for number in range(5):
        fail(1, login=f"person{number}@example.com")

    lockout.clear_lockout(of(JANE))

    assert lockout.is_locked_out(of("other@example.com"))
    with pytest.raises(TooManyAttempts):
        lockout.start_attempt(of(JANE), ip="192.0.2.1")
    fail(1, ip="192.0.2.3")


def test_a_new_password_begins_again_but_not_for_the_ip_address(clock):
    jane = of(JANE)
    for number in range(10):
        fail(1, login=f"person{number}@example.com", ip="192.0.2.9")
    lockout.remember_ip(jane, ip="192.0.2.9")
    fail(5)

    lockout.reset_failures(jane)

    assert not lockout.is_locked_out(jane)
    assert lockout.blocked_ips(*jane) == ["192.0.2.9"]


def test_a_login_that_several_users_have_counts_for_each_of_them(clock):
    both = lockout.lockout_keys(JANE, [User(pk=1), User(pk=2)])
    for _ in range(5):
        lockout.start_attempt(both, ip="192.0.2.1")

    assert lockout.is_locked_out([lockout.lockout_key(User(pk=1))])
    assert lockout.is_locked_out([lockout.lockout_key(User(pk=2))])


def test_a_success_takes_back_what_it_counted_for_each_of_them(clock):
    both = lockout.lockout_keys(JANE, [User(pk=1), User(pk=2)])
    for _ in range(12):
        lockout.start_attempt(both, ip="192.0.2.1").mark_succeeded()

    assert not lockout.is_locked_out(both)


def test_a_linked_account_counts_as_the_user_whom_it_signs_in(clock):
    linked = User(pk=2, linked_to_id=1)

    assert lockout.lockout_keys(JANE, [linked, User(pk=1)]) == [lockout.lockout_key(User(pk=1))]


def test_typing_what_a_user_is_counted_under_is_no_guess_at_that_user(clock):
    jane = lockout.lockout_key(User(pk=1))
    fail(5, login=jane)

    assert not lockout.is_locked_out([jane])


def test_those_without_an_address_count_as_one(clock):
    for number in range(10):
        fail(1, login=f"person{number}@example.com", ip=None)

    with pytest.raises(TooManyAttempts):
        lockout.start_attempt(of(JANE), ip=None)


@pytest.mark.parametrize("login", ["", "\0", "x" * 10_000, "名前"])
def test_any_text_can_be_counted(clock, login):
    fail(5, login=login)

    assert lockout.is_locked_out(of(login))


def test_counters_are_in_the_cache_that_workers_share(settings):
    assert lockout.cache is not None
    backend = settings.CACHES["default"]["BACKEND"]

    assert backend.rpartition(".")[2] in ("DatabaseCache", "RedisWithFallback")


@pytest.mark.parametrize(
    ("first", "second", "is_same"),
    [
        pytest.param("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True, id="one network of IPv6"),
        pytest.param("2001:db8:1:2::1", "2001:db8:1:3::1", False, id="two networks of IPv6"),
        pytest.param("::ffff:192.0.2.1", "192.0.2.1", True, id="IPv4 written as IPv6"),
        pytest.param("::ffff:192.0.2.1", "::ffff:192.0.2.2", False, id="two such"),
        pytest.param(None, None, True, id="a socket without IP address"),
    ],
)
def test_whose_failures_count_together(clock, first, second, is_same):
    for number in range(10):
        fail(1, login=f"person{number}@example.com", ip=first)

    try:
        fail(1, ip=second)
    except TooManyAttempts:
        assert is_same
    else:
        assert not is_same
