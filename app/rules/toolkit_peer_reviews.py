"""A peer review: one provider assesses another, with the consent of the one reviewed.

Source: AP Quality Toolkit (IntegratED, 2022), read in the primary source, for the use; that it needs consent, which
holds until the review is complete, is Waymark's own reading of it.
"""

from enum import StrEnum
from uuid import UUID

from app.rules.sources import OUR_OWN
from app.rules.state_tables import StateTable, Transition
from app.rules.verdict import Allowed, Refused, Verdict


class PeerReviewState(StrEnum):
    ASKED = "asked"
    AGREED = "agreed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    COMPLETE = "complete"


STANDING = (PeerReviewState.ASKED, PeerReviewState.AGREED)

PEER_REVIEWS = StateTable(
    "peer review",
    OUR_OWN,
    (
        Transition(PeerReviewState.ASKED, "consent", PeerReviewState.AGREED, ("reviewed",)),
        Transition(PeerReviewState.ASKED, "refuse", PeerReviewState.REFUSED, ("reviewed",)),
        Transition(PeerReviewState.ASKED, "withdraw", PeerReviewState.WITHDRAWN, ("reviewer",)),
        Transition(PeerReviewState.AGREED, "withdraw", PeerReviewState.WITHDRAWN, ("reviewer", "reviewed")),
        Transition(PeerReviewState.AGREED, "complete", PeerReviewState.COMPLETE, ("reviewer",)),
    ),
)
"""One who asks for its own review has consented. Consent may be taken back until the assessment is complete."""


def proposed_state(reviewed_id: UUID, caller_id: UUID) -> PeerReviewState:
    """The state in which a peer review begins: agreed where the one to be reviewed asks for it."""
    return PeerReviewState.AGREED if caller_id == reviewed_id else PeerReviewState.ASKED


def may_propose(standing: PeerReviewState | None) -> Verdict:
    """Whether two may have one more peer review: not while one of the same two stands. Source: Waymark's own."""
    if standing is not None:
        return Refused(
            "peer_review_stands",
            "A peer review of this provider by this reviewer stands; it is carried out or withdrawn first.",
            OUR_OWN,
            {"state": standing.value},
        )
    return Allowed()


def may_review(state: PeerReviewState | None, *, begun: bool) -> Verdict:
    """Whether a reviewer may begin or complete its assessment: `begun` says that there is another for this consent.

    Source: Waymark's own reading of the toolkit's use.
    """
    if state is not PeerReviewState.AGREED:
        return Refused(
            "peer_review_not_agreed",
            "A peer review needs the consent of the one reviewed, which may be taken back until it is complete.",
            OUR_OWN,
            {"would_be_lawful": ["propose a peer review at /v1/toolkit-peer-reviews, to which the provider consents"]},
        )
    if begun:
        return Refused(
            "peer_review_begun", "The provider has consented to one assessment, and that has been begun.", OUR_OWN
        )
    return Allowed()
