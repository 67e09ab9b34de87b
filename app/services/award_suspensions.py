"""A council suspends an award for some days, and lifts the suspension."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.frameworks import AwardSuspension, LotAward
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import FieldError, Invalid, NotFound
from app.queries.award_suspensions import own_award_suspension, suspensions_of, visible_award_suspension
from app.queries.lot_awards import own_award
from app.rules.award_suspensions import (
    AWARD_SUSPENSIONS,
    AwardSuspensionState,
    Stop,
    award_suspension_state,
    may_suspend_award,
)
from app.schemas.award_suspensions import AwardSuspend, AwardSuspensionLift
from app.services.changes import changed, insist, made, moved
from app.services.frameworks import must_be_in_order
from app.services.lot_awards import days_of

PATH = "/v1/lot-award-suspensions"


def state_of(suspension: AwardSuspension, caller: Caller) -> AwardSuspensionState:
    """The state today."""
    return award_suspension_state(_stop(suspension), caller.today)


async def suspend_award(caller: Caller, session: AsyncSession, body: AwardSuspend) -> AwardSuspension:
    """Suspends an award of the calling council's. Placements made under it go on. Raises Invalid, RuleRefused."""
    if body.until_on is not None:
        must_be_in_order(body.from_on, body.until_on, "/until_on", "from_on")
    award = await _award(caller, session, body.lot_award_id)
    others = (await suspensions_of(caller, session, [award.id])).get(award.id, [])
    wanted = Stop(body.from_on, body.until_on)
    insist(may_suspend_award(days_of(award), wanted, [_stop(each) for each in others], caller.today))
    suspension = AwardSuspension(
        **made(caller.now), **body.model_dump(), council_id=award.council_id, provider_id=award.provider_id
    )
    session.add(suspension)
    await session.flush()
    await _tell(caller, session, suspension, EventType.LOT_AWARD_SUSPENDED)
    return suspension


async def lift_suspension(
    caller: Caller, session: AsyncSession, suspension_id: UUID, body: AwardSuspensionLift, expected_version: int
) -> AwardSuspension:
    """From today on placements may begin under the award again. Raises NotFound, RuleRefused."""
    seen = await visible_award_suspension(caller, session, suspension_id)
    await own_award(caller, session, seen.lot_award_id)
    suspension = await own_award_suspension(caller, session, suspension_id)
    state = state_of(suspension, caller)
    moved(suspension, expected_version, AWARD_SUSPENSIONS, state, "lift", "council")
    suspension.lifted_on, suspension.lifted_because = caller.today, body.reason
    changed(suspension, caller)
    await session.flush()
    await _tell(caller, session, suspension, EventType.LOT_AWARD_SUSPENSION_LIFTED)
    return suspension


async def _award(caller: Caller, session: AsyncSession, award_id: UUID) -> LotAward:
    try:
        return await own_award(caller, session, award_id)
    except NotFound:
        detail = "there is no such award of your own"
        raise Invalid([FieldError("/lot_award_id", "award_not_found", detail)]) from None


def _stop(suspension: AwardSuspension) -> Stop:
    return Stop(suspension.from_on, suspension.until_on, suspension.lifted_on)


async def _tell(caller: Caller, session: AsyncSession, suspension: AwardSuspension, event: EventType) -> None:
    audience = {suspension.council_id, suspension.provider_id}
    await record_event(session, event, f"{PATH}/{suspension.id}", caller.now, organisations=audience)
