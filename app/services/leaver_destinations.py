"""Destinations of year 11 leavers: recorded by commissioner or host school, corrected by a further statement."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.outcomes import LeaverDestinationRecord
from app.models.placements import Placement
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import Duplicate, RuleRefused
from app.queries.statements import Stated, standing_statement, visible_statement
from app.rules.agreements import PartyRole
from app.rules.leaver_destinations import (
    LEAVER_DESTINATIONS,
    leaver_destination_state,
    leaver_needs_check,
    may_record_leaver,
)
from app.rules.sources import OUR_OWN
from app.rules.sustained_checks import SustainedCheckKind
from app.rules.verdict import Refused
from app.schemas.leaver_destinations import (
    LeaverDestinationCorrect,
    LeaverDestinationCreate,
    LeaverDestinationStatement,
)
from app.services.changes import insist, state_after
from app.services.placements_parties import locked_for_party
from app.services.statements import Stamped, correcting, first_of, must_stand
from app.services.sustained_checks import follow_destination

PATH = "/v1/leaver-destinations"
_PLACING_SIDE = Refused(
    "wrong_party",
    "Only the commissioner or the host school records where a leaver went.",
    OUR_OWN,
    {"may_be_done_by": [PartyRole.COMMISSIONER.value, PartyRole.HOST_SCHOOL.value]},
)


async def record_leaver_destination(
    caller: Caller, session: AsyncSession, body: LeaverDestinationCreate
) -> Stated[LeaverDestinationRecord]:
    """The first statement. Raises NotFound, RuleRefused, Duplicate."""
    placement, role = await locked_for_party(caller, session, body.placement_id)
    if role is PartyRole.PROVIDER:
        raise RuleRefused(_PLACING_SIDE)
    if await standing_statement(caller, session, LeaverDestinationRecord, placement.id) is not None:
        raise Duplicate("The leaver's destination is on record; correct that one.")
    stamps = first_of(caller, placement.id)
    return await _keep(caller, session, placement, body, stamps, EventType.LEAVER_DESTINATION_RECORDED)


async def correct_leaver_destination(
    caller: Caller, session: AsyncSession, statement_id: UUID, body: LeaverDestinationCorrect, expected_version: int
) -> Stated[LeaverDestinationRecord]:
    """A further statement takes the place of one that stands; both stay on record.

    Raises NotFound, RuleRefused, PreconditionFailed.
    """
    seen = await visible_statement(caller, session, LeaverDestinationRecord, statement_id)
    placement, role = await locked_for_party(caller, session, seen.statement.placement_id)
    before = await visible_statement(caller, session, LeaverDestinationRecord, statement_id)
    must_stand(before, expected_version)
    state = leaver_destination_state(superseded=before.superseded_by_id is not None)
    state_after(LEAVER_DESTINATIONS, state, "correct", role.value)
    stamps = correcting(caller, before)
    return await _keep(caller, session, placement, body, stamps, EventType.LEAVER_DESTINATION_CORRECTED)


async def _keep(
    caller: Caller,
    session: AsyncSession,
    placement: Placement,
    body: LeaverDestinationStatement,
    stamps: Stamped,
    event: EventType,
) -> Stated[LeaverDestinationRecord]:
    named = body.provider_name is not None or body.provider_ukprn is not None
    insist(may_record_leaver(placement.state, body.destination, body.from_on, names_provider=named))
    said = body.model_dump(exclude={"placement_id"})
    leaver = LeaverDestinationRecord(**stamps, **said, recorded_at=caller.now)
    session.add(leaver)
    await session.flush()
    await follow_destination(
        caller,
        session,
        placement,
        SustainedCheckKind.POST_16,
        leaver.id,
        moved_on=leaver.from_on if leaver_needs_check(leaver.destination) else None,
        elsewhere=await _elsewhere(caller, session, leaver),
    )
    await record_event(session, event, f"{PATH}/{leaver.id}", caller.now, placements=[placement.id])
    return Stated(leaver, None, None)


async def _elsewhere(caller: Caller, session: AsyncSession, leaver: LeaverDestinationRecord) -> bool:
    """Whether a statement names another destination than the one that it supersedes."""
    if leaver.supersedes_id is None:
        return True
    before = (await visible_statement(caller, session, LeaverDestinationRecord, leaver.supersedes_id)).statement
    return _place(before) != _place(leaver)


def _place(leaver: LeaverDestinationRecord) -> tuple[object, ...]:
    return leaver.destination, leaver.provider_name, leaver.provider_ukprn
