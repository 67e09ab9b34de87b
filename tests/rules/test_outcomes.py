"""How a placement came out."""

from datetime import date

import pytest

from app.rules.outcomes import (
    OUTCOMES,
    Destination,
    OutcomeState,
    fits_destination,
    fits_objectives,
    may_record_outcome,
    moved_on,
    needs_check,
    outcome_state,
)
from app.rules.placements import PlacementState
from app.rules.verdict import Refused

ENDS, STARTS = date(2026, 12, 18), date(2026, 11, 2)


@pytest.mark.parametrize(
    ("state", "today", "code"),
    [
        pytest.param(PlacementState.ACCEPTED, date(2026, 11, 20), "", id="four weeks before the end"),
        pytest.param(PlacementState.ACCEPTED, date(2026, 11, 19), "outcome_too_early", id="a day too early"),
        pytest.param(PlacementState.ACCEPTED, date(2030, 1, 1), "", id="long after the end"),
        pytest.param(PlacementState.PROPOSED, date(2026, 12, 19), "placement_not_accepted", id="only proposed"),
    ],
)
def test_when_an_outcome_may_be_recorded(state: PlacementState, today: date, code: str) -> None:
    verdict = may_record_outcome(state, ENDS, today)
    assert (verdict.code if isinstance(verdict, Refused) else "") == code


def test_the_move_is_on_the_first_day_at_the_destination_or_the_day_after_the_placement() -> None:
    assert moved_on(ENDS, date(2027, 1, 4)) == date(2027, 1, 4)
    assert moved_on(ENDS, None) == date(2026, 12, 19)


HOST = Destination.RETURNED_TO_MAINSTREAM_HOST_SCHOOL
OTHER = Destination.OTHER_MAINSTREAM_SCHOOL


@pytest.mark.parametrize(
    ("destination", "named", "is_host", "has_host", "from_on", "code"),
    [
        pytest.param(Destination.UNKNOWN, False, None, True, None, "", id="unknown, and nobody named"),
        pytest.param(Destination.CUSTODY, True, None, True, None, "destination_has_no_organisation", id="named"),
        pytest.param(HOST, False, None, True, None, "", id="a return needs no name"),
        pytest.param(HOST, True, True, True, None, "", id="a return to the host school by its id"),
        pytest.param(HOST, True, False, True, None, "not_the_host_school", id="a return elsewhere"),
        pytest.param(HOST, True, None, True, None, "not_the_host_school", id="a return to a school in words"),
        pytest.param(HOST, False, None, False, None, "no_host_school", id="a return of a child on no roll"),
        pytest.param(OTHER, True, True, True, None, "is_the_host_school", id="another school that is the host school"),
        pytest.param(OTHER, True, False, True, None, "", id="another school"),
        pytest.param(Destination.PRU, True, True, True, None, "", id="a PRU on whose roll the child is"),
        pytest.param(OTHER, True, False, True, date(2026, 11, 1), "moved_before_start", id="before the placement"),
        pytest.param(OTHER, True, False, True, STARTS, "", id="from its first day, part of the week each"),
    ],
)
def test_a_destination_agrees_with_itself(
    destination: Destination, named: bool, is_host: bool | None, has_host: bool, from_on: date | None, code: str
) -> None:
    verdict = fits_destination(
        destination,
        names_organisation=named,
        is_host_school=is_host,
        has_host_school=has_host,
        starts_on=STARTS,
        from_on=from_on,
    )
    assert (verdict.code if isinstance(verdict, Refused) else "") == code


@pytest.mark.parametrize(
    ("numbers", "faults"),
    [
        pytest.param([1, 2], [], id="each once"),
        pytest.param([2, 1], [], id="in any order"),
        pytest.param([1], [(-1, "objective_missing")], id="one is missing"),
        pytest.param([1, 2, 2], [(2, "repeated")], id="one twice"),
        pytest.param([0, 1, 2, 3], [(0, "objective_unknown"), (3, "objective_unknown")], id="ones there are not"),
    ],
)
def test_results_name_each_objective_once(numbers: list[int], faults: list[tuple[int, str]]) -> None:
    assert [(at, fault.code) for at, fault in fits_objectives(numbers, 2)] == faults


@pytest.mark.parametrize("destination", Destination)
def test_only_what_can_be_sustained_is_checked(destination: Destination) -> None:
    never = {"unknown", "no_destination", "custody", "moved_away"}
    assert needs_check(destination) == (destination.value not in never)


def test_a_superseded_outcome_is_not_corrected() -> None:
    assert OUTCOMES.move(outcome_state(superseded=False), "correct", "commissioner") is OutcomeState.SUPERSEDED
    for state, by, code in (
        (outcome_state(superseded=True), "commissioner", "wrong_state"),
        (OutcomeState.STANDING, "host_school", "wrong_party"),
    ):
        refusal = OUTCOMES.move(state, "correct", by)
        assert isinstance(refusal, Refused)
        assert refusal.code == code
