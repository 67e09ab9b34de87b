"""The weeks, half-terms and terms that a placement covers."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from app.rules.calendars import SchoolCalendar
from app.rules.spans import Span, half_terms_covered, terms_covered, weeks_covered
from tests.rules.published_calendars import AWKWARD

Cover = Callable[[SchoolCalendar, date, date], Iterator[Span]]


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("cover", "starts_on", "ends_on", "spans"),
    [
        pytest.param(
            weeks_covered,
            "2025-10-15",
            "2025-11-04",
            [
                "2025-10-15 2025-10-19 2025-10-17",
                "2025-10-20 2025-10-26 2025-10-22",
                "2025-11-03 2025-11-04 2025-11-04",
            ],
            id="weeks begin and end with the placement, and the holiday has none",
        ),
        pytest.param(
            weeks_covered, "2026-04-20", "2026-04-24", [], id="a week that is closed throughout asks for nothing"
        ),
        pytest.param(
            weeks_covered,
            "2026-07-20",
            "2026-07-21",
            ["2026-07-20 2026-07-21 2026-07-21"],
            id="a week is due on its last open day, not on its Friday",
        ),
        pytest.param(
            half_terms_covered,
            "2025-10-15",
            "2026-01-09",
            [
                "2025-10-15 2025-11-02 2025-10-22",
                "2025-11-03 2026-01-04 2025-12-18",
                "2026-01-05 2026-01-09 2026-01-09",
            ],
            id="half-terms last until the next, and are due on their last open day",
        ),
        pytest.param(
            half_terms_covered,
            "2025-08-20",
            "2025-10-01",
            ["2025-08-20 2025-10-01 2025-10-01"],
            id="the days before the first half-term belong to it",
        ),
        pytest.param(half_terms_covered, "2025-10-23", "2025-11-02", [], id="the holidays alone are no half-term"),
        pytest.param(
            half_terms_covered,
            "2026-03-02",
            "2026-07-21",
            ["2026-03-02 2026-05-31 2026-04-02", "2026-06-01 2026-07-21 2026-07-21"],
            id="a half-term that is closed throughout asks for nothing",
        ),
        pytest.param(
            terms_covered,
            "2025-10-15",
            "2026-07-21",
            [
                "2025-10-15 2026-01-04 2025-12-18",
                "2026-01-05 2026-05-31 2026-04-02",
                "2026-06-01 2026-07-21 2026-07-21",
            ],
            id="terms are due at the end of their second half",
        ),
    ],
)
def test_the_spans_that_a_placement_covers(cover: Cover, starts_on: str, ends_on: str, spans: list[str]) -> None:
    found = [f"{each.first} {each.last} {each.due_on}" for each in cover(AWKWARD, day(starts_on), day(ends_on))]
    assert found == spans


def test_terms_of_one_name_in_two_years_are_two() -> None:
    half_terms = AWKWARD.half_terms
    later: Any = [
        type(each)(each.term, each.half, each.first.replace(year=2026), each.last.replace(year=2026))
        for each in half_terms[:2]
    ]
    calendar = SchoolCalendar((*half_terms[:2], *later))
    assert len(list(terms_covered(calendar, day("2025-09-01"), day("2026-12-18")))) == 2
