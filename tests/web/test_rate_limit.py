"""A client's calls against its bucket, at times that the test sets."""

from uuid import UUID, uuid4

import pytest

from app.web.rate_limit import Policy, RateLimiter

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
