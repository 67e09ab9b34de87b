"""Who must be told of a missing child, and what is flagged but never refused."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.rules.absconding import (
    AlertFlag,
    AlertRole,
    Channel,
    NotificationState,
    after_attempts,
    alert_flags,
    call_is_delivery,
    escalates_at,
    is_overdue,
    may_acknowledge,
    notifications_due,
    phone_task_is_overdue,
)
from app.rules.placements import PlacementStatus

COUNCIL, SCHOOL, PROVIDER = UUID(int=1), UUID(int=2), UUID(int=3)
HOST, COMMISSIONER, POLICE = AlertRole.HOST_SCHOOL, AlertRole.COMMISSIONER, AlertRole.POLICE
EMAIL, PHONE = Channel.EMAIL, Channel.PHONE
CALL = ((POLICE,), PHONE, PROVIDER)


@pytest.mark.parametrize(
    ("commissioner", "host_school", "police_have_email", "expected"),
    [
        pytest.param(
            COUNCIL,
            SCHOOL,
            False,
            [((HOST,), EMAIL, SCHOOL), ((COMMISSIONER,), EMAIL, COUNCIL), CALL],
            id="school, council, and a call to the police",
        ),
        pytest.param(
            SCHOOL,
            SCHOOL,
            False,
            [((HOST, COMMISSIONER), EMAIL, SCHOOL), CALL],
            id="a school in both roles is told once, of both",
        ),
        pytest.param(COUNCIL, None, False, [((COMMISSIONER,), EMAIL, COUNCIL), CALL], id="a child on no roll"),
        pytest.param(
            COUNCIL,
            PROVIDER,
            False,
            [((HOST,), EMAIL, PROVIDER), ((COMMISSIONER,), EMAIL, COUNCIL), CALL],
            id="a provider that is the host school is told as the school",
        ),
        pytest.param(
            COUNCIL,
            None,
            True,
            [((COMMISSIONER,), EMAIL, COUNCIL), ((POLICE,), EMAIL, None)],
            id="police who can be written to",
        ),
    ],
)
def test_who_must_be_told(
    commissioner: UUID, host_school: UUID | None, police_have_email: bool, expected: list[Any]
) -> None:
    told = notifications_due(
        commissioner=commissioner, host_school=host_school, provider=PROVIDER, police_have_email=police_have_email
    )
    assert [(each.roles, each.channel, each.organisation) for each in told] == expected


NOW = datetime(2026, 1, 12, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes", "logged", "overdue"),
    [
        pytest.param(4, False, False, id="four minutes are not too long"),
        pytest.param(5, False, True, id="five without a log number are"),
        pytest.param(60, True, False, id="with a log number never"),
    ],
)
def test_a_call_to_the_police_is_escalated(minutes: int, logged: bool, overdue: bool) -> None:
    assert phone_task_is_overdue(NOW, NOW if logged else None, NOW + timedelta(minutes=minutes)) is overdue


SOUND: dict[str, Any] = {
    "status": PlacementStatus.ACTIVE,
    "is_pupil_day": True,
    "received_at": NOW,
    "left_at": NOW - timedelta(minutes=3),
    "last_seen_where": "the front gate",
}


@pytest.mark.parametrize(
    ("changes", "flags"),
    [
        pytest.param({}, [], id="a sound alert has no flags"),
        pytest.param({"status": PlacementStatus.ENDED}, ["placement_not_active"], id="a placement that has ended"),
        pytest.param({"is_pupil_day": False}, ["not_a_pupil_day"], id="a day of the holidays"),
        pytest.param({"left_at": None}, ["time_missing"], id="no time"),
        pytest.param({"last_seen_where": " "}, ["place_missing"], id="an empty place"),
        pytest.param({"last_seen_where": None}, ["place_missing"], id="no place"),
        pytest.param(
            {"as_received": [AlertFlag.FIELDS_UNKNOWN, AlertFlag.BODY_CUT]},
            ["body_cut", "fields_unknown"],
            id="what was wrong with the message itself",
        ),
        pytest.param({"left_at": NOW + timedelta(minutes=5)}, [], id="clocks may differ by five minutes"),
        pytest.param({"left_at": NOW + timedelta(minutes=6)}, ["left_in_future"], id="but not by six"),
        pytest.param({"left_at": NOW - timedelta(hours=12)}, [], id="twelve hours ago"),
        pytest.param({"left_at": NOW - timedelta(hours=13)}, ["left_long_ago"], id="longer ago than that"),
        pytest.param(
            {"left_at": None, "last_seen_where": None, "status": PlacementStatus.PROPOSED, "is_pupil_day": False},
            ["placement_not_active", "not_a_pupil_day", "time_missing", "place_missing"],
            id="everything at once",
        ),
    ],
)
def test_what_is_flagged(changes: dict[str, Any], flags: list[str]) -> None:
    assert [flag.value for flag in alert_flags(**(SOUND | changes))] == flags


@pytest.mark.parametrize(
    ("channel", "state", "minutes", "overdue"),
    [
        pytest.param(PHONE, "pending", 4, False, id="a call may take four minutes"),
        pytest.param(PHONE, "pending", 5, True, id="but not five"),
        pytest.param(PHONE, "delivered", 60, False, id="a call that was logged is never escalated"),
        pytest.param(EMAIL, "delivered", 14, False, id="an email may lie unread for fourteen minutes"),
        pytest.param(EMAIL, "delivered", 15, True, id="but not for fifteen"),
        pytest.param(EMAIL, "failed", 15, True, id="and least of all when it did not arrive"),
        pytest.param(EMAIL, "acknowledged", 60, False, id="what was acknowledged is settled"),
    ],
)
def test_what_is_escalated(channel: Channel, state: str, minutes: int, overdue: bool) -> None:
    now = NOW + timedelta(minutes=minutes)
    assert is_overdue(channel=channel, state=NotificationState(state), created_at=NOW, now=now) is overdue
    if overdue:
        assert escalates_at(channel, NOW) <= now


@pytest.mark.parametrize(
    ("channel", "state", "told", "rule"),
    [
        pytest.param(EMAIL, "delivered", SCHOOL, None, id="the school that was told"),
        pytest.param(EMAIL, "pending", SCHOOL, None, id="before the email is known to have arrived"),
        pytest.param(EMAIL, "acknowledged", SCHOOL, "wrong_state", id="not twice"),
        pytest.param(EMAIL, "delivered", COUNCIL, "not_the_one_told", id="not for another"),
        pytest.param(EMAIL, "delivered", None, "not_the_one_told", id="not for the police"),
        pytest.param(PHONE, "pending", SCHOOL, "phone_task", id="a call is logged instead"),
    ],
)
def test_who_acknowledges(channel: Channel, state: str, told: UUID | None, rule: str | None) -> None:
    verdict = may_acknowledge(state=NotificationState(state), channel=channel, told=told, by=SCHOOL)
    assert getattr(verdict, "code", None) == rule


@pytest.mark.parametrize(
    ("roles", "state", "log_number", "delivers"),
    [
        pytest.param([POLICE], "pending", "GMP-1", True, id="a call to the police with its log number"),
        pytest.param([POLICE], "pending", None, False, id="without one it is only an attempt"),
        pytest.param([HOST], "failed", None, True, id="a school that no email reached"),
        pytest.param([HOST], "acknowledged", None, False, id="what was acknowledged stays so"),
    ],
)
def test_which_calls_deliver(roles: list[AlertRole], state: str, log_number: str | None, delivers: bool) -> None:
    assert call_is_delivery(state=NotificationState(state), roles=roles, log_number=log_number) is delivers


@pytest.mark.parametrize(
    ("attempts", "seconds"),
    [
        pytest.param(1, 10, id="soon at first"),
        pytest.param(4, 80, id="then less often"),
        pytest.param(6, 300, id="never less often than every five minutes"),
        pytest.param(5000, 300, id="nor after thousands of attempts"),
    ],
)
def test_a_failed_email_is_tried_again(attempts: int, seconds: int) -> None:
    assert after_attempts(attempts) == timedelta(seconds=seconds)
