"""Early departures: a pupil is sent home before the day is over, once school and parents have agreed."""

from collections.abc import Sequence
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.agreements import Agreement
from app.models.early_departures import EarlyDeparture, ParentalConsent
from app.models.placements import Placement
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import Conflict, FieldError, Invalid, RuleRefused
from app.queries.agreements import agreements_of
from app.queries.calendars import school_calendar
from app.queries.early_departures import (
    consents_of,
    departures_on,
    standing_departures_after,
    visible_early_departure,
)
from app.queries.expected_sessions import sessions_on
from app.queries.suspensions import standing_suspensions
from app.queries.unagreed_absences import outcomes_of_sending_home
from app.rules.absconding import CLOCKS_MAY_DIFFER
from app.rules.agreements import AgreementKind, Parties, PartyRole
from app.rules.consents import consents_missing, parents_have_consented
from app.rules.early_departures import (
    EARLY_DEPARTURES,
    EarlyDepartureState,
    PupilDay,
    WayHome,
    clear_of_other_departures,
    early_departure_state,
    leaves_at,
    may_record_departure,
    may_request_early_departure,
    not_reported_as_unagreed,
)
from app.rules.placements import PlacementState
from app.rules.sources import OUR_OWN
from app.rules.suspensions import SuspensionState
from app.rules.unagreed_absences import forbids_agreement
from app.rules.verdict import Refused
from app.schemas.early_departures import DepartureRecord, EarlyDepartureRequest
from app.services.agreements import agreed_by, parties_asked
from app.services.changes import changed, insist, made, moved, must_be, state_after
from app.services.placements_parties import locked_for_party

PATH = "/v1/early-departures"


def parties_of(placement: Placement) -> Parties:
    """The organisation whose agreement a sending-home needs beside the parents' consent."""
    return parties_asked(placement, AgreementKind.SENDING_HOME)


def missing_of(placement: Placement, agreements: Sequence[Agreement], consents: Sequence[ParentalConsent]) -> list[str]:
    """The roles whose word is still missing."""
    return consents_missing(
        AgreementKind.SENDING_HOME,
        parties_of(placement),
        agreed_by(agreements),
        parents_consent=parents_have_consented([each.answer for each in consents]),
    )


async def request_early_departure(caller: Caller, session: AsyncSession, body: EarlyDepartureRequest) -> EarlyDeparture:
    """The provider asks school and parents. Raises NotFound, Conflict, Invalid, RuleRefused."""
    placement, role = await locked_for_party(caller, session, body.placement_id)
    if role is not PartyRole.PROVIDER:
        raise RuleRefused(Refused("wrong_party", "Only the placement's provider asks to send a pupil home.", OUR_OWN))
    if placement.state is not PlacementState.ACCEPTED:
        raise Conflict("Only from an accepted placement can a pupil be sent home.")
    if body.way_home is WayHome.COLLECTED and body.collected_by is None:
        raise Invalid([FieldError("/collected_by", "required", "name who collects the pupil")])
    leaving_time = time.fromisoformat(body.leaving_time)
    day = await _pupil_day(caller, session, placement, body.on_date)
    insist(may_request_early_departure(parties_of(placement), day, leaving_time, caller.now))
    others = await departures_on(caller, session, placement.id, body.on_date)
    insist(clear_of_other_departures(state_of(each, caller) for each in others))
    await refuse_when_reported(caller, session, placement.id, body.on_date)
    departure = EarlyDeparture(
        **made(caller.now),
        **body.model_dump(exclude={"leaving_time"}),
        requested_by_id=caller.organisation_id,
        state=EarlyDepartureState.REQUESTED,
        leaving_time=leaving_time,
        leaving_at=leaves_at(body.on_date, leaving_time),
    )
    session.add(departure)
    await tell(caller, session, departure, EventType.EARLY_DEPARTURE_REQUESTED)
    return departure


async def withdraw_early_departure(
    caller: Caller, session: AsyncSession, early_departure_id: UUID, expected_version: int
) -> EarlyDeparture:
    """The provider withdraws: the pupil stays, or stayed. Raises NotFound, RuleRefused, PreconditionFailed."""
    _, departure, role = await locked(caller, session, early_departure_id)
    after = moved(departure, expected_version, EARLY_DEPARTURES, state_of(departure, caller), "withdraw", role.value)
    await settle(caller, session, departure, after, EventType.EARLY_DEPARTURE_WITHDRAWN)
    return departure


async def record_departure(
    caller: Caller, session: AsyncSession, early_departure_id: UUID, body: DepartureRecord, expected_version: int
) -> EarlyDeparture:
    """The pupil has left, as agreed. Raises NotFound, Invalid, PreconditionFailed, RuleRefused where it was not."""
    placement, departure, role = await locked(caller, session, early_departure_id)
    must_be(departure.version, expected_version)
    if role is not PartyRole.PROVIDER:
        raise RuleRefused(Refused("wrong_party", "Only the placement's provider records a departure.", OUR_OWN))
    _check_record(caller, departure, body)
    answers = await agreements_of(session, "early_departure_id", [departure.id])
    consents = await consents_of(caller, session, [departure.id])
    insist(
        may_record_departure(
            state_of(departure, caller),
            missing_of(placement, answers.get(departure.id, []), consents.get(departure.id, [])),
            left_at=body.left_at,
            agreed_at=departure.settled_at,
            leaving_at=departure.leaving_at,
            suspended=await _is_suspended(session, placement.id, departure.on_date),
        )
    )
    departure.state = EarlyDepartureState.DEPARTED
    departure.left_at, departure.handed_to, departure.departure_recorded_at = body.left_at, body.handed_to, caller.now
    changed(departure, caller)
    await tell(caller, session, departure, EventType.EARLY_DEPARTURE_DEPARTED)
    return departure


async def end_early_departures(caller: Caller, session: AsyncSession, placement: Placement, last_day: date) -> None:
    """No pupil is sent home after the placement's last day: what was asked for later days is withdrawn."""
    for departure in await standing_departures_after(caller, session, placement.id, last_day):
        state = state_of(departure, caller)
        if state is not EarlyDepartureState.LAPSED:
            after = state_after(EARLY_DEPARTURES, state, "end_with_placement", "termination")
            await settle(caller, session, departure, after, EventType.EARLY_DEPARTURE_WITHDRAWN)


def state_of(departure: EarlyDeparture, caller: Caller) -> EarlyDepartureState:
    """The state now, a lapse included that nobody has noted yet."""
    return early_departure_state(departure.state, departure.leaving_at, caller.now)


def not_in_future(caller: Caller, instant: datetime, pointer: str) -> list[FieldError]:
    """The fault of an instant of the past that lies ahead, or none."""
    if instant > caller.now + CLOCKS_MAY_DIFFER:
        return [FieldError(pointer, "in_future", "lies in the future")]
    return []


async def refuse_when_reported(caller: Caller, session: AsyncSession, placement_id: UUID, day: date) -> None:
    """Raises RuleRefused where the pupil is reported as sent home that day without agreement."""
    outcomes = await outcomes_of_sending_home(caller, session, placement_id, day)
    insist(not_reported_as_unagreed(reported=any(forbids_agreement(each) for each in outcomes)))


async def locked(
    caller: Caller, session: AsyncSession, early_departure_id: UUID
) -> tuple[Placement, EarlyDeparture, PartyRole]:
    """The placement, then the departure: everybody locks in this order."""
    seen = await visible_early_departure(caller, session, early_departure_id)
    placement, role = await locked_for_party(caller, session, seen.placement_id)
    return placement, await visible_early_departure(caller, session, early_departure_id, lock=True), role


async def settle(
    caller: Caller, session: AsyncSession, departure: EarlyDeparture, after: EarlyDepartureState, event: EventType
) -> None:
    departure.state = after
    departure.settled_at = caller.now
    changed(departure, caller)
    await tell(caller, session, departure, event)


async def tell(caller: Caller, session: AsyncSession, departure: EarlyDeparture, event: EventType) -> None:
    await session.flush()
    await record_event(session, event, f"{PATH}/{departure.id}", caller.now, placements=[departure.placement_id])


async def _pupil_day(caller: Caller, session: AsyncSession, placement: Placement, day: date) -> PupilDay:
    calendar = await school_calendar(session, placement.calendar_id)
    sessions = await sessions_on(caller, session, placement.id, day, day)
    return PupilDay(
        on_date=day,
        is_pupil_day=calendar.is_pupil_day(day),
        suspended=await _is_suspended(session, placement.id, day),
        sessions=[(each.starts_at, each.ends_at) for each in sessions if each.waived_by is None],
    )


async def _is_suspended(session: AsyncSession, placement_id: UUID, day: date) -> bool:
    standing = await standing_suspensions(session, placement_id, day, day)
    return any(each.state is SuspensionState.AGREED for each in standing)


def _check_record(caller: Caller, departure: EarlyDeparture, body: DepartureRecord) -> None:
    """Raises Invalid naming what the record lacks."""
    faults = not_in_future(caller, body.left_at, "/left_at")
    if body.handed_to is None and departure.way_home is not WayHome.ALONE:
        faults.append(FieldError("/handed_to", "required", "name who the pupil was handed to"))
    if faults:
        raise Invalid(faults)
