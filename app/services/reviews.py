"""Recording reviews of a placement, and telling which are due."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.placements import Placement
from app.models.reviews import Review
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import Conflict, FieldError, Invalid
from app.queries.calendars import school_calendar
from app.queries.reviews import reviews_held
from app.rules.placements import PlacementState
from app.rules.reviews import ReviewStanding, ReviewState, may_record_review, review_standings
from app.schemas.reviews import ReviewRecord
from app.services.changes import changed, insist, made
from app.services.placements_parties import locked_for_party


@dataclass(frozen=True, slots=True)
class ReviewsDue:
    """`next_review_by` is what the last review agreed; `overdue` says whether that or a half-term's day has passed."""

    half_terms: tuple[ReviewStanding, ...]
    next_review_by: date | None
    overdue: bool


def path_of(placement_id: UUID) -> str:
    return f"/v1/placements/{placement_id}/reviews"


async def record_review(caller: Caller, session: AsyncSession, placement_id: UUID, body: ReviewRecord) -> Review:
    """The commissioner or the host school records a review; the commissioner's may change objectives and next step.

    Raises NotFound, Conflict, Invalid for an objective that the placement does not have, RuleRefused.
    """
    placement, role = await locked_for_party(caller, session, placement_id)
    if placement.state is not PlacementState.ACCEPTED:
        raise Conflict("Only an accepted placement is reviewed.")
    objectives = body.objectives or placement.objectives
    next_step = body.intended_next_step or placement.intended_next_step
    amends = (objectives, next_step) != (placement.objectives, placement.intended_next_step)
    insist(
        may_record_review(
            by=role,
            amends=amends,
            held_on=body.held_on,
            next_review_by=body.next_review_by,
            today=caller.today,
            starts_on=placement.starts_on,
            ends_on=placement.ends_on,
        )
    )
    _check_progress(placement, body)
    review = Review(
        **made(caller.now),
        **body.model_dump(exclude={"objectives", "intended_next_step"}),
        placement_id=placement.id,
        recorded_by_id=caller.organisation_id,
        objectives=objectives,
        previous_objectives=placement.objectives,
        intended_next_step=next_step,
        previous_next_step=placement.intended_next_step,
    )
    session.add(review)
    if amends:
        placement.objectives, placement.intended_next_step = objectives, next_step
        changed(placement, caller)
    await session.flush()
    await record_event(session, EventType.REVIEW_RECORDED, path_of(placement.id), caller.now, placements=[placement.id])
    return review


async def reviews_due(caller: Caller, session: AsyncSession, placement: Placement) -> ReviewsDue:
    """Where the review of every half-term stands today; nothing is due of a placement that is not accepted."""
    if placement.state is not PlacementState.ACCEPTED:
        return ReviewsDue((), None, overdue=False)
    held = await reviews_held(caller, session, placement.id)
    half_terms = review_standings(
        await school_calendar(session, placement.calendar_id),
        starts_on=placement.starts_on,
        ends_on=placement.ends_on,
        held=[each.held_on for each in held],
        today=caller.today,
    )
    agreed = held[-1].next_review_by if held else None
    late = agreed is not None and agreed < caller.today
    missed = any(each.state is ReviewState.OVERDUE for each in half_terms)
    return ReviewsDue(half_terms, agreed, overdue=late or missed)


def _check_progress(placement: Placement, body: ReviewRecord) -> None:
    faults = [
        FieldError(f"/progress/{index}/objective", "objective_not_found", "is no objective of the placement")
        for index, each in enumerate(body.progress)
        if each.objective not in placement.objectives
    ]
    if len(set(body.attended_by)) < len(body.attended_by):
        faults.append(FieldError("/attended_by", "repeated", "name each role once"))
    if faults:
        raise Invalid(faults)
