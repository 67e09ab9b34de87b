"""The life of a placement: proposed by a commissioner, accepted or declined by the provider, or withdrawn."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.placements import Placement
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.queries.calendars import school_calendar
from app.queries.placements import slots_of
from app.rules.placements import PLACEMENTS, PlacementState, may_be_accepted, may_be_placed
from app.schemas.placements import PlacementPropose
from app.services.changes import changed, insist, made, moved
from app.services.expected_sessions import could_be_expected, let_ledger_follow
from app.services.placements_checks import (
    check_commissioner,
    check_procurement,
    check_references,
    governing_basis,
)
from app.services.placements_handover import hand_over, on_the_same_terms
from app.services.placements_parties import locked_for_party
from app.services.timetables import add_timetable, check_slots

PATH = "/v1/placements"


async def propose_placement(caller: Caller, session: AsyncSession, body: PlacementPropose) -> Placement:
    """Proposes a placement for the calling commissioner.

    Raises Invalid for what does not exist or does not fit together, RuleRefused for what the rules do not allow.
    """
    await check_references(caller, session, body)
    await check_commissioner(caller, session, body)
    placement = await drafted(caller, session, body, caller.organisation_id)
    await _add(caller, session, placement, body)
    slots, first = await slots_of(session, placement.id), max(placement.starts_on, caller.today)
    await could_be_expected(caller, session, placement, slots, first, placement.ends_on)
    await _tell(caller, session, placement, EventType.PLACEMENT_PROPOSED)
    return placement


async def drafted(caller: Caller, session: AsyncSession, body: PlacementPropose, commissioner_id: UUID) -> Placement:
    """The placement proposed by `body`, judged by every rule and not kept yet. What it names was looked up already.

    Raises Invalid, RuleRefused.
    """
    check_slots(body.timetable)
    insist(
        may_be_placed(
            await school_calendar(session, body.calendar_id),
            commissioner=commissioner_id,
            provider=body.provider_id,
            starts_on=body.starts_on,
            planned_end_on=body.planned_end_on,
            objectives=body.objectives,
            next_step=body.intended_next_step,
            planned_end_agreed=body.planned_end_by_agreement,
        )
    )
    placement = Placement(
        **made(caller.now),
        **body.model_dump(exclude={"timetable", "planned_end_by_agreement"}),
        commissioner_id=commissioner_id,
        state=PlacementState.PROPOSED,
        ends_on=body.planned_end_on,
    )
    placement.calendar_basis = await governing_basis(caller, session, placement)
    await check_procurement(caller, session, placement)
    return placement


async def place_as_offered(
    caller: Caller, session: AsyncSession, placement: Placement, body: PlacementPropose
) -> Placement:
    """Keeps a drafted placement that the calling provider has accepted already, by accepting the offer of it.

    Row security lets it in under the id that the accepted offer names. Raises RuleRefused.
    """
    insist(may_be_accepted(placement.ends_on, caller.today))
    placement.state = PlacementState.ACCEPTED
    await check_procurement(caller, session, placement)
    await _add(caller, session, placement, body)
    await _take_on(caller, session, placement)
    return placement


async def accept_placement(
    caller: Caller, session: AsyncSession, placement_id: UUID, expected_version: int
) -> Placement:
    """The provider accepts: from today on its attendance is expected. Nobody owes that of a day before it was agreed.

    One that takes over ends the placement it continues on the day before its first.

    Raises RuleRefused, PreconditionFailed.
    """
    placement = await _moved(caller, session, placement_id, "accept", expected_version)
    insist(may_be_accepted(placement.ends_on, caller.today))
    before = await hand_over(caller, session, placement)
    if before is None or not on_the_same_terms(before, placement):
        await check_procurement(caller, session, placement)
    await _take_on(caller, session, placement)
    return placement


async def decline_placement(
    caller: Caller, session: AsyncSession, placement_id: UUID, reason: str, expected_version: int
) -> Placement:
    placement = await _moved(caller, session, placement_id, "decline", expected_version)
    placement.declined_because = reason
    await _tell(caller, session, placement, EventType.PLACEMENT_DECLINED)
    return placement


async def withdraw_placement(
    caller: Caller, session: AsyncSession, placement_id: UUID, expected_version: int
) -> Placement:
    placement = await _moved(caller, session, placement_id, "withdraw", expected_version)
    await _tell(caller, session, placement, EventType.PLACEMENT_WITHDRAWN)
    return placement


async def _add(caller: Caller, session: AsyncSession, placement: Placement, body: PlacementPropose) -> None:
    session.add(placement)
    await session.flush()
    await add_timetable(caller, session, placement.id, body.starts_on, body.timetable)


async def _take_on(caller: Caller, session: AsyncSession, placement: Placement) -> None:
    """What acceptance brings about: the sessions from today on are expected, and the parties are told."""
    await let_ledger_follow(caller, session, placement, max(placement.starts_on, caller.today), placement.ends_on)
    await _tell(caller, session, placement, EventType.PLACEMENT_ACCEPTED)


async def _moved(
    caller: Caller, session: AsyncSession, placement_id: UUID, verb: str, expected_version: int
) -> Placement:
    placement, role = await locked_for_party(caller, session, placement_id)
    placement.state = moved(placement, expected_version, PLACEMENTS, placement.state, verb, role.value)
    changed(placement, caller)
    await session.flush()
    return placement


async def _tell(caller: Caller, session: AsyncSession, placement: Placement, event: EventType) -> None:
    caller.sees_placements(placement.id)
    caller.sees_pupils(placement.pupil_id)
    await session.flush()
    await record_event(session, event, f"{PATH}/{placement.id}", caller.now, placements=[placement.id])
