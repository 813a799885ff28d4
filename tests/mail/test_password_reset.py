"""A request for a password reset does not reveal whether there is an account, not even by its timing."""

from __future__ import annotations

import random
import statistics
import time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.mailbox import deliver
from users.actions.account.block_user import block_user
from users.actions.account.create_user import create_user
from users.actions.errors import NotSupported
from users.mail.password_reset import send_password_reset
from users.models import Change, Connection, Job
from users.rights.actor import command_actor, staff_actor

SHELL = command_actor("tests")
PAIRS = 200
# Wilcoxon's signed-rank test: beyond this the two would differ by chance once in 16,000 runs.
SIGMAS = 4


def ask(email: str, visitor: Client | None = None):
    return (visitor or Client()).post("/password/reset/", {"email": email})


def signed_rank(differences: list[float]) -> float:
    """Wilcoxon's statistic for paired samples, in standard deviations from what chance gives. It
    compares ranks, so that single slow answers of a busy machine weigh no more than others."""
    ranked = sorted(differences, key=abs)
    total = sum(rank for rank, difference in enumerate(ranked, start=1) if difference > 0)
    count = len(ranked)
    expected = count * (count + 1) / 4
    deviation = (count * (count + 1) * (2 * count + 1) / 24) ** 0.5
    return (total - expected) / deviation


def time_pairs(first, second, *, seed: int = 11) -> list[float]:
    """Seconds that `first` took longer than `second`, both called in turn and in random order."""
    dice, differences = random.Random(seed), []
    for _ in range(PAIRS):
        seconds = {}
        for call in dice.sample([first, second], 2):
            begin = time.perf_counter()
            call()
            seconds[call] = time.perf_counter() - begin
        differences.append(seconds[first] - seconds[second])
    return differences


def test_the_answer_takes_the_same_time_whether_or_not_there_is_an_account(jane, settings):
    settings.ACCOUNT_RATE_LIMITS = False
    visitor = Client()
    ask(jane.email, visitor)

    differences = time_pairs(
        lambda: ask("jane.doe@example.com", visitor), lambda: ask("jane.poe@example.com", visitor)
    )

    assert abs(signed_rank(differences)) < SIGMAS, statistics.median(differences)


@pytest.mark.parametrize(("shift", "is_found"), [(0, False), (0.001, True), (-0.001, True)])
def test_the_test_of_time_finds_one_millisecond_on_a_busy_machine(shift, is_found):
    dice = random.Random(11)
    differences = [shift + dice.gauss(0, 0.002) + dice.choice([0] * 20 + [0.1, -0.1]) for _ in range(PAIRS)]

    assert (abs(signed_rank(differences)) >= SIGMAS) == is_found


def test_the_database_is_asked_alike_and_not_for_the_account(jane):
    ask("first@example.com")  # makes the counter of the IP address
    statements = {}
    for email in ("jane.doe@example.com", "jane.poe@example.com"):
        with CaptureQueriesContext(connection) as queries:
            ask(email)
        statements[email] = [query["sql"].partition('"')[0] for query in queries]
        assert not any('"users_user"' in query["sql"] for query in queries)

    first, second = statements.values()
    assert first == second


def test_nothing_is_sent_before_a_worker_runs(jane, mailoutbox):
    ask(jane.email)
    ask("nobody@example.com")

    assert mailoutbox == []
    assert set(Job.objects.values_list("kind", "user")) == {("password_reset_request", None)}


def test_mail_goes_only_where_an_account_has_its_email(jane):
    for email in ("JANE.DOE@example.com", "nobody@example.com"):
        ask(email)

    assert [letter.to for letter in deliver()] == [["jane.doe@example.com"]]
    assert not Job.objects.exists()


def test_each_account_with_the_email_gets_its_own_link(jane):
    elsewhere = Connection.objects.create(name="Elsewhere", strategy="auth0")
    create_user(elsewhere, actor=SHELL, profile={"email": jane.email})

    ask(jane.email)

    letters = deliver()
    assert [letter.to for letter in letters] == [[jane.email], [jane.email]]
    assert letters[0].body != letters[1].body


@pytest.mark.parametrize("is_twice", [False, True])
def test_a_request_that_a_killed_worker_had_done_is_not_done_again(jane, is_twice):
    ask(jane.email)
    request = Job.objects.get()
    request.state = {"is_done": True} if is_twice else {}
    request.save()

    assert len(deliver()) == (0 if is_twice else 1)


def test_staff_who_may_not_any_more_send_none(jane, administrator):
    send_password_reset(jane, actor=staff_actor(administrator))
    block_user(administrator, actor=SHELL)

    assert deliver() == []
    assert Job.objects.get().status == "failed"


def test_a_mail_that_cannot_be_asked_for_is_not_recorded(jane):
    Connection.objects.update(is_enabled=False)
    jane.refresh_from_db()

    with pytest.raises(NotSupported):
        send_password_reset(jane, actor=SHELL)

    assert not Job.objects.exists()
    assert not Change.objects.filter(what=Change.What.RESET_SENT).exists()
