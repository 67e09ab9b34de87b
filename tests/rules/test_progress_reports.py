"""One progress report for each placement and term."""

from datetime import date

import pytest

from app.rules.calendars import Term
from app.rules.progress_reports import (
    ReportState,
    ReportTerm,
    due_on,
    is_late,
    may_begin_report,
    may_edit,
    may_submit,
    terms_of_placement,
)
from app.rules.verdict import Refused
from tests.rules.published_calendars import AWKWARD, STAFFORDSHIRE

AUTUMN, SPRING, SUMMER = (ReportTerm("2025-26", term) for term in Term)


@pytest.mark.parametrize(
    ("first", "last", "terms"),
    [
        pytest.param(date(2025, 9, 8), date(2026, 7, 21), (AUTUMN, SPRING, SUMMER), id="a year has three"),
        pytest.param(date(2025, 9, 8), date(2025, 11, 4), (AUTUMN,), id="two halves are one term"),
        pytest.param(date(2025, 12, 18), date(2026, 1, 5), (AUTUMN, SPRING), id="one day of a term is enough"),
        pytest.param(date(2025, 12, 19), date(2026, 1, 5), (SPRING,), id="an INSET day is not"),
        pytest.param(date(2026, 4, 20), date(2026, 5, 20), (), id="nor is a half-term closed throughout"),
    ],
)
def test_the_terms_that_a_placement_owes(first: date, last: date, terms: tuple[ReportTerm, ...]) -> None:
    assert terms_of_placement(AWKWARD, first, last) == terms


def test_the_same_term_of_two_years_is_two_terms() -> None:
    terms = terms_of_placement(STAFFORDSHIRE, date(2025, 9, 3), date(2026, 9, 30))
    assert terms == (AUTUMN, SPRING, SUMMER, ReportTerm("2026-27", Term.AUTUMN))


@pytest.mark.parametrize(
    ("term", "begun", "code"),
    [
        pytest.param(AUTUMN, (), "", id="a term that is owed"),
        pytest.param(SPRING, (AUTUMN,), "", id="the next term"),
        pytest.param(AUTUMN, (AUTUMN,), "report_exists", id="a term that has its report"),
        pytest.param(SUMMER, (), "term_not_in_placement", id="a term that is not owed"),
    ],
)
def test_which_report_may_be_begun(term: ReportTerm, begun: tuple[ReportTerm, ...], code: str) -> None:
    verdict = may_begin_report(term, (AUTUMN, SPRING), begun)
    assert (verdict.code if isinstance(verdict, Refused) else "") == code


@pytest.mark.parametrize(
    ("state", "editable"), [("draft", True), ("returned", True), ("submitted", False), ("accepted", False)]
)
def test_only_a_draft_or_a_returned_report_is_changed(state: str, editable: bool) -> None:
    assert bool(may_edit(ReportState(state))) is editable


@pytest.mark.parametrize(
    ("term", "last", "day"),
    [
        pytest.param(AUTUMN, date(2026, 7, 21), date(2025, 12, 18), id="on the term's last open pupil day"),
        pytest.param(AUTUMN, date(2025, 11, 12), date(2025, 11, 12), id="earlier where the placement ends earlier"),
        pytest.param(SPRING, date(2025, 11, 12), None, id="never in a term without it"),
    ],
)
def test_when_a_report_is_due(term: ReportTerm, last: date, day: date | None) -> None:
    assert due_on(AWKWARD, date(2025, 9, 8), last, term) == day


@pytest.mark.parametrize(("owed", "may"), [(True, True), (False, False)])
def test_a_report_is_handed_in_while_its_term_is_in_the_placement(owed: bool, may: bool) -> None:
    assert bool(may_submit(owed=owed)) is may


@pytest.mark.parametrize(("day", "late"), [(17, False), (18, False), (19, True)])
def test_a_report_is_late_from_the_day_after_its_own(day: int, late: bool) -> None:
    assert is_late(date(2025, 12, 18), date(2025, 12, day)) is late


def test_terms_follow_one_another() -> None:
    assert SUMMER.position < ReportTerm("2026-27", Term.AUTUMN).position
    assert sorted((SUMMER, AUTUMN, SPRING), key=lambda each: each.position) == [AUTUMN, SPRING, SUMMER]
