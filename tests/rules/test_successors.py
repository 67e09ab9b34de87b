"""A successor is for a change of party, and never a way round a termination."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from app.rules.successors import Succeeded, Successor, may_end_later, may_release, may_succeed
from app.rules.verdict import Refused, Verdict

COUNCIL, SCHOOL, PROVIDER, OTHER_COUNCIL, OTHER_SCHOOL = (UUID(int=i) for i in range(1, 6))
TODAY = date(2026, 11, 24)
BEFORE = Succeeded(
    accepted=True,
    commissioner=COUNCIL,
    host_school=SCHOOL,
    provider=PROVIDER,
    starts_on=date(2026, 11, 2),
    ends_on=date(2027, 2, 12),
    released_to=None,
)
AFTER = Successor(COUNCIL, OTHER_SCHOOL, date(2026, 12, 8), date(2027, 2, 12))
RELEASED = {"released_to": OTHER_COUNCIL}


def code_of(verdict: Verdict) -> str:
    return verdict.code if isinstance(verdict, Refused) else ""


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        pytest.param({}, {}, "", id="another host school, from an ordinary Tuesday"),
        pytest.param({}, {"host_school": None}, "", id="on no roll any more"),
        pytest.param({}, {"starts_on": date(2026, 11, 25)}, "", id="from tomorrow"),
        pytest.param({}, {"starts_on": date(2027, 2, 12)}, "", id="on the last day alone"),
        pytest.param(RELEASED, {"commissioner": OTHER_COUNCIL, "host_school": SCHOOL}, "", id="another commissioner"),
        pytest.param(RELEASED, {}, "", id="released, and yet the present commissioner goes on"),
        pytest.param({"accepted": False}, {}, "nothing_to_succeed", id="of a proposal"),
        pytest.param({}, {"commissioner": PROVIDER}, "commissioner_is_provider", id="the provider commissions"),
        pytest.param({}, {"host_school": SCHOOL}, "successor_changes_nothing", id="the same parties"),
        pytest.param({}, {"commissioner": OTHER_COUNCIL}, "placement_not_released", id="not released"),
        pytest.param(RELEASED, {"commissioner": SCHOOL}, "placement_not_released", id="released to another"),
        pytest.param({}, {"starts_on": TODAY}, "successor_not_ahead", id="from today"),
        pytest.param({"starts_on": date(2026, 12, 8)}, {}, "successor_outside_placement", id="from its first day"),
        pytest.param({"ends_on": date(2026, 12, 7)}, {}, "successor_outside_placement", id="after it has ended"),
        pytest.param({"ends_on": date(2027, 2, 11)}, {}, "successor_outside_placement", id="ending later than it"),
        pytest.param({}, {"ends_on": date(2026, 12, 7)}, "successor_outside_placement", id="ending before it begins"),
    ],
)
def test_who_may_take_over(before: dict[str, Any], after: dict[str, Any], code: str) -> None:
    assert code_of(may_succeed(replace(BEFORE, **before), replace(AFTER, **after), TODAY)) == code


@pytest.mark.parametrize(
    ("to", "sees", "code"),
    [
        pytest.param(OTHER_COUNCIL, True, "", id="one that sees it today"),
        pytest.param(OTHER_COUNCIL, False, "release_to_one_who_sees_nothing", id="one that does not"),
        pytest.param(COUNCIL, True, "release_to_no_other", id="the present commissioner"),
        pytest.param(PROVIDER, True, "release_to_no_other", id="the provider"),
    ],
)
def test_to_whom_it_is_released(to: UUID, sees: bool, code: str) -> None:
    assert code_of(may_release(present=COUNCIL, to=to, provider=PROVIDER, to_sees_it=sees)) == code


@pytest.mark.parametrize(("succeeded", "code"), [(False, ""), (True, "placement_succeeded")])
def test_what_was_taken_over_ends_no_later(succeeded: bool, code: str) -> None:
    assert code_of(may_end_later(succeeded=succeeded)) == code
