"""Whom a council may look at, and who may begin which assessment."""

import pytest

from app.rules.lot_applications import ApplicationState
from app.rules.oversight import Oversight, may_oversee
from app.rules.toolkit import ToolkitUse
from app.rules.toolkit_uses import BEGUN_BY, AssessorRole, may_assess_application, may_begin
from app.rules.verdict import Refused

NONE, AWARDED, REGISTERED = Oversight(False, False), Oversight(False, True), Oversight(True, False)


@pytest.mark.parametrize(
    ("oversight", "code"),
    [
        pytest.param(AWARDED, "", id="a provider of its frameworks"),
        pytest.param(REGISTERED, "", id="a provider that it registered"),
        pytest.param(NONE, "provider_not_on_framework", id="no other"),
    ],
)
def test_whom_a_council_oversees(oversight: Oversight, code: str) -> None:
    verdict = may_oversee(oversight)
    assert (verdict.code if isinstance(verdict, Refused) else "") == code


@pytest.mark.parametrize("use", ToolkitUse)
@pytest.mark.parametrize("role", AssessorRole)
def test_a_use_is_begun_by_those_it_is_for(use: ToolkitUse, role: AssessorRole) -> None:
    verdict = may_begin(use, role, AWARDED)
    assert bool(verdict) is (role in BEGUN_BY[use])
    if isinstance(verdict, Refused):
        assert verdict.next_steps["may_be_begun_by"] == sorted(BEGUN_BY[use])


def test_a_council_begins_none_of_a_provider_that_it_does_not_oversee() -> None:
    assert not may_begin(ToolkitUse.COUNCIL_QUALITY_ASSURANCE, AssessorRole.COUNCIL, NONE)


def test_a_council_may_assess_an_applicant_that_it_does_not_oversee() -> None:
    assert may_begin(ToolkitUse.READINESS_OF_PROSPECTIVE_PROVIDER, AssessorRole.COUNCIL, NONE, applies=True)


@pytest.mark.parametrize(
    ("use", "state", "code"),
    [
        pytest.param("readiness_of_prospective_provider", "submitted", "", id="one that is submitted"),
        pytest.param("readiness_of_prospective_provider", "under_evaluation", "", id="one that is evaluated"),
        pytest.param("readiness_of_prospective_provider", "awarded", "application_not_open", id="none that is decided"),
        pytest.param("readiness_of_prospective_provider", "withdrawn", "application_not_open", id="or withdrawn"),
        pytest.param("self_evaluation", "submitted", "application_for_readiness_only", id="for no other use"),
    ],
)
def test_readiness_is_assessed_for_an_open_application(use: str, state: str, code: str) -> None:
    verdict = may_assess_application(ToolkitUse(use), ApplicationState(state))
    assert (verdict.code if isinstance(verdict, Refused) else "") == code
