"""A client's calls against its bucket, at times that the test sets."""

from uuid import UUID, uuid4

import pytest

from app.web.rate_headers import RateGate
from app.web.rate_limit import Policy, RateLimiter, Reckoning

CLIENT = UUID(int=1)


def limiter(clients: int = 100) -> RateLimiter:
    return RateLimiter(Policy("default", 5, 10.0), Policy("urgent", 2, 10.0), clients=clients)


def test_a_burst_passes_and_the_next_call_waits() -> None:
    rates = limiter()
    taken = [rates.take(CLIENT, 100.0) for _ in range(6)]
    assert [r.allowed for r in taken] == [True] * 5 + [False]
    assert taken[0].headers() == {"RateLimit-Policy": '"default";q=5;w=10', "RateLimit": '"default";r=4;t=2'}
    assert taken[5].headers()["Retry-After"] == "2"
    assert taken[5].headers()["RateLimit"] == '"default";r=0;t=10'


def test_waiting_as_told_is_enough() -> None:
    rates = limiter()
    refused = [rates.take(CLIENT, 100.0) for _ in range(6)][-1]
    assert not rates.take(CLIENT, 100.0 + refused.retry_after - 0.5).allowed
    assert rates.take(CLIENT, 100.0 + refused.retry_after).allowed


def test_a_long_silence_fills_the_bucket_and_no_more() -> None:
    rates = limiter()
    rates.take(CLIENT, 0.0)
    assert [rates.take(CLIENT, 10_000.0).allowed for _ in range(6)] == [True] * 5 + [False]


def test_urgent_calls_keep_their_share() -> None:
    rates = limiter()
    for _ in range(6):
        rates.take(CLIENT, 0.0)
    urgent = [rates.take(CLIENT, 0.0, urgent=True) for _ in range(3)]
    assert [(r.allowed, r.policy.name) for r in urgent] == [
        (True, "urgent"),
        (True, "urgent"),
        (False, "urgent"),
    ]


def test_one_client_does_not_spend_what_is_anothers() -> None:
    rates = limiter()
    for _ in range(6):
        rates.take(CLIENT, 0.0)
    assert rates.take(UUID(int=2), 0.0).allowed


def test_a_clock_that_goes_back_gives_nothing() -> None:
    rates = limiter()
    for _ in range(5):
        rates.take(CLIENT, 100.0)
    assert not rates.take(CLIENT, 0.0).allowed
    assert not rates.take(CLIENT, 100.0).allowed


def test_memory_is_bounded_and_the_busy_are_remembered() -> None:
    rates = limiter(clients=10)
    for _ in range(5):
        rates.take(CLIENT, 0.0)
    for _ in range(1_000):
        rates.take(uuid4(), 0.0)
        assert not rates.take(CLIENT, 0.0).allowed
    assert len(rates) == 10


@pytest.mark.parametrize(("burst", "seconds"), [(0, 1.0), (1, 0.0), (1, -1.0)])
def test_a_rate_that_means_nothing_is_refused(burst: int, seconds: float) -> None:
    with pytest.raises(ValueError, match="a rate needs"):
        Policy("default", burst, seconds)


def test_the_gate_leaves_the_figures_and_refuses_with_the_given_problem() -> None:
    class TooMany(Exception):  # noqa: N818
        def __init__(self, reckoning: Reckoning) -> None:
            self.reckoning = reckoning

    gate = RateGate(limiter(), refuse=TooMany, urgent_prefixes=("/v1/alerts",), monotonic=lambda: 0.0)
    scope: dict[str, object] = {"path": "/v1/placements"}
    for _ in range(5):
        gate.admit(scope, CLIENT)
    with pytest.raises(TooMany) as refused:
        gate.admit(scope, CLIENT)
    assert refused.value.reckoning.retry_after == 2
    assert scope["state"] == {"rate_headers": refused.value.reckoning.headers()}
    gate.admit({"path": "/v1/alerts"}, CLIENT)
