"""Peer reviews: proposed by either, consented to by the one reviewed, carried out by the reviewer's assessment."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.organisations import OrganisationKind
from app.models.toolkit import ToolkitAssessment
from app.models.toolkit_peer_reviews import ToolkitPeerReview
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import FieldError, Invalid, NotFound
from app.queries.directory import visible_organisation
from app.queries.toolkit_peer_reviews import assessments_of_peer_reviews, standing_peer_review, visible_peer_review
from app.rules.toolkit_peer_reviews import (
    PEER_REVIEWS,
    PeerReviewState,
    may_propose,
    may_review,
    proposed_state,
)
from app.schemas.toolkit_peer_reviews import ToolkitPeerReviewPropose, ToolkitPeerReviewRefuse
from app.services.changes import changed, insist, made, moved, state_after

PATH = "/v1/toolkit-peer-reviews"


async def propose_peer_review(
    caller: Caller, session: AsyncSession, body: ToolkitPeerReviewPropose
) -> ToolkitPeerReview:
    """The reviewer asks for consent, or the one reviewed gives it with this. Raises Invalid, RuleRefused, Duplicate."""
    await _check_parties(caller, session, body)
    standing = await standing_peer_review(caller, session, body.reviewed_id, body.reviewer_id)
    insist(may_propose(standing.state if standing else None))
    state = proposed_state(body.reviewed_id, caller.organisation_id)
    peer_review = ToolkitPeerReview(
        **made(caller.now), **body.model_dump(), proposed_by_id=caller.organisation_id, state=state
    )
    session.add(peer_review)
    await session.flush()
    agreed = state is PeerReviewState.AGREED
    event = EventType.TOOLKIT_PEER_REVIEW_AGREED if agreed else EventType.TOOLKIT_PEER_REVIEW_ASKED
    return await _told(caller, session, peer_review, event)


async def consent_to_peer_review(
    caller: Caller, session: AsyncSession, peer_review_id: UUID, expected_version: int
) -> ToolkitPeerReview:
    """The one reviewed consents; the reviewer may begin. Raises RuleRefused."""
    peer_review = await _moved(caller, session, peer_review_id, "consent", expected_version)
    return await _changed(caller, session, peer_review, EventType.TOOLKIT_PEER_REVIEW_AGREED)


async def refuse_peer_review(
    caller: Caller, session: AsyncSession, peer_review_id: UUID, body: ToolkitPeerReviewRefuse, expected_version: int
) -> ToolkitPeerReview:
    """The one reviewed refuses, with a reason. Raises RuleRefused."""
    peer_review = await _moved(caller, session, peer_review_id, "refuse", expected_version)
    peer_review.refused_because = body.reason
    return await _changed(caller, session, peer_review, EventType.TOOLKIT_PEER_REVIEW_REFUSED)


async def withdraw_peer_review(
    caller: Caller, session: AsyncSession, peer_review_id: UUID, expected_version: int
) -> ToolkitPeerReview:
    """Takes back the question, or the consent: what was begun with it is never complete. Raises RuleRefused."""
    peer_review = await _moved(caller, session, peer_review_id, "withdraw", expected_version)
    return await _changed(caller, session, peer_review, EventType.TOOLKIT_PEER_REVIEW_WITHDRAWN)


async def consent_for(
    caller: Caller, session: AsyncSession, provider_id: UUID, assessment: ToolkitAssessment | None = None
) -> ToolkitPeerReview:
    """The consent by which the caller assesses a provider, locked; for an assessment that is begun, the same one.

    Raises RuleRefused where there is none, or it was taken back, or another assessment came of it.
    """
    if assessment is not None and assessment.peer_review_id is not None:
        found = await visible_peer_review(caller, session, assessment.peer_review_id, lock=True)
        insist(may_review(found.state, begun=False))
        return found
    standing = await standing_peer_review(caller, session, provider_id, caller.organisation_id)
    begun = bool(standing and await assessments_of_peer_reviews(caller, session, [standing.id]))
    insist(may_review(standing.state if standing else None, begun=begun))
    assert standing is not None
    return standing


async def carry_out(caller: Caller, session: AsyncSession, peer_review: ToolkitPeerReview) -> None:
    """The assessment that came of it is complete, which its own event tells."""
    peer_review.state = state_after(PEER_REVIEWS, peer_review.state, "complete", "reviewer")
    changed(peer_review, caller)
    await session.flush()


async def _check_parties(caller: Caller, session: AsyncSession, body: ToolkitPeerReviewPropose) -> None:
    """The caller is one of the two, and may find the other."""
    me = caller.organisation_id
    if body.reviewed_id == body.reviewer_id or me not in (body.reviewed_id, body.reviewer_id):
        fault = FieldError("/reviewer_id", "not_between_two", "name yourself and one other provider")
        raise Invalid([fault])
    other, pointer = (
        (body.reviewer_id, "/reviewer_id") if me == body.reviewed_id else (body.reviewed_id, "/reviewed_id")
    )
    try:
        await visible_organisation(caller, session, OrganisationKind.PROVIDER, other)
    except NotFound:
        raise Invalid([FieldError(pointer, "unknown_provider", "name a provider that you can find")]) from None


async def _moved(
    caller: Caller, session: AsyncSession, peer_review_id: UUID, verb: str, expected_version: int
) -> ToolkitPeerReview:
    peer_review = await visible_peer_review(caller, session, peer_review_id, lock=True)
    by = "reviewed" if caller.organisation_id == peer_review.reviewed_id else "reviewer"
    peer_review.state = moved(peer_review, expected_version, PEER_REVIEWS, peer_review.state, verb, by)
    return peer_review


async def _changed(
    caller: Caller, session: AsyncSession, peer_review: ToolkitPeerReview, event: EventType
) -> ToolkitPeerReview:
    changed(peer_review, caller)
    await session.flush()
    return await _told(caller, session, peer_review, event)


async def _told(
    caller: Caller, session: AsyncSession, peer_review: ToolkitPeerReview, event: EventType
) -> ToolkitPeerReview:
    audience = {peer_review.reviewed_id, peer_review.reviewer_id}
    await record_event(session, event, f"{PATH}/{peer_review.id}", caller.now, organisations=audience)
    return peer_review
