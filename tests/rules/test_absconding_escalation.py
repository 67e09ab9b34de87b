"""When those who must know of a missing child are tried again, phoned, and escalated: one row for each clause."""

from datetime import UTC, datetime, timedelta

import pytest

from app.rules.absconding import AlertRole, Channel, NotificationState
from app.rules.absconding_escalation import call_is_needed, escalations_due, retry_after

HOST, POLICE, SERVICE = AlertRole.HOST_SCHOOL, AlertRole.POLICE, AlertRole.NAMED_SERVICE
EMAIL, PHONE = Channel.EMAIL, Channel.PHONE
NOW = datetime(2026, 1, 12, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("role", "channel", "state", "minutes", "taken", "due"),
    [
        pytest.param(POLICE, PHONE, "pending", 4, 0, [], id="a call may take four minutes"),
        pytest.param(POLICE, PHONE, "pending", 5, 0, [(1, 5)], id="but not five"),
        pytest.param(POLICE, PHONE, "pending", 14, 1, [], id="it is told once"),
        pytest.param(POLICE, PHONE, "pending", 15, 1, [(2, 15)], id="and once more after fifteen"),
        pytest.param(POLICE, PHONE, "pending", 600, 2, [], id="then no more"),
        pytest.param(POLICE, PHONE, "pending", 60, 0, [(1, 5), (2, 15)], id="both steps where a clock leapt"),
        pytest.param(POLICE, PHONE, "delivered", 60, 0, [], id="a call with its log number is never escalated"),
        pytest.param(POLICE, EMAIL, "delivered", 15, 0, [(1, 15)], id="police who were written to give a number"),
        pytest.param(HOST, EMAIL, "pending", 5, 0, [(1, 5)], id="an email that nobody sent in five minutes"),
        pytest.param(HOST, EMAIL, "failed", 5, 0, [(1, 5)], id="one that did not arrive in five"),
        pytest.param(HOST, PHONE, "failed", 5, 0, [(1, 5)], id="nor was followed by a call"),
        pytest.param(HOST, EMAIL, "delivered", 14, 0, [], id="an email may lie unread for fourteen minutes"),
        pytest.param(HOST, EMAIL, "delivered", 15, 0, [(1, 15)], id="but not for fifteen"),
        pytest.param(HOST, EMAIL, "delivered", 29, 1, [], id="one that came after the first step has time again"),
        pytest.param(HOST, EMAIL, "delivered", 30, 1, [(2, 30)], id="until half an hour is over"),
        pytest.param(HOST, EMAIL, "acknowledged", 600, 0, [], id="what was acknowledged is settled"),
        pytest.param(HOST, PHONE, "delivered", 600, 0, [], id="who was phoned has been spoken to"),
        pytest.param(SERVICE, EMAIL, "delivered", 600, 0, [], id="a service has nothing to acknowledge with"),
        pytest.param(SERVICE, EMAIL, "failed", 5, 0, [(1, 5)], id="but must be reached"),
    ],
)
def test_what_is_escalated(
    role: AlertRole, channel: Channel, state: str, minutes: int, taken: int, due: list[tuple[int, int]]
) -> None:
    found = escalations_due(
        channel=channel,
        state=NotificationState(state),
        roles=[role],
        created_at=NOW,
        taken=taken,
        now=NOW + timedelta(minutes=minutes),
    )
    assert [(each.step, each.at) for each in found] == [(step, NOW + timedelta(minutes=at)) for step, at in due]


@pytest.mark.parametrize(
    ("attempts", "seconds"),
    [
        pytest.param(1, 2, id="at once"),
        pytest.param(2, 4, id="then soon"),
        pytest.param(5, 32, id="then less often"),
        pytest.param(9, 300, id="never less often than every five minutes"),
        pytest.param(5000, 300, id="nor after thousands of attempts"),
    ],
)
def test_a_failed_email_is_tried_again(attempts: int, seconds: int) -> None:
    assert retry_after(attempts) == timedelta(seconds=seconds)


@pytest.mark.parametrize(("attempts", "needed"), [(3, False), (4, True), (5, True)])
def test_four_failures_make_a_call_necessary(attempts: int, needed: bool) -> None:
    assert call_is_needed(attempts) is needed
