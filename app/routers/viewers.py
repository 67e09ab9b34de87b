"""Who may see a placement, and on which days."""

from typing import Annotated

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.queries.placements import visible_placement
from app.queries.viewers import viewers_of
from app.schemas.viewers import ViewerRead, ViewersRead
from app.schemas.wire import Id
from app.web.edge import Session
from app.web.router import edge_router

router = edge_router("placements")


@router.get("/placements/{placement_id}/viewers", operation_id="get_viewers")
async def get_viewers(
    placement_id: Id, caller: Annotated[Caller, allow(Scope.PLACEMENTS_READ)], session: Session
) -> ViewersRead:
    """Every organisation that may see the placement, why, and from and until which day (null: open).

    One that has left keeps what fell in its days, and is not told of those who came after.
    """
    await visible_placement(caller, session, placement_id)
    found = await viewers_of(caller, session, placement_id)
    return ViewersRead(viewers=[ViewerRead.model_validate(dict(row._mapping)) for row in found])
