"""Reviews of a placement: at least every half-term, aiming at a return to school."""

from typing import Annotated

from fastapi import Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.reviews import Review
from app.queries.placements import visible_placement
from app.queries.reviews import visible_reviews
from app.schemas.reviews import ReviewDueRead, ReviewRead, ReviewRecord, ReviewsDueRead
from app.schemas.wire import Id, Instant
from app.services import reviews
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("placements")

Reader = Annotated[Caller, allow(Scope.PLACEMENTS_READ)]


@router.get("/placements/{placement_id}/reviews", operation_id="list_reviews")
async def list_reviews(
    placement_id: Id, caller: Reader, session: Session, pages: Pages, changed_since: Instant | None = None
) -> Page[ReviewRead]:
    """The reviews of a placement, the earliest first."""
    await visible_placement(caller, session, placement_id)
    statement = visible_reviews(caller, placement_id)
    if changed_since is not None:
        statement = statement.where(col(Review.changed_at) >= changed_since)
    rows, page = await pages.rows(session, statement, [col(Review.held_on), col(Review.id)])
    return page.holding([_read(row[0]) for row in rows])


@router.post("/placements/{placement_id}/reviews", operation_id="record_review", status_code=201)
async def record_review(
    placement_id: Id,
    body: ReviewRecord,
    caller: Annotated[Caller, allow(Scope.PLACEMENTS_WRITE)],
    session: Session,
    response: Response,
) -> ReviewRead:
    """The commissioner or the host school records a review that was held.

    The commissioner's may change the placement's objectives and intended next step; what they were stays on record.
    """
    review = await reviews.record_review(caller, session, placement_id, body)
    response.headers["Location"] = reviews.path_of(placement_id)
    return _read(review)


@router.get("/placements/{placement_id}/reviews-due", operation_id="get_reviews_due")
async def get_reviews_due(placement_id: Id, caller: Reader, session: Session) -> ReviewsDueRead:
    """Each half-term that the placement covers, the last open pupil day by which it is reviewed, and what was held."""
    due = await reviews.reviews_due(caller, session, await visible_placement(caller, session, placement_id))
    half_terms = [
        ReviewDueRead(
            first_on=each.deadline.first,
            last_on=each.deadline.last,
            due_on=each.deadline.due_on,
            held_on=each.held_on,
            state=each.state,
        )
        for each in due.half_terms
    ]
    return ReviewsDueRead(half_terms=half_terms, next_review_by=due.next_review_by, overdue=due.overdue)


def _read(review: Review) -> ReviewRead:
    shown = review.model_dump(include=set(ReviewRead.model_fields))
    return ReviewRead.model_validate(shown | {"recorded_at": review.created_at})
