"""Who answers for the register."""

from uuid import UUID

import pytest

from app.rules.register_codes import may_enter_code
from app.rules.verdict import Refused

SCHOOL, COUNCIL, PROVIDER = UUID(int=1), UUID(int=2), UUID(int=3)


@pytest.mark.parametrize(
    ("caller", "host_school", "may_be_done_by"),
    [
        pytest.param(SCHOOL, SCHOOL, None, id="the host school"),
        pytest.param(COUNCIL, SCHOOL, ["host_school"], id="the commissioner beside a host school"),
        pytest.param(PROVIDER, SCHOOL, ["host_school"], id="the provider"),
        pytest.param(COUNCIL, None, None, id="the commissioner of a child on no roll"),
        pytest.param(PROVIDER, None, ["commissioner"], id="the provider of a child on no roll"),
        pytest.param(PROVIDER, PROVIDER, None, id="a provider on whose roll the child is"),
    ],
)
def test_who_keeps_the_register_enters_its_codes(
    caller: UUID, host_school: UUID | None, may_be_done_by: list[str] | None
) -> None:
    verdict = may_enter_code(caller, host_school=host_school, commissioner=COUNCIL)
    assert (verdict.next_steps["may_be_done_by"] if isinstance(verdict, Refused) else None) == may_be_done_by
