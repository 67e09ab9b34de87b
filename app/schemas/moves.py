"""The way of a pupil from setting to setting, on the wire."""

from typing import Annotated

from pydantic import Field

from app.rules.moves import Step
from app.rules.outcomes import Destination, MoveReason
from app.rules.placements import PlacementTier, PrimaryReason
from app.schemas.wire import Count, Day, Id, Read


class MoveRead(Read):
    """One placement and what followed it, as far as the reader may know.

    `destination`, `reason` and `successful` are those of the standing outcome, null while there is none.
    `back_again`: it returned the pupil to mainstream, and a later placement began.
    """

    placement_id: Id
    provider_id: Id
    continues_id: Id | None
    tier: PlacementTier
    primary_reason: PrimaryReason
    starts_on: Day
    ends_on: Day
    days: Count
    step: Step
    outcome_id: Id | None
    destination: Destination | None
    destination_id: Id | None
    moved_on: Day | None
    reason: MoveReason | None
    successful: bool | None
    next_placement_id: Id | None
    back_again: bool


class MovesRead(Read):
    """The accepted placements of a pupil that the reader may see, the earliest first."""

    pupil_id: Id
    moves: Annotated[list[MoveRead], Field(max_length=1000)]
    returns_to_mainstream: Count
    back_again: Count
    moves_between_settings: Count
