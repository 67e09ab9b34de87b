"""Facts about a placed child that clocks depend on: an exclusion, looked after, an EHCP."""

from typing import Annotated
from uuid import UUID

from fastapi import Response

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.placement_facts import PlacementFacts
from app.queries.placement_facts import visible_facts
from app.schemas.placement_facts import ExclusionRead, PlacementFactsRead, PlacementFactsWrite
from app.schemas.wire import Id
from app.services import placement_facts
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.router import edge_router

router = edge_router("placements")


@router.get("/placements/{placement_id}/facts", operation_id="get_placement_facts")
async def get_placement_facts(
    placement_id: Id,
    caller: Annotated[Caller, allow(Scope.PLACEMENTS_READ)],
    session: Session,
    response: Response,
) -> PlacementFactsRead:
    """What the commissioner has stated; all null before that."""
    return _shown(response, placement_id, await visible_facts(caller, session, placement_id))


@router.put("/placements/{placement_id}/facts", operation_id="replace_placement_facts")
async def replace_placement_facts(
    placement_id: Id,
    body: PlacementFactsWrite,
    expected: ExpectedVersion,
    caller: Annotated[Caller, allow(Scope.PLACEMENTS_WRITE)],
    session: Session,
    response: Response,
) -> PlacementFactsRead:
    """The commissioner states them anew, for a proposal too. Clocks follow at once."""
    facts = await placement_facts.replace_facts(caller, session, placement_id, body, expected)
    return _shown(response, placement_id, facts)


def _shown(response: Response, placement_id: UUID, facts: PlacementFacts | None) -> PlacementFactsRead:
    tag(response, facts.version if facts else placement_facts.UNSTATED)
    exclusion = None
    if facts and facts.exclusion and facts.excluded_on:
        exclusion = ExclusionRead(kind=facts.exclusion, on=facts.excluded_on, pupil_days=facts.exclusion_days)
    return PlacementFactsRead(
        placement_id=placement_id,
        looked_after=facts.looked_after if facts else None,
        ehcp=facts.ehcp if facts else None,
        exclusion=exclusion,
        required_after_16=facts.required_after_16 if facts else None,
        changed_at=facts.changed_at if facts else None,
    )
