"""Where the report of each term stands today."""

from datetime import date
from uuid import UUID

import pytest

from app.rules.calendars import Term
from app.rules.clocks import ClockState
from app.rules.placement_clocks import Placed
from app.rules.progress_reports import ReportState, ReportTerm
from app.rules.progress_reports_due import (
    Begun,
    ReportDueState,
    TermOwed,
    report_clocks,
    report_due_state,
    reports_owed,
    terms_owed,
)
from tests.rules.published_calendars import AWKWARD

AUTUMN = ReportTerm("2025-26", Term.AUTUMN)
OWED = TermOwed(AUTUMN, date(2025, 9, 8), date(2025, 12, 18))
PLACED = Placed(
    "/v1/placements/x", accepted=True, starts_on=OWED.from_on, ends_on=OWED.due_on, full_time=True, by_school=False
)


def begun(state: str, *, late: bool = False) -> Begun:
    return Begun(UUID(int=1), ReportState(state), date(2025, 12, 1) if state != "draft" else None, late)


def test_a_placement_owes_a_report_for_each_term_from_its_first_day_in_it() -> None:
    found = list(terms_owed(AWKWARD, date(2025, 9, 8), date(2026, 1, 5)))
    assert [(each.term.term, each.from_on, each.due_on) for each in found] == [
        (Term.AUTUMN, date(2025, 9, 8), date(2025, 12, 18)),
        (Term.SPRING, date(2026, 1, 5), date(2026, 1, 5)),
    ]


@pytest.mark.parametrize(
    ("report", "today", "state"),
    [
        pytest.param(None, date(2025, 9, 7), "upcoming", id="before the term"),
        pytest.param(None, date(2025, 9, 8), "due", id="on its first day"),
        pytest.param(None, date(2025, 12, 3), "due", id="fifteen days before"),
        pytest.param(None, date(2025, 12, 4), "due_soon", id="fourteen days before"),
        pytest.param(None, date(2025, 12, 18), "due_soon", id="on the day"),
        pytest.param(None, date(2025, 12, 19), "overdue", id="the day after"),
        pytest.param(begun("draft"), date(2025, 12, 19), "overdue", id="a draft is nothing yet"),
        pytest.param(begun("returned"), date(2025, 12, 17), "due_soon", id="returned in time"),
        pytest.param(begun("returned"), date(2025, 12, 19), "overdue", id="returned, and the day has passed"),
        pytest.param(begun("submitted"), date(2025, 12, 19), "received", id="handed in"),
        pytest.param(begun("accepted"), date(2026, 5, 1), "received", id="accepted"),
        pytest.param(begun("submitted", late=True), date(2025, 12, 20), "received_late", id="handed in late"),
    ],
)
def test_where_a_report_stands(report: Begun | None, today: date, state: str) -> None:
    assert report_due_state(OWED, report, today) is ReportDueState(state)


@pytest.mark.parametrize(
    ("report", "today", "state", "done_on"),
    [
        pytest.param(None, date(2025, 12, 3), "upcoming", None, id="not yet"),
        pytest.param(None, date(2025, 12, 4), "due", None, id="due"),
        pytest.param(begun("returned"), date(2025, 12, 19), "overdue", None, id="overdue"),
        pytest.param(begun("submitted"), date(2025, 12, 19), "done", date(2025, 12, 1), id="done"),
    ],
)
def test_the_clock_of_a_report(report: Begun | None, today: date, state: str, done_on: date | None) -> None:
    owed = reports_owed([OWED], {AUTUMN: report} if report else {}, today)
    clocks = list(report_clocks(PLACED, owed, today))
    assert [(c.state, c.done_on, c.subject) for c in clocks] == [
        (ClockState(state), done_on, "/v1/placements/x/progress-reports-due")
    ]
