"""Who shares an assessment, and when."""

from uuid import UUID, uuid4

import pytest

from app.rules.toolkit import AssessmentState
from app.rules.toolkit_shares import may_share
from app.rules.verdict import Refused

ASSESSED, ANOTHER = uuid4(), uuid4()
COMPLETE, DRAFT = AssessmentState.COMPLETE, AssessmentState.DRAFT


@pytest.mark.parametrize(
    ("by", "state", "standing", "code"),
    [
        pytest.param(ASSESSED, COMPLETE, False, "", id="the one assessed, a complete one"),
        pytest.param(ANOTHER, COMPLETE, False, "share_by_the_one_assessed", id="nobody else"),
        pytest.param(ASSESSED, DRAFT, False, "share_when_complete", id="no draft"),
        pytest.param(ASSESSED, COMPLETE, True, "share_stands", id="once with each"),
    ],
)
def test_the_one_assessed_shares_a_complete_assessment(
    by: UUID, state: AssessmentState, standing: bool, code: str
) -> None:
    verdict = may_share(by=by, assessed=ASSESSED, state=state, standing=standing)
    assert (verdict.code if isinstance(verdict, Refused) else "") == code
