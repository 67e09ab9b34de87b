"""The way of a pupil from setting to setting."""

from typing import Annotated

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.outcomes import Outcome
from app.models.placements import Placement
from app.queries.moves import outcomes_of_pupil, placements_of_pupil
from app.queries.pupils import visible_pupil
from app.rules.moves import Onward, Stay, Step, moves_of
from app.schemas.moves import MoveRead, MovesRead
from app.schemas.wire import Id
from app.web.edge import Session
from app.web.router import edge_router

router = edge_router("moves")


@router.get("/pupils/{pupil_id}/moves", operation_id="list_moves")
async def list_moves(
    pupil_id: Id, caller: Annotated[Caller, allow(Scope.PLACEMENTS_READ)], session: Session
) -> MovesRead:
    """The placements of a pupil that the caller may see, each with what followed: moves, returns, and back again."""
    await visible_pupil(caller, session, pupil_id)
    placements = {each.id: each for each in await placements_of_pupil(caller, session, pupil_id)}
    outcomes = await outcomes_of_pupil(caller, session, pupil_id)
    stays = [
        Stay(
            each.id,
            each.provider_id,
            each.starts_on,
            each.ends_on,
            outcomes[each.id].destination if each.id in outcomes else None,
        )
        for each in placements.values()
    ]
    onward = list(moves_of(stays, caller.today))
    return MovesRead(
        pupil_id=pupil_id,
        moves=[_read(each, placements[each.stay.placement], outcomes.get(each.stay.placement)) for each in onward],
        returns_to_mainstream=sum(each.step is Step.RETURNED_TO_MAINSTREAM for each in onward),
        back_again=sum(each.back_again for each in onward),
        moves_between_settings=sum(each.step is Step.MOVED_TO_ANOTHER_SETTING for each in onward),
    )


def _read(onward: Onward, placement: Placement, outcome: Outcome | None) -> MoveRead:
    of_outcome = ("destination", "destination_id", "moved_on", "reason", "successful")
    said = {name: getattr(outcome, name) if outcome else None for name in of_outcome}
    return MoveRead.model_validate(
        placement.model_dump(include=set(MoveRead.model_fields))
        | said
        | {
            "placement_id": placement.id,
            "days": (placement.ends_on - placement.starts_on).days + 1,
            "outcome_id": outcome.id if outcome else None,
            "step": onward.step,
            "next_placement_id": onward.next_placement,
            "back_again": onward.back_again,
        }
    )
