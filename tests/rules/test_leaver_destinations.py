"""Where a pupil went after year 11."""

from datetime import date

import pytest

from app.rules.leaver_destinations import (
    LEAVERS_NOT_TO_BE_CHECKED,
    LeaverDestination,
    LeaverDestinationState,
    leaver_destination_state,
    leaver_needs_check,
    leaver_warnings,
    may_record_leaver,
    year_11_of,
)
from app.rules.placements import PlacementState
from app.rules.verdict import Refused

SEPTEMBER = date(2027, 9, 6)
ACCEPTED = PlacementState.ACCEPTED


@pytest.mark.parametrize(
    ("state", "destination", "from_on", "named", "code"),
    [
        pytest.param(ACCEPTED, LeaverDestination.SIXTH_FORM, SEPTEMBER, True, "", id="a sixth form from a day on"),
        pytest.param(ACCEPTED, LeaverDestination.SIXTH_FORM, None, True, "first_day_missing", id="from no day"),
        pytest.param(ACCEPTED, LeaverDestination.UNKNOWN, None, False, "", id="unknown"),
        pytest.param(ACCEPTED, LeaverDestination.UNKNOWN, None, True, "destination_has_no_provider", id="but named"),
        pytest.param(
            PlacementState.PROPOSED, LeaverDestination.UNKNOWN, None, False, "placement_not_accepted", id="a proposal"
        ),
    ],
)
def test_a_leavers_destination_agrees_with_itself(
    state: PlacementState, destination: LeaverDestination, from_on: date | None, named: bool, code: str
) -> None:
    verdict = may_record_leaver(state, destination, from_on, names_provider=named)
    assert (verdict.code if isinstance(verdict, Refused) else "") == code


@pytest.mark.parametrize(
    ("born", "year"),
    [(date(2011, 9, 1), "2027-28"), (date(2011, 8, 31), "2026-27"), (date(2083, 9, 1), "2099-00")],
)
def test_year_11_begins_in_the_september_at_the_age_of_15(born: date, year: str) -> None:
    assert year_11_of(born) == year


def test_a_first_day_long_before_year_11_is_a_warning() -> None:
    born = date(2011, 3, 4)
    assert leaver_warnings(born, date(2026, 7, 1)) == ("before_year_11",)
    assert leaver_warnings(born, date(2027, 6, 28)) == ()
    assert leaver_warnings(born, None) == ()


@pytest.mark.parametrize("destination", LeaverDestination)
def test_only_what_can_be_sustained_is_checked(destination: LeaverDestination) -> None:
    assert leaver_needs_check(destination) == (destination not in LEAVERS_NOT_TO_BE_CHECKED)


def test_a_correction_supersedes() -> None:
    assert leaver_destination_state(superseded=True) is LeaverDestinationState.SUPERSEDED
    assert leaver_destination_state(superseded=False) is LeaverDestinationState.STANDING
