"""Who observes teaching, when, and what a term still wants."""

from datetime import date
from typing import Any

import pytest

from app.rules.agreements import PartyRole
from app.rules.calendars import Closure, HalfTerm, SchoolCalendar, Term
from app.rules.placements import PlacementState
from app.rules.teaching_observations import (
    OBSERVATIONS,
    ObservationState,
    ObserverRole,
    TermStanding,
    may_observe,
    observer_role,
    term_days,
    term_standing,
)
from app.rules.verdict import Refused

TODAY = date(2026, 11, 24)
AUTUMN = (
    HalfTerm(Term.AUTUMN, 1, date(2026, 9, 3), date(2026, 9, 4)),
    HalfTerm(Term.AUTUMN, 2, date(2026, 11, 2), date(2026, 11, 27)),
)
CLOSED = HalfTerm(Term.SPRING, 1, date(2027, 1, 4), date(2027, 1, 4))
CALENDAR = SchoolCalendar((*AUTUMN, CLOSED), (Closure(date(2027, 1, 4), "INSET"),))


@pytest.mark.parametrize(
    ("role", "frameworks_council", "observer"),
    [
        pytest.param(PartyRole.COMMISSIONER, False, ObserverRole.COMMISSIONER, id="the commissioner"),
        pytest.param(PartyRole.COMMISSIONER, True, ObserverRole.COMMISSIONER, id="a commissioner that also watches"),
        pytest.param(PartyRole.HOST_SCHOOL, False, ObserverRole.HOST_SCHOOL, id="the host school"),
        pytest.param(None, True, ObserverRole.COUNCIL, id="the council of the framework"),
        pytest.param(PartyRole.PROVIDER, False, None, id="the provider itself"),
        pytest.param(None, False, None, id="one who only sees it"),
    ],
)
def test_who_observes(role: PartyRole | None, frameworks_council: bool, observer: ObserverRole | None) -> None:
    found = observer_role(role, frameworks_council=frameworks_council)
    assert (found.code if isinstance(found, Refused) else found) == (observer or "wrong_party")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({}, None, id="today"),
        pytest.param({"observed_on": date(2026, 11, 2)}, None, id="the first day"),
        pytest.param({"ends_on": TODAY}, None, id="the last day"),
        pytest.param({"state": PlacementState.PROPOSED}, "placement_not_accepted", id="a proposal"),
        pytest.param({"observed_on": date(2026, 11, 25)}, "observation_in_future", id="tomorrow"),
        pytest.param({"starts_on": date(2026, 11, 25)}, "observation_outside_placement", id="before it began"),
        pytest.param({"ends_on": date(2026, 11, 23)}, "observation_outside_placement", id="after it ended"),
        pytest.param(
            {"observed_on": date(2026, 10, 28), "starts_on": date(2026, 9, 3)},
            "observation_in_holidays",
            id="half-term",
        ),
    ],
)
def test_when_teaching_is_observed(changes: dict[str, Any], code: str | None) -> None:
    asked: dict[str, Any] = {
        "state": PlacementState.ACCEPTED,
        "observed_on": TODAY,
        "starts_on": date(2026, 11, 2),
        "ends_on": date(2026, 12, 18),
    } | changes
    verdict = may_observe(asked.pop("state"), CALENDAR, **asked, today=TODAY)
    assert (verdict.code if isinstance(verdict, Refused) else None) == code


def test_both_halves_are_one_term_and_one_that_is_closed_throughout_is_none() -> None:
    [autumn] = term_days(CALENDAR)
    assert (autumn.school_year, autumn.term, len(autumn.days)) == ("2026-27", Term.AUTUMN, 22)
    assert (autumn.days[0], autumn.days[-1]) == (date(2026, 9, 3), date(2026, 11, 27))


@pytest.mark.parametrize(
    ("due_on", "observed", "standing"),
    [
        pytest.param(date(2026, 11, 1), True, TermStanding.OBSERVED, id="observed, however late"),
        pytest.param(date(2026, 11, 23), False, TermStanding.OVERDUE, id="yesterday"),
        pytest.param(TODAY, False, TermStanding.DUE_SOON, id="today"),
        pytest.param(date(2026, 12, 8), False, TermStanding.DUE_SOON, id="in two weeks"),
        pytest.param(date(2026, 12, 9), False, TermStanding.DUE, id="a day later"),
    ],
)
def test_where_a_term_stands(due_on: date, observed: bool, standing: TermStanding) -> None:
    assert term_standing(due_on, TODAY, observed=observed) is standing


@pytest.mark.parametrize(
    ("state", "verbs"),
    [
        (ObservationState.DRAFT, ("write", "share", "withdraw")),
        (ObservationState.SHARED, ("comment", "withdraw")),
        (ObservationState.WITHDRAWN, ()),
    ],
)
def test_what_may_follow(state: ObservationState, verbs: tuple[str, ...]) -> None:
    assert OBSERVATIONS.verbs_from(state) == verbs
