"""What a placement needs, and what it is on a day."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from app.rules.calendars import SchoolCalendar
from app.rules.placements import (
    PLACEMENTS,
    PlacementState,
    PlacementStatus,
    check_planned_end,
    may_be_accepted,
    may_be_placed,
    may_sub_commission,
    placement_status,
)
from app.rules.verdict import Refused
from tests.rules.published_calendars import AWKWARD

FIRST, LAST = date(2025, 9, 8), date(2025, 12, 18)


@pytest.mark.parametrize(
    ("state", "today", "status"),
    [
        pytest.param("proposed", FIRST, "proposed", id="proposed, whatever the day"),
        pytest.param("declined", FIRST, "declined", id="declined, whatever the day"),
        pytest.param("withdrawn", FIRST, "withdrawn", id="withdrawn, whatever the day"),
        pytest.param("accepted", date(2025, 9, 7), "upcoming", id="upcoming the day before"),
        pytest.param("accepted", FIRST, "active", id="active on its first day"),
        pytest.param("accepted", LAST, "active", id="active on its last day"),
        pytest.param("accepted", date(2025, 12, 19), "ended", id="ended the day after"),
    ],
)
def test_the_status_of_a_placement(state: str, today: date, status: str) -> None:
    assert placement_status(PlacementState(state), FIRST, LAST, today) is PlacementStatus(status)


SOUND: dict[str, Any] = {
    "commissioner": UUID(int=1),
    "provider": UUID(int=2),
    "starts_on": FIRST,
    "planned_end_on": LAST,
    "objectives": ["Back to lessons in mathematics."],
    "next_step": "Return to the host school.",
}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({}, "", id="is sound"),
        pytest.param({"provider": UUID(int=1)}, "commissioner_is_provider", id="commissioned from itself"),
        pytest.param({"objectives": []}, "objective_missing", id="without an objective"),
        pytest.param({"objectives": [" "]}, "objective_missing", id="with an empty objective"),
        pytest.param({"next_step": " "}, "next_step_missing", id="without a next step"),
        pytest.param({"starts_on": date(2025, 12, 19)}, "placement_backwards", id="that ends before it starts"),
        pytest.param({"planned_end_on": date(2029, 1, 1)}, "placement_too_long", id="of more than three years"),
        pytest.param(
            {"starts_on": date(2025, 10, 27), "planned_end_on": date(2025, 10, 31), "planned_end_agreed": True},
            "no_pupil_day_in_placement",
            id="in the holidays only",
        ),
        pytest.param(
            {"planned_end_on": date(2025, 12, 12)}, "planned_end_not_half_term_end", id="with an end of its own"
        ),
        pytest.param(
            {"planned_end_on": date(2025, 12, 12), "planned_end_agreed": True}, "", id="with an end both agree to"
        ),
        pytest.param({"starts_on": LAST}, "", id="of a single day"),
    ],
)
def test_a_placement(changes: dict[str, Any], code: str) -> None:
    verdict = may_be_placed(AWKWARD, **(SOUND | changes))
    assert (verdict.code if isinstance(verdict, Refused) else "") == code


@pytest.mark.parametrize(
    ("calendar", "end", "steps"),
    [
        pytest.param(
            AWKWARD,
            date(2026, 1, 7),
            {"next_lawful_dates": ["2026-02-13", "2026-04-02", "2026-07-21"]},
            id="names the next lawful ends",
        ),
        pytest.param(
            SchoolCalendar(()),
            LAST,
            {
                "next_lawful_dates": [],
                "note": "No half-term has been published in the placement's calendar.",
            },
            id="says so when none is published",
        ),
    ],
)
def test_a_refused_end(calendar: SchoolCalendar, end: date, steps: dict[str, Any]) -> None:
    verdict = check_planned_end(calendar, FIRST, end)
    assert isinstance(verdict, Refused)
    assert verdict.next_steps == steps


def test_a_placement_is_accepted_until_its_last_day() -> None:
    assert may_be_accepted(LAST, LAST)
    refused = may_be_accepted(LAST, date(2025, 12, 19))
    assert isinstance(refused, Refused)
    assert refused.code == "placement_is_over"


@pytest.mark.parametrize(
    ("own_pupil", "placed", "allowed"),
    [
        pytest.param(False, [(FIRST, LAST)], True, id="for a child that is placed with it"),
        pytest.param(True, [], True, id="for a child that it registered"),
        pytest.param(False, [], False, id="not for a child that it only knows of"),
        pytest.param(False, [(date(2025, 1, 6), date(2025, 9, 7))], False, id="not for one that has left"),
        pytest.param(False, [(date(2025, 9, 9), LAST)], False, id="not for one that comes later"),
    ],
)
def test_a_provider_places_with_another(own_pupil: bool, placed: list[tuple[date, date]], allowed: bool) -> None:
    verdict = may_sub_commission(own_pupil=own_pupil, placed_with_it=placed, starts_on=FIRST)
    assert bool(verdict) is allowed
    assert allowed or (isinstance(verdict, Refused) and verdict.code == "not_placed_with_commissioner")


def test_only_an_accepted_placement_is_called_off_and_nobody_does_so_alone() -> None:
    assert PLACEMENTS.states_for("call_off") == (PlacementState.ACCEPTED,)
    assert PLACEMENTS.verbs_of_callers(PlacementState.ACCEPTED) == ("release",)
