"""Who must be told of a missing child, and what is flagged but never refused."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.rules.absconding import (
    AlertFlag,
    AlertRole,
    AlertState,
    Channel,
    NamedService,
    NotificationState,
    alert_flags,
    may_acknowledge,
    may_repeat,
    notifications_due,
    verb_of_call,
)
from app.rules.placements import PlacementStatus

COUNCIL, SCHOOL, PROVIDER = UUID(int=1), UUID(int=2), UUID(int=3)
HOST, COMMISSIONER, POLICE = AlertRole.HOST_SCHOOL, AlertRole.COMMISSIONER, AlertRole.POLICE
SERVICE = AlertRole.NAMED_SERVICE
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
    ("services", "expected"),
    [
        pytest.param([], [], id="nobody is listed"),
        pytest.param([NamedService("s@x.example", None)], [(EMAIL, 0)], id="a service with an address is written to"),
        pytest.param([NamedService(None, "0161 496 0001")], [(PHONE, 0)], id="one without is phoned"),
        pytest.param(
            [NamedService("s@x.example", None), NamedService("S@X.example", "0161 496 0001")],
            [(EMAIL, 0)],
            id="one that two parties have listed is told once",
        ),
        pytest.param(
            [NamedService(None, "1"), NamedService("a@x.example", "1"), NamedService(None, "1")],
            [(PHONE, 0), (EMAIL, 1)],
            id="each is told, whoever listed it",
        ),
    ],
)
def test_named_services_are_told(services: list[NamedService], expected: list[Any]) -> None:
    told = notifications_due(
        commissioner=COUNCIL, host_school=None, provider=PROVIDER, police_have_email=True, services=services
    )
    named = [each for each in told if each.roles == (SERVICE,)]
    assert [(each.channel, each.service) for each in named] == expected
    assert all(each.organisation is None for each in named)


@pytest.mark.parametrize(
    ("state", "minutes", "repeats"),
    [
        pytest.param("raised", 30, True, id="an open alert of half an hour ago"),
        pytest.param("raised", 31, False, id="an older one"),
        pytest.param("found", 5, False, id="a pupil who was found has left again"),
        pytest.param("closed", 5, False, id="nor one that was closed"),
    ],
)
def test_which_alert_may_repeat_another(state: str, minutes: int, repeats: bool) -> None:
    at = NOW + timedelta(minutes=minutes)
    assert may_repeat(earlier_raised_at=NOW, earlier_state=AlertState(state), raised_at=at) is repeats


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
    ("roles", "state", "told", "rule"),
    [
        pytest.param([HOST], "delivered", SCHOOL, None, id="the school that was told"),
        pytest.param([HOST], "pending", SCHOOL, None, id="before the email is known to have arrived"),
        pytest.param([HOST], "failed", SCHOOL, None, id="a school that no email reaches, but that knows"),
        pytest.param([HOST], "acknowledged", SCHOOL, "wrong_state", id="not twice"),
        pytest.param([COMMISSIONER], "delivered", COUNCIL, "not_the_one_told", id="not for another"),
        pytest.param([SERVICE], "delivered", None, "not_the_one_told", id="not for a service"),
        pytest.param([POLICE], "pending", SCHOOL, "phone_task", id="a call to the police is logged instead"),
    ],
)
def test_who_acknowledges(roles: list[AlertRole], state: str, told: UUID | None, rule: str | None) -> None:
    verdict = may_acknowledge(state=NotificationState(state), roles=roles, told=told, by=SCHOOL)
    assert getattr(verdict, "code", None) == rule


@pytest.mark.parametrize(
    ("roles", "channel", "state", "log_number", "verb"),
    [
        pytest.param([POLICE], PHONE, "pending", "GMP-1", "deliver", id="a call to the police with its log number"),
        pytest.param([POLICE], PHONE, "pending", None, None, id="without one it is only an attempt"),
        pytest.param([POLICE], PHONE, "delivered", "GMP-2", None, id="a second log number changes nothing"),
        pytest.param([POLICE], EMAIL, "failed", "GMP-1", "deliver", id="police whom no email reached"),
        pytest.param(
            [POLICE], EMAIL, "delivered", "GMP-1", "acknowledge", id="police who were written to answer by it"
        ),
        pytest.param([POLICE], EMAIL, "acknowledged", "GMP-2", None, id="once"),
        pytest.param([HOST], EMAIL, "failed", None, "deliver", id="a school that no email reached"),
        pytest.param([HOST], EMAIL, "delivered", None, None, id="a school that was written to acknowledges for itself"),
        pytest.param([HOST], EMAIL, "acknowledged", None, None, id="what was acknowledged stays so"),
        pytest.param([SERVICE], PHONE, "pending", None, "deliver", id="a service that has no address"),
    ],
)
def test_what_a_call_does(
    roles: list[AlertRole], channel: Channel, state: str, log_number: str | None, verb: str | None
) -> None:
    done = verb_of_call(channel=channel, state=NotificationState(state), roles=roles, log_number=log_number)
    assert done == verb
