"""A peer review needs the consent of the one reviewed, until it is complete."""

from uuid import uuid4

import pytest

from app.rules.toolkit_peer_reviews import PeerReviewState, may_propose, may_review, proposed_state
from app.rules.verdict import Refused

AGREED = PeerReviewState.AGREED


def test_one_who_asks_to_be_reviewed_has_consented() -> None:
    reviewed, reviewer = uuid4(), uuid4()
    assert proposed_state(reviewed, reviewed) is AGREED
    assert proposed_state(reviewed, reviewer) is PeerReviewState.ASKED


@pytest.mark.parametrize(
    ("standing", "code"),
    [
        pytest.param(None, "", id="none stands"),
        pytest.param(PeerReviewState.ASKED, "peer_review_stands", id="one is asked for"),
        pytest.param(AGREED, "peer_review_stands", id="one is agreed"),
    ],
)
def test_two_have_one_standing_peer_review(standing: PeerReviewState | None, code: str) -> None:
    verdict = may_propose(standing)
    assert (verdict.code if isinstance(verdict, Refused) else "") == code


@pytest.mark.parametrize(
    ("state", "begun", "code"),
    [
        pytest.param(AGREED, False, "", id="agreed"),
        pytest.param(AGREED, True, "peer_review_begun", id="agreed for one, and that is begun"),
        pytest.param(None, False, "peer_review_not_agreed", id="never asked"),
        *(
            pytest.param(state, False, "peer_review_not_agreed", id=state)
            for state in PeerReviewState
            if state is not AGREED
        ),
    ],
)
def test_a_reviewer_needs_consent(state: PeerReviewState | None, begun: bool, code: str) -> None:
    verdict = may_review(state, begun=begun)
    assert (verdict.code if isinstance(verdict, Refused) else "") == code
