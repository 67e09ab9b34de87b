"""Two full terms after a move, for calendars of every shape."""

import itertools
from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.rules.calendars import HalfTerm, SchoolCalendar, Term
from app.rules.sustained_checks import (
    CheckRecord,
    CheckState,
    Finding,
    check_due_on,
    check_state,
    check_windows,
    may_record_finding,
)
from app.rules.verdict import Refused
from tests.rules.published_calendars import AWKWARD, PORTSMOUTH, STAFFORDSHIRE

AUTUMN_26 = (
    HalfTerm(Term.AUTUMN, 1, date(2026, 9, 1), date(2026, 10, 23)),
    HalfTerm(Term.AUTUMN, 2, date(2026, 11, 2), date(2026, 12, 18)),
)
TWO_YEARS = SchoolCalendar((*AWKWARD.half_terms, *AUTUMN_26), AWKWARD.closures)
SUMMER_ENDS, SPRING_ENDS, AUTUMN_ENDS = date(2026, 7, 21), date(2026, 4, 2), date(2026, 12, 18)


@pytest.mark.parametrize(
    ("moved_on", "due_on"),
    [
        pytest.param(
            date(2025, 8, 20), SPRING_ENDS, id="in the summer holidays: autumn and spring, to Maundy Thursday"
        ),
        pytest.param(date(2025, 9, 1), SPRING_ENDS, id="on the first day of the autumn term"),
        pytest.param(date(2025, 9, 2), SUMMER_ENDS, id="a day later the autumn term is not full any more"),
        pytest.param(date(2025, 12, 20), SUMMER_ENDS, id="in the Christmas holidays"),
        pytest.param(date(2026, 1, 5), SUMMER_ENDS, id="on the first day of the spring term"),
        pytest.param(date(2026, 1, 6), AUTUMN_ENDS, id="early in the spring term: summer and next autumn"),
        pytest.param(date(2026, 4, 20), AUTUMN_ENDS, id="on a summer term's first days, on which it was closed"),
        pytest.param(date(2026, 6, 1), AUTUMN_ENDS, id="on the summer term's first open day"),
        pytest.param(date(2026, 6, 2), None, id="later in the summer term: the second term is not published"),
        pytest.param(date(2026, 12, 19), None, id="after everything published"),
    ],
)
def test_the_check_is_due_at_the_end_of_the_second_full_term(moved_on: date, due_on: date | None) -> None:
    assert check_due_on(TWO_YEARS, moved_on) == due_on


@pytest.mark.parametrize(
    ("half_terms", "due_on"),
    [
        pytest.param(TWO_YEARS.half_terms[:4], SPRING_ENDS, id="two whole terms"),
        pytest.param(TWO_YEARS.half_terms[:3], None, id="the second half of the second term is not published"),
        pytest.param(
            (*TWO_YEARS.half_terms[:3], *TWO_YEARS.half_terms[4:6]), date(2026, 2, 13), id="a term without halves"
        ),
        pytest.param((*TWO_YEARS.half_terms[:2], *TWO_YEARS.half_terms[4:6]), None, id="the spring term is missing"),
        pytest.param((), None, id="nothing published"),
        pytest.param((HalfTerm(Term.AUTUMN, 1, date(2025, 9, 6), date(2025, 9, 7)),), None, id="a weekend alone"),
    ],
)
def test_terms_count_when_they_are_published_whole(half_terms: tuple[HalfTerm, ...], due_on: date | None) -> None:
    assert check_due_on(SchoolCalendar(half_terms, AWKWARD.closures), date(2025, 8, 20)) == due_on


def test_a_term_published_from_its_second_half_on_counts_as_begun() -> None:
    late = SchoolCalendar(TWO_YEARS.half_terms[1:6], AWKWARD.closures)
    assert check_due_on(late, date(2025, 10, 1)) == SUMMER_ENDS


@pytest.mark.parametrize("calendar", [TWO_YEARS, STAFFORDSHIRE, PORTSMOUTH])
def test_once_known_a_due_day_stays_as_a_calendar_grows(calendar: SchoolCalendar) -> None:
    known: dict[date, date] = {}
    for length in range(1, len(calendar.half_terms) + 1):
        grown = replace(calendar, half_terms=calendar.half_terms[:length])
        first = calendar.half_terms[0].first
        for moved_on in (first + timedelta(days=n) for n in range(0, 400, 3)):
            due_on = check_due_on(grown, moved_on)
            assert known.get(moved_on, due_on) == due_on
            if due_on is not None:
                known[moved_on] = due_on
    windows = check_windows(calendar)
    assert all(a.last < b.first for a, b in itertools.pairwise(windows))


DUE = date(2026, 7, 21)


@pytest.mark.parametrize(
    ("record", "due_on", "today", "state"),
    [
        pytest.param(CheckRecord.OPEN, None, DUE, CheckState.SCHEDULED, id="no day known"),
        pytest.param(CheckRecord.OPEN, DUE, date(2026, 7, 20), CheckState.SCHEDULED, id="the day before"),
        pytest.param(CheckRecord.OPEN, DUE, DUE, CheckState.DUE, id="on the day"),
        pytest.param(CheckRecord.OPEN, DUE, date(2026, 8, 18), CheckState.DUE, id="four weeks later"),
        pytest.param(CheckRecord.OPEN, DUE, date(2026, 8, 19), CheckState.OVERDUE, id="and a day"),
        pytest.param(CheckRecord.DONE, DUE, date(2027, 1, 1), CheckState.DONE, id="done stays done"),
        pytest.param(CheckRecord.VOID, None, DUE, CheckState.VOID, id="void stays void"),
    ],
)
def test_what_a_check_is_today(record: CheckRecord, due_on: date | None, today: date, state: CheckState) -> None:
    assert check_state(record, due_on, today) is state


@pytest.mark.parametrize(
    ("finding", "due_on", "today", "corrects", "reasoned", "code"),
    [
        pytest.param(Finding.SUSTAINED, DUE, DUE, False, False, "", id="on the day"),
        pytest.param(Finding.SUSTAINED, DUE, date(2026, 7, 20), False, False, "check_not_due", id="the day before"),
        pytest.param(Finding.NOT_KNOWN, None, DUE, False, False, "check_not_due", id="no day known"),
        pytest.param(Finding.NOT_SUSTAINED, None, date(2026, 1, 9), False, False, "", id="known at once"),
        pytest.param(Finding.NOT_SUSTAINED, DUE, DUE, True, False, "correction_without_reason", id="without reason"),
        pytest.param(Finding.SUSTAINED, DUE, DUE, True, True, "", id="a correction with its reason"),
    ],
)
def test_when_a_finding_may_be_recorded(
    finding: Finding, due_on: date | None, today: date, corrects: bool, reasoned: bool, code: str
) -> None:
    verdict = may_record_finding(finding, due_on, today, corrects=corrects, reasoned=reasoned)
    assert (verdict.code if isinstance(verdict, Refused) else "") == code
