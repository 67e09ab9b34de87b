"""Successors: a placement goes on for another commissioner or host school."""

from typing import Annotated

from fastapi import Response

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import OrganisationKind
from app.routers.placements import shown
from app.schemas.placements import PlacementRead, PlacementRelease, SuccessorPropose
from app.schemas.wire import Id
from app.services import successors
from app.web.conditional import ExpectedVersion
from app.web.edge import Session
from app.web.router import edge_router

router = edge_router("placements")

Commissioner = Annotated[Caller, allow(Scope.PLACEMENTS_WRITE, OrganisationKind.COUNCIL, OrganisationKind.SCHOOL)]


@router.post("/placements/{placement_id}/release", operation_id="release_placement")
async def release_placement(
    placement_id: Id,
    body: PlacementRelease,
    expected: ExpectedVersion,
    caller: Commissioner,
    session: Session,
    response: Response,
) -> PlacementRead:
    """The commissioner lets another organisation take the placement over. Nothing changes until a successor starts."""
    released = await successors.release_placement(caller, session, placement_id, body, expected)
    return await shown(caller, session, response, released)


@router.post("/placements/{placement_id}/successor", operation_id="propose_successor", status_code=201)
async def propose_successor(
    placement_id: Id, body: SuccessorPropose, caller: Commissioner, session: Session, response: Response
) -> PlacementRead:
    """Proposes that a new placement with the same provider takes over, because a party changes.

    For the commissioner, or one that it has released the placement to. When the provider accepts, this placement ends
    the day before the successor starts, whatever day that is, since nothing ends for the child. What was asked for
    beyond that day (a suspension) ends with it.
    """
    placement = await successors.propose_successor(caller, session, placement_id, body)
    response.headers["Location"] = f"{successors.PATH}/{placement.id}"
    return await shown(caller, session, response, placement)
