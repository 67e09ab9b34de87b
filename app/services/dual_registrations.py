"""Dual registrations: recorded by the commissioner or the host school, ended by a last day, withdrawn when in error."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.dual_registrations import DualRegistrationRecord
from app.models.placements import Placement
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import FieldError, Invalid, RuleRefused
from app.queries.dual_registrations import standing_registrations, visible_registration
from app.queries.educators import may_find_educator
from app.rules.agreements import PartyRole
from app.rules.calendars import SchoolSession
from app.rules.dual_registrations import (
    DUAL_REGISTRATIONS,
    DualRegistration,
    DualRegistrationState,
    WeeklySession,
    may_register_twice,
    repeated_sessions,
)
from app.rules.sources import OUR_OWN
from app.rules.timetables import Weekday
from app.rules.verdict import Refused
from app.schemas.dual_registrations import DualRegistrationCreate
from app.services.changes import changed, insist, made, moved
from app.services.placements_parties import locked_for_party

PATH = "/v1/dual-registrations"
_PLACING_SIDE = Refused(
    "wrong_party",
    "Only the commissioner or the host school records a dual registration.",
    OUR_OWN,
    {"may_be_done_by": [PartyRole.COMMISSIONER.value, PartyRole.HOST_SCHOOL.value]},
)


async def record_registration(
    caller: Caller, session: AsyncSession, body: DualRegistrationCreate
) -> DualRegistrationRecord:
    """Raises NotFound, RuleRefused, Invalid; Conflict where a period that the caller may not see is in the way."""
    placement, role = await locked_for_party(caller, session, body.placement_id)
    if role is PartyRole.PROVIDER:
        raise RuleRefused(_PLACING_SIDE)
    await _check_schools(caller, session, body)
    sessions = [WeeklySession(each.weekday, each.session) for each in body.sessions]
    repeated = [FieldError(f"/sessions/{at}", "repeated", "is listed twice") for at in repeated_sessions(sessions)]
    if repeated:
        raise Invalid(repeated)
    registration = DualRegistrationRecord(
        **made(caller.now),
        **body.model_dump(exclude={"sessions"}),
        pupil_id=placement.pupil_id,
        state=DualRegistrationState.STANDING,
        sessions=[f"{each.weekday.value} {each.session.value}" for each in sessions],
        recorded_by_id=caller.organisation_id,
    )
    await _insist_on_period(caller, session, placement, registration)
    session.add(registration)
    await _tell(caller, session, registration, EventType.DUAL_REGISTRATION_RECORDED)
    return registration


async def end_registration(
    caller: Caller, session: AsyncSession, registration_id: UUID, until_on: date | None, expected_version: int
) -> DualRegistrationRecord:
    """Sets, moves or takes back the last day. Raises NotFound, RuleRefused, PreconditionFailed, Conflict."""
    placement, registration = await _moved(caller, session, registration_id, "end", expected_version)
    registration.until_on = until_on
    with session.no_autoflush:
        await _insist_on_period(caller, session, placement, registration)
    await _tell(caller, session, registration, EventType.DUAL_REGISTRATION_ENDED)
    return registration


async def withdraw_registration(
    caller: Caller, session: AsyncSession, registration_id: UUID, reason: str, expected_version: int
) -> DualRegistrationRecord:
    """It was recorded in error: it stays on record and counts no more. Raises NotFound, RuleRefused."""
    _, registration = await _moved(caller, session, registration_id, "withdraw", expected_version)
    registration.withdrawn_because = reason
    registration.withdrawn_at = caller.now
    await _tell(caller, session, registration, EventType.DUAL_REGISTRATION_WITHDRAWN)
    return registration


def as_rules_know(records: Sequence[DualRegistrationRecord]) -> list[DualRegistration]:
    return [
        DualRegistration(
            each.main_school_id,
            each.subsidiary_id,
            each.from_on,
            each.until_on,
            frozenset(sessions_of(each)),
        )
        for each in records
    ]


def sessions_of(record: DualRegistrationRecord) -> list[WeeklySession]:
    """The weekly sessions at the other registered school."""
    pairs = (each.split(" ") for each in record.sessions)
    return [WeeklySession(Weekday(weekday), SchoolSession(session)) for weekday, session in pairs]


async def _insist_on_period(
    caller: Caller, session: AsyncSession, placement: Placement, registration: DualRegistrationRecord
) -> None:
    standing = await standing_registrations(caller, session, placement.pupil_id)
    insist(
        may_register_twice(
            as_rules_know([registration])[0],
            host_school=placement.host_school_id,
            provider=placement.provider_id,
            standing=as_rules_know([each for each in standing if each.id != registration.id]),
        )
    )


async def _moved(
    caller: Caller, session: AsyncSession, registration_id: UUID, verb: str, expected_version: int
) -> tuple[Placement, DualRegistrationRecord]:
    seen = await visible_registration(caller, session, registration_id)
    placement, role = await locked_for_party(caller, session, seen.placement_id)
    registration = await visible_registration(caller, session, registration_id, lock=True)
    registration.state = moved(registration, expected_version, DUAL_REGISTRATIONS, registration.state, verb, role.value)
    changed(registration, caller)
    return placement, registration


async def _check_schools(caller: Caller, session: AsyncSession, body: DualRegistrationCreate) -> None:
    """Raises Invalid naming each that is neither a school nor a provider that the caller may find."""
    faults = []
    for member in ("main_school_id", "subsidiary_id"):
        if not await may_find_educator(caller, session, getattr(body, member)):
            faults.append(FieldError(f"/{member}", "school_not_found", "names nothing that you may see"))
    if faults:
        raise Invalid(faults)


async def _tell(caller: Caller, session: AsyncSession, registration: DualRegistrationRecord, event: EventType) -> None:
    await session.flush()
    caller.sees_pupils(registration.pupil_id)
    path = f"{PATH}/{registration.id}"
    await record_event(session, event, path, caller.now, placements=[registration.placement_id])
