"""What happened anyway: a pupil sent home or kept away without agreement is reported, told, noted upon and reviewed."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.early_departures import EarlyDeparture
from app.models.placements import Placement
from app.models.suspensions import Suspension
from app.models.unagreed_absences import UnagreedAbsence, UnagreedAbsenceNote
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import Conflict, FieldError, Invalid, NotFound
from app.queries.agreements import Subject, agreements_of
from app.queries.early_departures import consents_of, departures_on, visible_early_departure
from app.queries.expected_sessions import sessions_on
from app.queries.suspensions import visible_suspension
from app.queries.unagreed_absences import notes_of, suspension_asked_for, visible_unagreed_absence
from app.rules.agreements import AgreementAnswer, PartyRole
from app.rules.consents import parents_have_consented
from app.rules.early_departures import EarlyDepartureState
from app.rules.suspensions import SuspensionState
from app.rules.unagreed_absences import (
    LONGEST_IN_DAYS,
    NEEDED,
    UNAGREED_ABSENCES,
    UnagreedAbsenceState,
    UnagreedKind,
    agreement_missing,
    report_flags,
)
from app.schemas.unagreed_absences import (
    MOST_NOTES,
    UnagreedAbsenceAddNote,
    UnagreedAbsenceReport,
    UnagreedAbsenceReview,
)
from app.services.agreements import parties_asked
from app.services.changes import changed, made, moved
from app.services.early_departures import not_in_future
from app.services.placements_parties import locked_for_party

PATH = "/v1/unagreed-absences"


async def report_unagreed_absence(
    caller: Caller, session: AsyncSession, body: UnagreedAbsenceReport
) -> UnagreedAbsence:
    """Any party reports, in whatever state the placement is. Raises NotFound, Invalid; RuleRefused for a watcher."""
    ends_on = body.ends_on or body.starts_on
    _check_days(caller, body, ends_on)
    placement, role = await locked_for_party(caller, session, body.placement_id)
    departure = await _departure(caller, session, body)
    suspension = await _suspension(caller, session, body)
    missing = await _missing(caller, session, placement, body, departure, suspension)
    sessions = await sessions_on(caller, session, placement.id, body.starts_on, ends_on)
    flags = report_flags(
        state=placement.state,
        placed_from=placement.starts_on,
        placed_until=placement.ends_on,
        starts_on=body.starts_on,
        ends_on=ends_on,
        session_expected=bool(sessions),
        missing=missing,
    )
    absence = UnagreedAbsence(
        **made(caller.now),
        **body.model_dump(exclude={"ends_on", "early_departure_id", "suspension_id"}),
        ends_on=ends_on,
        reported_by_id=caller.organisation_id,
        reported_as=role,
        agreement_missing=missing,
        flags=[flag.value for flag in flags],
        early_departure_id=None if departure is None else departure.id,
        suspension_id=None if suspension is None else suspension.id,
        state=UnagreedAbsenceState.OPEN,
    )
    session.add(absence)
    await _tell(caller, session, absence, EventType.UNAGREED_ABSENCE_REPORTED)
    return absence


async def add_note(
    caller: Caller, session: AsyncSession, unagreed_absence_id: UUID, body: UnagreedAbsenceAddNote
) -> UnagreedAbsence:
    """A party adds to a report. The version stays: a note stands in no review's way. Raises NotFound, RuleRefused."""
    absence, role = await _locked(caller, session, unagreed_absence_id)
    notes = await notes_of(caller, session, [absence.id])
    if len(notes.get(absence.id, [])) >= MOST_NOTES:
        raise Conflict(f"A report holds at most {MOST_NOTES} notes.")
    session.add(
        UnagreedAbsenceNote(
            **body.model_dump(),
            unagreed_absence_id=absence.id,
            placement_id=absence.placement_id,
            organisation_id=caller.organisation_id,
            role=role,
            written_at=caller.now,
        )
    )
    absence.changed_at = caller.now
    await _tell(caller, session, absence, EventType.UNAGREED_ABSENCE_NOTED)
    return absence


async def review_unagreed_absence(
    caller: Caller, session: AsyncSession, unagreed_absence_id: UUID, body: UnagreedAbsenceReview, expected_version: int
) -> UnagreedAbsence:
    """The commissioner says what it found, once. Raises NotFound, RuleRefused, PreconditionFailed."""
    absence, role = await _locked(caller, session, unagreed_absence_id)
    absence.state = moved(absence, expected_version, UNAGREED_ABSENCES, absence.state, "review", role.value)
    absence.outcome, absence.review_note = body.outcome, body.note
    absence.reviewed_by, absence.reviewed_at = body.reviewed_by, caller.now
    changed(absence, caller)
    await _tell(caller, session, absence, EventType.UNAGREED_ABSENCE_REVIEWED)
    return absence


def _check_days(caller: Caller, body: UnagreedAbsenceReport, ends_on: date) -> None:
    """Raises Invalid. A pupil may be told not to come on days that lie ahead; one who was sent home has left."""
    faults = []
    if body.kind is UnagreedKind.SENT_HOME and body.starts_on > caller.today:
        faults.append(FieldError("/starts_on", "in_future", "lies in the future"))
    if ends_on < body.starts_on:
        faults.append(FieldError("/ends_on", "before_start", "must not lie before starts_on"))
    if (ends_on - body.starts_on).days >= LONGEST_IN_DAYS:
        faults.append(FieldError("/ends_on", "too_long", f"must lie within {LONGEST_IN_DAYS} days"))
    if body.happened_at is not None:
        faults += not_in_future(caller, body.happened_at, "/happened_at")
    if faults:
        raise Invalid(faults)


async def _departure(caller: Caller, session: AsyncSession, body: UnagreedAbsenceReport) -> EarlyDeparture | None:
    """The early departure named, or the one asked for last on the day of a sending-home. Raises Invalid."""
    if body.early_departure_id is None:
        if body.kind is not UnagreedKind.SENT_HOME:
            return None
        found = await departures_on(caller, session, body.placement_id, body.starts_on)
        return found[-1] if found else None
    try:
        named = await visible_early_departure(caller, session, body.early_departure_id)
    except NotFound:
        raise _not_of_placement("early_departure") from None
    if named.placement_id != body.placement_id:
        raise _not_of_placement("early_departure")
    return named


async def _suspension(caller: Caller, session: AsyncSession, body: UnagreedAbsenceReport) -> Suspension | None:
    """The suspension named, or the one asked for last for the first day kept away. Raises Invalid."""
    if body.suspension_id is None:
        if body.kind is not UnagreedKind.KEPT_AWAY:
            return None
        return await suspension_asked_for(caller, session, body.placement_id, body.starts_on)
    try:
        named = await visible_suspension(caller, session, body.suspension_id)
    except NotFound:
        raise _not_of_placement("suspension") from None
    if named.placement_id != body.placement_id:
        raise _not_of_placement("suspension")
    return named


def _not_of_placement(what: str) -> Invalid:
    return Invalid([FieldError(f"/{what}_id", f"{what}_not_found", "names nothing of this placement")])


async def _missing(
    caller: Caller,
    session: AsyncSession,
    placement: Placement,
    body: UnagreedAbsenceReport,
    departure: EarlyDeparture | None,
    suspension: Suspension | None,
) -> list[str]:
    """The roles that had not agreed when it happened; what was withdrawn counts as never agreed to."""
    by = body.happened_at or caller.now
    agreed: set[UUID] = set()
    parents = False
    if body.kind is UnagreedKind.KEPT_AWAY:
        if suspension is not None and suspension.state is not SuspensionState.WITHDRAWN:
            agreed = await _agreed_by_then(session, "suspension_id", suspension.id, by)
    elif departure is not None and departure.state is not EarlyDepartureState.WITHDRAWN:
        agreed = await _agreed_by_then(session, "early_departure_id", departure.id, by)
        consents = await consents_of(caller, session, [departure.id])
        parents = parents_have_consented([c.answer for c in consents.get(departure.id, []) if c.given_at <= by])
    return agreement_missing(body.kind, parties_asked(placement, NEEDED[body.kind]), agreed, parents_consent=parents)


async def _agreed_by_then(session: AsyncSession, subject: Subject, asked: UUID, by: datetime) -> set[UUID]:
    given = await agreements_of(session, subject, [asked])
    return {
        each.organisation_id
        for each in given.get(asked, [])
        if each.answer is AgreementAnswer.AGREED and each.given_at <= by
    }


async def _locked(
    caller: Caller, session: AsyncSession, unagreed_absence_id: UUID
) -> tuple[UnagreedAbsence, PartyRole]:
    """The placement, then the report: everybody locks in this order."""
    seen = await visible_unagreed_absence(caller, session, unagreed_absence_id)
    _, role = await locked_for_party(caller, session, seen.placement_id)
    return await visible_unagreed_absence(caller, session, unagreed_absence_id, lock=True), role


async def _tell(caller: Caller, session: AsyncSession, absence: UnagreedAbsence, event: EventType) -> None:
    await session.flush()
    await record_event(session, event, f"{PATH}/{absence.id}", caller.now, placements=[absence.placement_id])
