"""Many placements with their outcomes, put straight into a test's world so that there is something to count."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from app.models.dual_registrations import DualRegistrationRecord
from app.models.outcomes import LeaverDestinationRecord, Outcome, SustainedCheck
from app.models.placements import Placement
from app.models.pupils import Pupil
from app.rules.dual_registrations import DualRegistrationReason, DualRegistrationState
from app.rules.leaver_destinations import LeaverDestination
from app.rules.outcomes import Destination, MoveReason
from app.rules.placements import PlacementState, PlacementTier, PrimaryReason
from app.rules.procurement import AttendancePattern
from app.rules.sustained_checks import CheckRecord, Finding
from app.services.changes import made
from tests.placing import LONG_AGO
from tests.world import Party, World


@dataclass(frozen=True)
class Stay:
    """A placement by the council (or another organisation) with the provider, and what came of it."""

    starts_on: date
    ends_on: date
    pupil: UUID | None = None
    commissioner: Party | None = None
    provider: Party | None = None
    tier: PlacementTier = PlacementTier.TIME_LIMITED
    destination: Destination | None = None
    reason: MoveReason = MoveReason.OBJECTIVES_MET
    successful: bool | None = True
    due_on: date | None = None
    finding: Finding | None = None
    leaver: bool = False
    dual: DualRegistrationReason | None = None
    state: PlacementState = PlacementState.ACCEPTED


async def new_pupil(session: AsyncSession, world: World) -> UUID:
    pupil = Pupil(
        **made(LONG_AGO),
        registered_by_id=world.council.id,
        given_name="Robin",
        family_name="Example",
        date_of_birth=date(2012, 3, 4),
    )
    session.add(pupil)
    await session.flush()
    return pupil.id


async def add(session: AsyncSession, world: World, calendar_id: UUID, stay: Stay) -> UUID:
    placement = Placement(
        **made(LONG_AGO),
        pupil_id=stay.pupil or await new_pupil(session, world),
        commissioner_id=(stay.commissioner or world.council).id,
        host_school_id=world.school.id,
        provider_id=(stay.provider or world.provider).id,
        spot_purchase=True,
        calendar_id=calendar_id,
        state=stay.state,
        tier=stay.tier,
        primary_reason=PrimaryReason.OTHER,
        pattern=AttendancePattern.FULL_TIME,
        online=False,
        objectives=["Return to school"],
        intended_next_step="Back to Hill School",
        starts_on=stay.starts_on,
        planned_end_on=stay.ends_on,
        ends_on=stay.ends_on,
    )
    session.add(placement)
    await session.flush()
    said: dict[str, Any] = {
        "placement_id": placement.id,
        "number": 1,
        "recorded_by_id": world.council.id,
        "recorded_by": "A. Officer",
        "recorded_at": LONG_AGO,
    }
    subject: dict[str, Any] = {}
    if stay.destination is not None:
        outcome = Outcome(
            **said,
            destination=stay.destination,
            moved_on=stay.ends_on + timedelta(days=1),
            reason=stay.reason,
            objectives=[],
            successful=stay.successful,
            success_reason="As said",
        )
        session.add(outcome)
        subject = {"outcome_id": outcome.id}
    if stay.leaver:
        leaver = LeaverDestinationRecord(**said, destination=LeaverDestination.SIXTH_FORM, from_on=stay.ends_on)
        session.add(leaver)
        subject = {"leaver_destination_id": leaver.id}
    await session.flush()
    if stay.due_on is not None:
        session.add(
            SustainedCheck(
                **made(LONG_AGO),
                **subject,
                placement_id=placement.id,
                state=CheckRecord.OPEN if stay.finding is None else CheckRecord.DONE,
                moved_on=stay.ends_on,
                due_on=stay.due_on,
                finding=stay.finding,
            )
        )
    if stay.dual is not None:
        session.add(
            DualRegistrationRecord(
                **made(LONG_AGO),
                id=uuid4(),
                placement_id=placement.id,
                pupil_id=placement.pupil_id,
                main_school_id=world.school.id,
                subsidiary_id=world.provider.id,
                state=DualRegistrationState.STANDING,
                from_on=stay.starts_on,
                until_on=stay.ends_on,
                reason=stay.dual,
                sessions=[],
                recorded_by_id=world.school.id,
            )
        )
    await session.flush()
    return placement.id
