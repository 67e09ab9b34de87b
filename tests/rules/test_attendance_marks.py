"""Which mark may be corrected."""

from uuid import UUID

import pytest

from app.rules.attendance_marks import may_correct
from app.rules.verdict import Refused

ONE, OTHER = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize(
    ("current", "named"),
    [
        pytest.param(ONE, None, id="the one that stands"),
        pytest.param(OTHER, str(OTHER), id="one in whose place another came"),
    ],
)
def test_the_mark_that_stands_alone_is_corrected(current: UUID, named: str | None) -> None:
    verdict = may_correct(ONE, current)
    assert (verdict.next_steps["current_mark_id"] if isinstance(verdict, Refused) else None) == named
