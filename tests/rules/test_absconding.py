"""Who must be told of a missing child, and what is flagged but never refused."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.rules.absconding import AlertRole, Channel, alert_flags, notifications_due, phone_task_is_overdue
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
        pytest.param({"not_understood": True}, ["fields_not_understood"], id="fields nobody understands"),
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
