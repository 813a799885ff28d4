"""One call a second is all that this server gives a client."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sdk.program import SDKS, Application, Refused

# auth0-python 4 waits for less than a second in all, whatever the answer says.
PATIENT = [sdk for sdk in SDKS if sdk.name != "auth0-python 4"]


@pytest.fixture(scope="module")
def slow_domain(server) -> Iterator[str]:
    slow = server.beside(API_RATE_LIMIT="1")
    try:
        yield slow.start().domain
    finally:
        slow.stop()


@pytest.fixture
def hurried(program, slow_domain, trusted) -> Application:
    return Application(program, domain=slow_domain, **trusted)


def test_one_call_too_many_is_told_by_the_sdks_own_class(sdk, hurried, jane):
    def hurry():
        for _ in range(60):  # of any two in a row, one may be the first of the next second
            hurried.get_once(jane["user_id"])

    with pytest.raises(Refused) as refused:
        hurry()

    error = refused.value
    assert error.kind == sdk.errors[429]
    assert (error.status, error.code) == (429, "too_many_requests")
    assert error.message == "Global limit has been reached"


@pytest.mark.parametrize("sdk", PATIENT, ids=str, indirect=True, scope="session")
def test_an_sdk_that_waits_as_long_as_it_is_told_gets_through(hurried, jane):
    met = [hurried.get(jane["user_id"])["email"] for _ in range(3)]

    assert met == [jane["email"]] * 3
