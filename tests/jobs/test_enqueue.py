"""Asking for a job: in the transaction of whoever asks, and as somebody."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import transaction

from tests.jobs.conftest import now
from users.actions.account.block_user import block_user
from users.actions.account.delete_user import delete_user
from users.jobs.enqueue import enqueue
from users.jobs.requester import load_actor
from users.models import Client, ClientGrant, Job
from users.rights.actor import Actor, Face, Kind, bearer_actor, command_actor, staff_actor
from users.rights.errors import Denied

SHELL = command_actor("tests")


@pytest.fixture
def client_actor(make_client) -> Actor:
    client = make_client("read:users", "update:users")
    scopes = frozenset({"read:users", "update:users"})
    return Actor(kind=Kind.CLIENT, face=Face.API, id=client.client_id, name=client.name, scopes=scopes)


def test_a_job_is_asked_for_with_what_asked_for_it_or_not_at_all(db):
    with transaction.atomic():
        enqueue("steps", actor=SHELL)
        transaction.set_rollback(True)

    assert not Job.objects.exists()


def test_who_asked_is_kept(agent, client_actor):
    by_agent = enqueue("steps", actor=staff_actor(agent, request_id="r-1"), parameters={"of": 3})
    by_client = enqueue("steps", actor=client_actor)

    assert (by_agent.owner, by_agent.client_id, by_agent.parameters) == (agent, "", {"of": 3})
    assert (by_client.owner, by_client.client_id) == (None, client_actor.id)
    assert load_actor(now(by_agent)) == staff_actor(agent, request_id="r-1")
    assert load_actor(now(by_client)) == client_actor


def test_a_persons_own_token_is_kept_with_the_moment_of_its_sign_in(jane):
    own = bearer_actor(jane, frozenset({"update:current_user_metadata"}), authenticated_at=7)

    assert load_actor(now(enqueue("steps", actor=own))) == own


def test_of_two_under_one_key_there_is_one(db):
    first = enqueue("steps", actor=SHELL, once_key="today")
    second = enqueue("steps", actor=SHELL, once_key="today")

    assert first == second
    assert Job.objects.count() == 1


def test_a_client_has_no_more_scopes_than_its_grant_has_by_now(client_actor):
    job = enqueue("steps", actor=client_actor)
    grant = ClientGrant.objects.get(client__client_id=client_actor.id)
    grant.scope = ["read:users", "delete:users"]
    grant.save()

    assert load_actor(now(job)) == replace(client_actor, scopes=frozenset({"read:users"}))


@pytest.mark.parametrize("lost", ["client", "grant", "revoked"])
def test_a_client_that_is_no_more_gets_nothing_done(client_actor, lost):
    job = enqueue("steps", actor=client_actor)
    if lost == "client":
        Client.objects.get(client_id=client_actor.id).delete()
    elif lost == "grant":
        ClientGrant.objects.all().delete()
    else:
        Client.objects.update(is_revoked=True)

    with pytest.raises(Denied):
        load_actor(now(job))


@pytest.mark.parametrize("take_away", [block_user, delete_user])
def test_a_person_who_is_blocked_or_gone_gets_nothing_done(agent, take_away):
    job = enqueue("steps", actor=staff_actor(agent))
    take_away(agent, actor=SHELL)

    with pytest.raises(Denied):
        load_actor(now(job))
