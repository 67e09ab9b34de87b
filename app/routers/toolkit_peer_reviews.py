"""Peer reviews by the AP Quality Toolkit: one provider assesses another, which consents to it."""

from collections.abc import Sequence
from operator import eq, ge
from typing import Annotated

from fastapi import Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import OrganisationKind
from app.models.toolkit_peer_reviews import ToolkitPeerReview
from app.queries.toolkit_peer_reviews import (
    assessments_of_peer_reviews,
    visible_peer_review,
    visible_peer_reviews,
)
from app.rules.toolkit_peer_reviews import PeerReviewState
from app.schemas.toolkit_peer_reviews import (
    ToolkitPeerReviewPropose,
    ToolkitPeerReviewRead,
    ToolkitPeerReviewRefuse,
)
from app.schemas.wire import Id, Instant
from app.services import toolkit_peer_reviews
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("toolkit")

Reader = Annotated[Caller, allow(Scope.TOOLKIT_READ, OrganisationKind.PROVIDER)]
Writer = Annotated[Caller, allow(Scope.TOOLKIT_WRITE, OrganisationKind.PROVIDER)]


@router.get("/toolkit-peer-reviews", operation_id="list_toolkit_peer_reviews")
async def list_toolkit_peer_reviews(
    caller: Reader,
    session: Session,
    pages: Pages,
    reviewed_id: Id | None = None,
    reviewer_id: Id | None = None,
    state: PeerReviewState | None = None,
    changed_since: Instant | None = None,
) -> Page[ToolkitPeerReviewRead]:
    """The peer reviews that the calling provider has a part in."""
    filters = [
        (col(ToolkitPeerReview.reviewed_id), eq, reviewed_id),
        (col(ToolkitPeerReview.reviewer_id), eq, reviewer_id),
        (col(ToolkitPeerReview.state), eq, state),
        (col(ToolkitPeerReview.changed_at), ge, changed_since),
    ]
    statement = visible_peer_reviews(caller).where(
        *[compare(field, value) for field, compare, value in filters if value is not None]
    )
    rows, page = await pages.rows(session, statement, [col(ToolkitPeerReview.created_at), col(ToolkitPeerReview.id)])
    return page.holding(await _read(caller, session, [row[0] for row in rows]))


@router.post("/toolkit-peer-reviews", operation_id="propose_toolkit_peer_review", status_code=201)
async def propose_toolkit_peer_review(
    body: ToolkitPeerReviewPropose, caller: Writer, session: Session, response: Response
) -> ToolkitPeerReviewRead:
    """A reviewer asks another provider for its consent; one that asks to be reviewed has consented with this."""
    peer_review = await toolkit_peer_reviews.propose_peer_review(caller, session, body)
    response.headers["Location"] = f"{toolkit_peer_reviews.PATH}/{peer_review.id}"
    return await _shown(caller, session, response, peer_review)


@router.get("/toolkit-peer-reviews/{peer_review_id}", operation_id="get_toolkit_peer_review")
async def get_toolkit_peer_review(
    peer_review_id: Id, caller: Reader, session: Session, response: Response
) -> ToolkitPeerReviewRead:
    """A peer review: whether it is agreed, and the assessment that came of it."""
    return await _shown(caller, session, response, await visible_peer_review(caller, session, peer_review_id))


@router.post("/toolkit-peer-reviews/{peer_review_id}/consent", operation_id="consent_to_toolkit_peer_review")
async def consent_to_toolkit_peer_review(
    peer_review_id: Id, expected: ExpectedVersion, caller: Writer, session: Session, response: Response
) -> ToolkitPeerReviewRead:
    """The one reviewed consents: the reviewer may begin one assessment, for the use `peer_review`."""
    peer_review = await toolkit_peer_reviews.consent_to_peer_review(caller, session, peer_review_id, expected)
    return await _shown(caller, session, response, peer_review)


@router.post("/toolkit-peer-reviews/{peer_review_id}/refusal", operation_id="refuse_toolkit_peer_review")
async def refuse_toolkit_peer_review(
    peer_review_id: Id,
    body: ToolkitPeerReviewRefuse,
    expected: ExpectedVersion,
    caller: Writer,
    session: Session,
    response: Response,
) -> ToolkitPeerReviewRead:
    """The one reviewed refuses, and says why."""
    peer_review = await toolkit_peer_reviews.refuse_peer_review(caller, session, peer_review_id, body, expected)
    return await _shown(caller, session, response, peer_review)


@router.post("/toolkit-peer-reviews/{peer_review_id}/withdrawal", operation_id="withdraw_toolkit_peer_review")
async def withdraw_toolkit_peer_review(
    peer_review_id: Id, expected: ExpectedVersion, caller: Writer, session: Session, response: Response
) -> ToolkitPeerReviewRead:
    """The reviewer takes its question back, or either of the two what was agreed, until the assessment is complete."""
    peer_review = await toolkit_peer_reviews.withdraw_peer_review(caller, session, peer_review_id, expected)
    return await _shown(caller, session, response, peer_review)


async def _shown(
    caller: Caller, session: Session, response: Response, peer_review: ToolkitPeerReview
) -> ToolkitPeerReviewRead:
    tag(response, peer_review.version)
    return (await _read(caller, session, [peer_review]))[0]


async def _read(caller: Caller, session: Session, found: Sequence[ToolkitPeerReview]) -> list[ToolkitPeerReviewRead]:
    assessments = await assessments_of_peer_reviews(caller, session, [each.id for each in found])
    shown = set(ToolkitPeerReviewRead.model_fields)
    return [
        ToolkitPeerReviewRead.model_validate(
            each.model_dump(include=shown) | {"assessment_id": assessments.get(each.id)}
        )
        for each in found
    ]
