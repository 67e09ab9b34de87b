"""Handing a child over from a placement to its successor, on one day and as a whole."""

from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.placements import Placement
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.queries.placements import visible_placement
from app.rules.placements import PlacementState
from app.rules.successors import Succeeded, Successor, may_succeed
from app.services.changes import insist
from app.services.placements_ending import end_on

_ONE_DAY = timedelta(days=1)


def insist_on_succession(before: Placement, after: Placement, today: date) -> None:
    """Raises RuleRefused where `after` may not take over from `before`."""
    insist(
        may_succeed(
            Succeeded(
                accepted=before.state is PlacementState.ACCEPTED,
                commissioner=before.commissioner_id,
                host_school=before.host_school_id,
                provider=before.provider_id,
                starts_on=before.starts_on,
                ends_on=before.ends_on,
                released_to=before.released_to_id,
            ),
            Successor(after.commissioner_id, after.host_school_id, after.starts_on, after.ends_on),
            today,
        )
    )


def on_the_same_terms(before: Placement, after: Placement) -> bool:
    """Whether a successor goes on under the same lot, or as a spot purchase: then it takes no new place."""
    return (before.lot_id, before.spot_purchase) == (after.lot_id, after.spot_purchase)


async def hand_over(caller: Caller, session: AsyncSession, placement: Placement) -> Placement | None:
    """The placement that this one takes over from ends the day before; None where it takes over from none.

    It ends on whatever day that is: nothing ends for the child. Raises RuleRefused where it has changed meanwhile.
    """
    if not placement.takes_over or placement.continues_id is None:
        return None
    before = await visible_placement(caller, session, placement.continues_id, lock=True)
    insist_on_succession(before, placement, caller.today)
    await end_on(caller, session, before, placement.starts_on - _ONE_DAY)
    await session.flush()
    await record_event(
        session, EventType.PLACEMENT_SUCCEEDED, f"/v1/placements/{before.id}", caller.now, placements=[before.id]
    )
    return before
