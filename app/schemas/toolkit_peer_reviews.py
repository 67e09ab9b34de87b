"""Peer reviews on the wire: who would assess whom, and whether that is agreed."""

from pydantic import Field

from app.rules.toolkit_peer_reviews import PeerReviewState
from app.schemas.wire import Body, Id, Instant, ShortText, Tagged


class ToolkitPeerReviewPropose(Body):
    """The caller is one of the two: the reviewer asks the other's consent, the one reviewed gives its own with this."""

    reviewed_id: Id
    reviewer_id: Id
    purpose: ShortText = Field(examples=["To look together at induction and at transition before the spring."])


class ToolkitPeerReviewRefuse(Body):
    reason: ShortText = Field(examples=["We have two visits this term; ask again after Easter."])


class ToolkitPeerReviewRead(Tagged):
    """A peer review, seen by the two alone. `assessment_id` is the assessment as far as the reader may read it."""

    id: Id
    reviewed_id: Id
    reviewer_id: Id
    proposed_by_id: Id
    state: PeerReviewState
    purpose: ShortText
    refused_because: ShortText | None
    assessment_id: Id | None
    created_at: Instant
    changed_at: Instant
