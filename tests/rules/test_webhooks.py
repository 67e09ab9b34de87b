"""The lives of webhook endpoints and deliveries, and the times of retries: one row for each clause."""

from datetime import UTC, datetime, timedelta

import pytest

from app.rules.verdict import Refused
from app.rules.webhook_deliveries import WEBHOOK_DELIVERIES, AttemptResult, DeliveryState, result_of
from app.rules.webhook_endpoints import (
    MOST_ENDPOINTS,
    MOST_SECRETS,
    WEBHOOK_ENDPOINTS,
    EndpointState,
    has_failed_too_long,
    may_add_endpoint,
    may_replay,
    may_replay_since,
    may_rotate_secret,
)
from app.rules.webhook_retries import JITTER, LONGEST_ASKED, WAITS, asked_wait, wait_after

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
U, E, D = EndpointState.UNPROVEN, EndpointState.ENABLED, EndpointState.DISABLED
P, S, A = DeliveryState.PENDING, DeliveryState.DELIVERED, DeliveryState.ABANDONED


@pytest.mark.parametrize(
    ("state", "verb", "after"),
    [
        (U, "prove", E),
        (E, "prove", E),
        (D, "prove", E),
        (U, "change", U),
        (E, "change", U),
        (D, "change", U),
        (U, "disable", D),
        (E, "disable", D),
        (D, "disable", None),
        (E, "give_up", D),
        (U, "give_up", None),
    ],
)
def test_the_life_of_an_endpoint(state: EndpointState, verb: str, after: EndpointState | None) -> None:
    moved = WEBHOOK_ENDPOINTS.move(state, verb)
    assert (None if isinstance(moved, Refused) else moved) == after


@pytest.mark.parametrize(
    ("state", "verb", "after"),
    [
        (P, "deliver", S),
        (P, "give_up", A),
        (P, "replay", None),
        (S, "replay", P),
        (A, "replay", P),
        (S, "give_up", None),
        (A, "deliver", None),
    ],
)
def test_the_life_of_a_delivery(state: DeliveryState, verb: str, after: DeliveryState | None) -> None:
    moved = WEBHOOK_DELIVERIES.move(state, verb)
    assert (None if isinstance(moved, Refused) else moved) == after


def test_an_organisation_has_only_so_many_endpoints() -> None:
    assert may_add_endpoint(MOST_ENDPOINTS - 1)
    refused = may_add_endpoint(MOST_ENDPOINTS)
    assert isinstance(refused, Refused)
    assert refused.code == "too_many_webhook_endpoints"


def test_only_so_many_secrets_sign_at_once() -> None:
    assert may_rotate_secret(MOST_SECRETS - 1)
    refused = may_rotate_secret(MOST_SECRETS)
    assert isinstance(refused, Refused)
    assert refused.code == "too_many_webhook_secrets"


@pytest.mark.parametrize(("state", "allowed"), [(U, False), (E, True), (D, False)])
def test_only_an_enabled_endpoint_is_sent_anything_again(state: EndpointState, allowed: bool) -> None:
    assert bool(may_replay(state)) is allowed


@pytest.mark.parametrize(("days", "allowed"), [(0, True), (30, True), (31, False)])
def test_a_month_is_replayed(days: int, allowed: bool) -> None:
    assert bool(may_replay_since(NOW - timedelta(days=days), NOW)) is allowed


@pytest.mark.parametrize(
    ("since", "too_long"),
    [
        (None, False),
        (NOW, False),
        (NOW - timedelta(days=5) + timedelta(seconds=1), False),
        (NOW - timedelta(days=5), True),
    ],
)
def test_an_endpoint_may_fail_for_five_days(since: datetime | None, too_long: bool) -> None:
    assert has_failed_too_long(since, NOW) is too_long


@pytest.mark.parametrize(
    ("status", "result"),
    [
        (200, AttemptResult.SUCCEEDED),
        (204, AttemptResult.SUCCEEDED),
        (299, AttemptResult.SUCCEEDED),
        (199, AttemptResult.ERROR_STATUS),
        (301, AttemptResult.REDIRECTED),
        (307, AttemptResult.REDIRECTED),
        (400, AttemptResult.ERROR_STATUS),
        (410, AttemptResult.GONE),
        (500, AttemptResult.ERROR_STATUS),
    ],
)
def test_what_a_status_means(status: int, result: AttemptResult) -> None:
    assert result_of(status) is result


@pytest.mark.parametrize(("failures", "wait"), list(enumerate(WAITS, 1)))
def test_a_wait_is_the_tables_with_a_little_chance(failures: int, wait: timedelta) -> None:
    assert wait_after(failures, 0.5) == wait
    assert wait_after(failures, 0.0) == wait * (1 - JITTER)
    assert wait_after(failures, 1.0) == wait * (1 + JITTER)


def test_after_the_last_wait_there_is_none_and_all_take_about_three_days() -> None:
    assert wait_after(len(WAITS) + 1, 0.5) is None
    assert wait_after(len(WAITS) + 1, 0.5, timedelta(hours=1)) is None
    assert timedelta(days=3) < sum(WAITS, timedelta()) < timedelta(days=3.5)


def test_a_receiver_that_asks_makes_a_wait_longer_never_shorter() -> None:
    assert wait_after(1, 0.5, timedelta(seconds=60)) == timedelta(seconds=60)
    assert wait_after(3, 0.5, timedelta(seconds=60)) == WAITS[2]


@pytest.mark.parametrize(
    ("status", "header", "wait"),
    [
        (429, "120", timedelta(seconds=120)),
        (503, " 0 ", timedelta(0)),
        (500, "120", None),
        (200, "120", None),
        (429, None, None),
        (429, "soon", None),
        (429, "-5", None),
        (429, "١٢", None),
        (429, "9" * 400, LONGEST_ASKED),
        (503, "Tue, 24 Nov 2026 08:02:00 GMT", timedelta(minutes=2)),
        (503, "Tue, 24 Nov 2026 08:02:00 -0000", timedelta(minutes=2)),
        (503, "Tue, 24 Nov 2026 07:00:00 GMT", timedelta(0)),
        (503, "Tue, 24 Nov 2099 08:00:00 GMT", LONGEST_ASKED),
        (503, "Tue, 99 Nov 2026 08:00:00 GMT", None),
        (503, "Tue, 24 Nov 2026 08:02:00 +99999999999999999999", None),
        (503, "1 Jan 99999999999999999999 00:00:00 GMT", None),
    ],
)
def test_what_retry_after_asks_for(status: int, header: str | None, wait: timedelta | None) -> None:
    assert asked_wait(status, header, NOW) == wait
