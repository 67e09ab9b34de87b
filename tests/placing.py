"""Rows about a child, put straight into a test's world with the owner's role."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.models.attendance import AttendanceMark, AttendanceSubmission, ExpectedSession
from app.models.calendars import Calendar, CalendarClosure, CalendarHalfTerm
from app.models.early_departures import EarlyDeparture
from app.models.extensions import Extension
from app.models.immediate_terminations import ImmediateTermination
from app.models.outcomes import LeaverDestinationRecord, SustainedCheck
from app.models.part_time_plans import PartTimePlan
from app.models.placements import Placement
from app.models.pupils import Pupil
from app.models.suspensions import Suspension
from app.rules.agreements import AskedState, end_of_day
from app.rules.attendance_circumstances import Circumstance
from app.rules.attendance_due import due_at
from app.rules.attendance_facts import Fact
from app.rules.attendance_marks import MarkOrigin
from app.rules.calendars import SchoolSession, Term
from app.rules.early_departures import EarlyDepartureState, WayHome, leaves_at
from app.rules.immediate_terminations import ExceptionalReason
from app.rules.leaver_destinations import LeaverDestination
from app.rules.part_time_plans import ParentsAgreedHow, PlanReason, PlanState, last_day_of
from app.rules.placements import PlacementState, PlacementTier, PrimaryReason
from app.rules.procurement import AttendancePattern
from app.rules.suspensions import SuspensionState, suspension_takes_effect_at
from app.rules.sustained_checks import CheckRecord
from app.services.changes import made
from tests.owner import sessions_of
from tests.world import Party, World

LONG_AGO = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
TUESDAY, WEDNESDAY = date(2026, 11, 24), date(2026, 11, 25)


@asynccontextmanager
async def owner_session(owner_url: str) -> AsyncIterator[AsyncSession]:
    """Commits when the block ends well."""
    async with sessions_of(owner_url)() as session:
        yield session
        await session.commit()


async def publish_calendar(session: AsyncSession, world: World, *closed: date) -> UUID:
    """One half-term, 2 November to 18 December 2026, less the days that are `closed`."""
    calendar = Calendar(**made(LONG_AGO), owner_id=world.council.id, name="Northshire", governs=True)
    session.add(calendar)
    await session.flush()
    half_term = CalendarHalfTerm(
        calendar_id=calendar.id, term=Term.AUTUMN, half=2, first_on=date(2026, 11, 2), last_on=date(2026, 12, 18)
    )
    session.add(half_term)
    session.add_all(
        CalendarClosure(calendar_id=calendar.id, day=day, reason="INSET", declared_at=LONG_AGO) for day in closed
    )
    await session.flush()
    return calendar.id


async def place(
    session: AsyncSession,
    world: World,
    calendar_id: UUID,
    *,
    provider: Party | None = None,
    state: PlacementState = PlacementState.ACCEPTED,
    starts_on: date = date(2026, 11, 2),
    ends_on: date = date(2026, 12, 18),
) -> UUID:
    """A placement by `world.council` of a child of `world.school`; its start has not been told yet."""
    pupil = Pupil(
        **made(LONG_AGO),
        registered_by_id=world.school.id,
        given_name="Robin",
        family_name="Example",
        date_of_birth=date(2012, 3, 4),
    )
    session.add(pupil)
    await session.flush()
    placement = Placement(
        **made(LONG_AGO),
        pupil_id=pupil.id,
        commissioner_id=world.council.id,
        host_school_id=world.school.id,
        provider_id=(provider or world.provider).id,
        spot_purchase=True,
        calendar_id=calendar_id,
        state=state,
        tier=PlacementTier.TIME_LIMITED,
        primary_reason=PrimaryReason.BEHAVIOUR_SUPPORT,
        pattern=AttendancePattern.FULL_TIME,
        online=False,
        objectives=["Return to school"],
        intended_next_step="Back to Hill School",
        starts_on=starts_on,
        planned_end_on=ends_on,
        ends_on=ends_on,
    )
    session.add(placement)
    await session.flush()
    return placement.id


async def expect(
    session: AsyncSession,
    placement_id: UUID,
    provider: Party,
    day: date = TUESDAY,
    which: SchoolSession = SchoolSession.AM,
    *,
    received_at: datetime | None = None,
    waived_by: str | None = None,
) -> None:
    """The child is expected: in the morning from 09:00, in the afternoon from 13:00."""
    starts_at, ends_at = (time(9), time(12)) if which is SchoolSession.AM else (time(13), time(15))
    session.add(
        ExpectedSession(
            placement_id=placement_id,
            on_date=day,
            session=which,
            provider_id=provider.id,
            starts_at=starts_at,
            ends_at=ends_at,
            online=False,
            council_commissioned=True,
            due_at=due_at(day, which, starts_at),
            first_received_at=received_at,
            waived_by=waived_by,
            changed_at=LONG_AGO,
        )
    )
    await session.flush()


async def mark_before_it_was_known(session: AsyncSession, placement_id: UUID, provider: Party, day: date) -> None:
    """A pupil who came in the afternoon, and who was to be at the other registered school, as is known by now."""
    await expect(session, placement_id, provider, day, SchoolSession.PM, received_at=LONG_AGO)
    submission = AttendanceSubmission(
        provider_id=provider.id, client_id=provider.client_id, received_at=LONG_AGO, recorded=1, unchanged=0, rejected=0
    )
    session.add(submission)
    await session.flush()
    of: dict[str, Any] = {"placement_id": placement_id, "on_date": day, "session": SchoolSession.PM}
    mark = AttendanceMark(
        **of,
        submission_id=submission.id,
        provider_id=provider.id,
        fact=Fact.PRESENT,
        suggested_code="K",
        suggested_by="attended_in_person_council_commissioned",
        received_at=LONG_AGO,
        origin=MarkOrigin.SUBMISSION,
        client_id=provider.client_id,
    )
    session.add(mark)
    await session.flush()
    for change in ({"current_mark_id": mark.id}, {"circumstance": Circumstance.AT_OTHER_REGISTERED_SCHOOL}):
        await session.execute(update(ExpectedSession).filter_by(**of).values(**change))


async def request_suspension(session: AsyncSession, placement_id: UUID, provider: Party, first_day: date) -> UUID:
    suspension = Suspension(
        **made(LONG_AGO),
        placement_id=placement_id,
        requested_by_id=provider.id,
        state=SuspensionState.REQUESTED,
        starts_on=first_day,
        ends_on=first_day,
        takes_effect_at=suspension_takes_effect_at(first_day, time(9)),
        reason="Violence",
    )
    session.add(suspension)
    await session.flush()
    return suspension.id


async def ask_to_leave(session: AsyncSession, placement_id: UUID, provider: Party, day: date) -> UUID:
    """The provider asks to send the pupil home at 11:40."""
    departure = EarlyDeparture(
        **made(LONG_AGO),
        placement_id=placement_id,
        requested_by_id=provider.id,
        state=EarlyDepartureState.REQUESTED,
        on_date=day,
        leaving_time=time(11, 40),
        leaving_at=leaves_at(day, time(11, 40)),
        reason="Not safe today",
        way_home=WayHome.ALONE,
    )
    session.add(departure)
    await session.flush()
    return departure.id


async def sever(session: AsyncSession, party: Party) -> None:
    """A child whose identity was severed long ago and whose history is not yet in the archive."""
    pupil = Pupil(
        **made(LONG_AGO),
        registered_by_id=party.id,
        given_name="Robin",
        family_name="Example",
        date_of_birth=date(2012, 3, 4),
        severed_at=LONG_AGO,
    )
    session.add(pupil)
    await session.flush()


async def ask_both_sides(session: AsyncSession, placement_id: UUID, party: Party, day: date) -> None:
    """A request to end the placement at once and one to extend it, which nobody can answer after `day`."""
    asked: dict[str, Any] = {
        **made(LONG_AGO),
        "placement_id": placement_id,
        "requested_by_id": party.id,
        "state": AskedState.REQUESTED,
        "answer_by": end_of_day(day),
    }
    session.add(
        ImmediateTermination(
            **asked,
            effective_on=day,
            reason=ExceptionalReason.SERIOUS_HARM,
            circumstances="Arson",
            previous_end_on=date(2026, 12, 18),
        )
    )
    session.add(
        Extension(
            **asked,
            new_end_on=date(2027, 2, 12),
            end_by_agreement=False,
            reason="Two units left",
            previous_planned_end_on=date(2026, 12, 18),
        )
    )
    await session.flush()


async def propose_part_time_plan(session: AsyncSession, world: World, placement_id: UUID, first_day: date) -> None:
    session.add(
        PartTimePlan(
            **made(LONG_AGO),
            placement_id=placement_id,
            proposed_by_id=world.school.id,
            state=PlanState.PROPOSED,
            reason=PlanReason.OTHER,
            explanation="Recovering",
            starts_on=first_day,
            weeks=6,
            ends_on=last_day_of(first_day, 6),
            sessions_not_attended=["friday_pm"],
            targets=[],
            review_dates=[first_day],
            risk_assessed_on=LONG_AGO.date(),
            risk_assessed_by="C. Lead",
            parents_agreed_by="Mother",
            parents_agreed_how=ParentsAgreedHow.PHONE,
            parents_agreed_on=LONG_AGO.date(),
        )
    )
    await session.flush()


async def move_to_be_checked(session: AsyncSession, party: Party, placement_id: UUID, due_on: date) -> None:
    """The child went on to a sixth form; whether that was sustained is asked on `due_on`."""
    leaver = LeaverDestinationRecord(
        placement_id=placement_id,
        number=1,
        recorded_by_id=party.id,
        recorded_by="A. Officer",
        recorded_at=LONG_AGO,
        destination=LeaverDestination.SIXTH_FORM,
        from_on=due_on,
    )
    session.add(leaver)
    await session.flush()
    check = SustainedCheck(
        **made(LONG_AGO),
        placement_id=placement_id,
        leaver_destination_id=leaver.id,
        state=CheckRecord.OPEN,
        moved_on=due_on,
        due_on=due_on,
    )
    session.add(check)
    await session.flush()
