"""What the country cannot count of alternative provision, for one's own placements."""

from typing import Annotated

from fastapi import Query

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.rules.placement_statistics import Breakdown
from app.schemas.placement_statistics import PlacementStatisticsRead
from app.schemas.wire import SchoolYear
from app.services.placement_statistics import read_statistics
from app.web.edge import Session
from app.web.router import edge_router

router = edge_router("placement-statistics")


@router.get("/placement-statistics", operation_id="get_placement_statistics")
async def get_placement_statistics(
    caller: Annotated[Caller, allow(Scope.PLACEMENTS_READ)],
    session: Session,
    school_year: Annotated[SchoolYear | None, Query(description="Left out: the year that it is.")] = None,
    by: Breakdown | None = None,
) -> PlacementStatisticsRead:
    """Moves, returns, lengths, outcomes and what was sustained, of the caller's own placements in a school year.

    A council's are those that it or one of its schools commissioned, a school's those of its pupils or of its
    commissioning, a provider's its own; each as far as the caller may see them. Counts of one to four are suppressed,
    and so are counts that would let them be worked out. Terms are given only as a breakdown of their year.
    """
    return PlacementStatisticsRead.model_validate(await read_statistics(caller, session, school_year, by))
