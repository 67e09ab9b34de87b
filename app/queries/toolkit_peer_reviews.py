"""Peer reviews, seen by the provider that reviews and the one reviewed, and by nobody else."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.toolkit import ToolkitAssessment
from app.models.toolkit_peer_reviews import ToolkitPeerReview
from app.problems import NotFound
from app.queries.toolkit_assessments import visible_assessments
from app.rules.toolkit_peer_reviews import STANDING


def visible_peer_reviews(caller: Caller) -> Select[ToolkitPeerReview]:
    me = caller.organisation_id
    return select(ToolkitPeerReview).where(
        or_(col(ToolkitPeerReview.reviewed_id) == me, col(ToolkitPeerReview.reviewer_id) == me)
    )


async def visible_peer_review(
    caller: Caller, session: AsyncSession, peer_review_id: UUID, *, lock: bool = False
) -> ToolkitPeerReview:
    """Raises NotFound."""
    statement = visible_peer_reviews(caller).where(col(ToolkitPeerReview.id) == peer_review_id)
    if lock:
        statement = statement.with_for_update(of=ToolkitPeerReview).execution_options(populate_existing=True)
    found = (await session.scalars(statement)).one_or_none()
    if found is None:
        raise NotFound
    return found


async def standing_peer_review(
    caller: Caller, session: AsyncSession, reviewed_id: UUID, reviewer_id: UUID
) -> ToolkitPeerReview | None:
    """The peer review of the two that is asked for or agreed, locked."""
    return await session.scalar(
        visible_peer_reviews(caller)
        .where(
            col(ToolkitPeerReview.reviewed_id) == reviewed_id,
            col(ToolkitPeerReview.reviewer_id) == reviewer_id,
            col(ToolkitPeerReview.state).in_(STANDING),
        )
        .with_for_update(of=ToolkitPeerReview)
        .execution_options(populate_existing=True)
    )


async def assessments_of_peer_reviews(
    caller: Caller, session: AsyncSession, peer_review_ids: Sequence[UUID]
) -> dict[UUID, UUID]:
    """The assessments that the caller may read, by the peer review that they came of."""
    statement = visible_assessments(caller).where(col(ToolkitAssessment.peer_review_id).in_(peer_review_ids))
    found = await session.scalars(statement)
    return {each.peer_review_id: each.id for each in found if each.peer_review_id is not None}
