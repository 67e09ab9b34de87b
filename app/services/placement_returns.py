"""Filing a school's return of placements commissioned and ended, or its nil return.

Source: Cheshire West guidance, read in the primary source.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.placement_returns import PlacementReturn, PlacementReturnLine
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import Conflict, FieldError, Invalid
from app.queries.placement_returns import lines_of, own_council, own_movements, standing_return
from app.rules.placement_returns import Movement, may_file_return, movement_in, return_period
from app.rules.statistics_periods import StatisticsPeriod
from app.schemas.placement_returns import PlacementReturnFile
from app.services.changes import changed, insist, made

PATH = "/v1/placement-returns"


def period_named(label: str) -> StatisticsPeriod | None:
    """The days of a period as it is written; None for a school year that is none."""
    return return_period(label)


async def file_return(caller: Caller, session: AsyncSession, body: PlacementReturnFile) -> PlacementReturn:
    """Files what happened in a period; it takes the place of what was filed before. Raises Invalid, RuleRefused."""
    period = return_period(body.period)
    if period is None:
        raise Invalid([FieldError("/period", "not_as_written", "Must be a month, or a term of a school year.")])
    council_id = await own_council(caller, session)
    if council_id is None:
        raise Conflict("The school belongs to no council that could receive its return.")
    before = await standing_return(caller, session, body.period)
    movements = await _movements(caller, session, period)
    said_before = None if before is None else await _said(caller, session, before)
    insist(may_file_return(period, caller.today, movements, said_before, nil_return=body.nil_return))
    filed = PlacementReturn(
        **made(caller.now),
        **body.model_dump(),
        school_id=caller.organisation_id,
        council_id=council_id,
        first_on=period.first,
        last_on=period.last,
        number=1 if before is None else before.number + 1,
        commissioned=sum(1 for each in movements if each.commissioned),
        ended=sum(1 for each in movements if each.ended),
        lines=len(movements),
    )
    session.add(filed)
    await session.flush()
    session.add_all(
        PlacementReturnLine(
            return_id=filed.id, placement_id=each.placement_id, commissioned=each.commissioned, ended=each.ended
        )
        for each in sorted(movements, key=lambda each: each.placement_id)
    )
    if before is not None:
        before.superseded_by_id = filed.id
        changed(before, caller)
    await session.flush()
    told = [caller.organisation_id, council_id]
    await record_event(session, EventType.PLACEMENT_RETURN_FILED, f"{PATH}/{filed.id}", caller.now, organisations=told)
    return filed


async def _movements(caller: Caller, session: AsyncSession, period: StatisticsPeriod) -> frozenset[Movement]:
    """What a return of the period says today."""
    found = await own_movements(caller, session, period)
    moved = (movement_in(each.id, each.starts_on, each.ends_on, period, caller.today) for each in found)
    return frozenset(each for each in moved if each is not None)


async def _said(caller: Caller, session: AsyncSession, filed: PlacementReturn) -> frozenset[Movement]:
    """What a return said when it was filed."""
    lines = (await lines_of(caller, session, [filed.id])).get(filed.id, [])
    return frozenset(Movement(each.placement_id, each.commissioned, each.ended) for each in lines)
