"""The people to speak to about a placement, and its named services."""

from typing import Annotated

from fastapi import Response

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.placements import Placement
from app.queries.placement_contacts import placement_contacts
from app.queries.placements import visible_placement
from app.schemas.placement_contacts import (
    PlacementContactRead,
    PlacementContactsRead,
    PlacementContactsReplace,
)
from app.schemas.wire import Id
from app.services.placement_contacts import replace_placement_contacts as replaced
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.router import edge_router

router = edge_router("placements")


@router.get("/placements/{placement_id}/contacts", operation_id="get_placement_contacts")
async def get_placement_contacts(
    placement_id: Id, caller: Annotated[Caller, allow(Scope.PLACEMENTS_READ)], session: Session, response: Response
) -> PlacementContactsRead:
    """Whom to speak to about the child: the parties' people, and named services such as the social worker."""
    return await _shown(caller, session, response, await visible_placement(caller, session, placement_id))


@router.put("/placements/{placement_id}/contacts", operation_id="replace_placement_contacts")
async def replace_placement_contacts(
    placement_id: Id,
    body: PlacementContactsReplace,
    expected: ExpectedVersion,
    caller: Annotated[Caller, allow(Scope.PLACEMENTS_WRITE)],
    session: Session,
    response: Response,
) -> PlacementContactsRead:
    """Replaces the contacts that your organisation lists as a party; those of other parties stay.

    The host school names its AP lead, the provider its own lead; any party names services.
    """
    return await _shown(caller, session, response, await replaced(caller, session, placement_id, body, expected))


async def _shown(caller: Caller, session: Session, response: Response, placement: Placement) -> PlacementContactsRead:
    tag(response, placement.version)
    listed = [
        PlacementContactRead.model_validate(each.model_dump(include=set(PlacementContactRead.model_fields)))
        for each in await placement_contacts(caller, session, placement.id)
    ]
    return PlacementContactsRead(contacts=listed, changed_at=placement.changed_at)
