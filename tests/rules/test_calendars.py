"""School calendars, against published term dates and every awkward shape."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from app.rules.calendars import (
    MOST_CLOSURES,
    MOST_HALF_TERMS,
    Closure,
    HalfTerm,
    SchoolCalendar,
    Term,
    days_changed,
    lawful_end_dates,
    may_change_what_governs,
    next_lawful_end_dates,
    school_year_of,
    validate_calendar,
)
from app.rules.verdict import Refused
from tests.rules.published_calendars import AWKWARD, PORTSMOUTH, STAFFORDSHIRE


@pytest.mark.parametrize(
    ("day", "open_"),
    [
        pytest.param(date(2025, 9, 4), True, id="the first day is a pupil day"),
        pytest.param(date(2025, 10, 24), True, id="the last day is a pupil day"),
        pytest.param(date(2025, 9, 3), False, id="the day before term is none"),
        pytest.param(date(2025, 10, 25), False, id="a Saturday is none"),
        pytest.param(date(2025, 9, 7), False, id="a Sunday within the half-term is none"),
        pytest.param(date(2025, 10, 28), False, id="a day of the holidays is none"),
        pytest.param(date(2026, 5, 1), False, id="an INSET day is none"),
        pytest.param(date(2026, 5, 4), False, id="a bank holiday is none"),
    ],
)
def test_a_pupil_day_is_in_a_half_term_and_no_weekend_and_no_closure(day: date, open_: bool) -> None:
    assert PORTSMOUTH.is_pupil_day(day) is open_


@pytest.mark.parametrize(
    ("index", "last"),
    [
        pytest.param(0, date(2025, 10, 22), id="a half-term that ends mid-week ends on that day"),
        pytest.param(1, date(2025, 12, 18), id="an INSET day at the end is skipped"),
        pytest.param(2, date(2026, 2, 13), id="a weekend at the end is skipped"),
        pytest.param(3, date(2026, 4, 2), id="a bank holiday at the end is skipped"),
        pytest.param(4, None, id="a half-term closed throughout has no last open day"),
        pytest.param(5, date(2026, 7, 21), id="a closure before the last day changes nothing"),
    ],
)
def test_the_last_open_pupil_day_of_a_half_term(index: int, last: date | None) -> None:
    assert AWKWARD.last_open_pupil_day(AWKWARD.half_terms[index]) == last


def test_the_lawful_ends_of_a_published_year() -> None:
    expected = ["2025-10-24", "2025-12-19", "2026-02-13", "2026-03-27", "2026-05-22", "2026-07-22"]
    assert [day.isoformat() for day in lawful_end_dates(PORTSMOUTH)] == expected


@pytest.mark.parametrize(
    ("since", "limit", "dates"),
    [
        pytest.param(date(2025, 10, 24), 1, ["2025-10-24"], id="the day itself counts"),
        pytest.param(date(2025, 10, 25), 2, ["2025-12-19", "2026-02-13"], id="as many as asked for"),
        pytest.param(date(2026, 6, 1), 3, ["2026-07-22"], id="fewer when no more is published"),
        pytest.param(date(2026, 7, 23), 3, [], id="none after the last"),
    ],
)
def test_the_next_lawful_end_dates(since: date, limit: int, dates: list[str]) -> None:
    assert [day.isoformat() for day in next_lawful_end_dates(PORTSMOUTH, since, limit)] == dates


def test_open_pupil_days_are_those_that_one_would_count_by_hand() -> None:
    first, last = date(2025, 8, 1), date(2026, 8, 31)
    by_hand = [day for n in range((last - first).days + 1) if AWKWARD.is_pupil_day(day := first + timedelta(days=n))]
    assert list(AWKWARD.open_pupil_days(first, last)) == by_hand
    assert list(AWKWARD.open_pupil_days(date(2025, 10, 21), date(2025, 11, 3))) == [
        date(2025, 10, 21),
        date(2025, 10, 22),
        date(2025, 11, 3),
    ]
    assert list(AWKWARD.open_pupil_days(last, first)) == []


def test_a_calendar_may_reach_to_the_end_of_time() -> None:
    last = HalfTerm(Term.AUTUMN, 1, date(9999, 12, 27), date.max)
    assert SchoolCalendar((last,)).last_open_pupil_day(last) == date(9999, 12, 31)


@pytest.mark.parametrize(
    ("day", "year"),
    [
        pytest.param(date(2025, 9, 1), "2025-26", id="September begins a year"),
        pytest.param(date(2025, 8, 1), "2025-26", id="a term after July belongs to the new year"),
        pytest.param(date(2026, 7, 31), "2025-26", id="July ends it"),
        pytest.param(date(2099, 12, 1), "2099-00", id="the century turns"),
    ],
)
def test_a_school_year_is_named_by_both_its_years(day: date, year: str) -> None:
    assert school_year_of(day) == year


AUTUMN_1 = HalfTerm(Term.AUTUMN, 1, date(2025, 9, 1), date(2025, 10, 24))
AUTUMN_2 = HalfTerm(Term.AUTUMN, 2, date(2025, 11, 3), date(2025, 12, 19))


@pytest.mark.parametrize("calendar", [STAFFORDSHIRE, PORTSMOUTH, AWKWARD], ids=["two years", "one year", "awkward"])
def test_a_sound_calendar_has_no_faults(calendar: SchoolCalendar) -> None:
    assert validate_calendar(calendar) == ()


@pytest.mark.parametrize(
    ("calendar", "codes"),
    [
        pytest.param(SchoolCalendar(()), {"calendar_empty"}, id="it needs a half-term"),
        pytest.param(SchoolCalendar((AUTUMN_2, AUTUMN_1)), {"half_terms_out_of_order"}, id="half-terms are in order"),
        pytest.param(
            SchoolCalendar((AUTUMN_1, HalfTerm(Term.AUTUMN, 2, date(2025, 10, 24), date(2025, 12, 19)))),
            {"half_terms_overlap"},
            id="one day in two half-terms overlaps",
        ),
        pytest.param(
            SchoolCalendar((HalfTerm(Term.AUTUMN, 1, date(2025, 9, 2), date(2025, 9, 1)),)),
            {"half_term_backwards"},
            id="the first day is not after the last",
        ),
        pytest.param(
            SchoolCalendar((HalfTerm(Term.AUTUMN, 1, date(2025, 9, 1), date(2025, 12, 10)),)),
            {"half_term_too_long"},
            id="a half-term of over a hundred days is a mistake",
        ),
        pytest.param(
            SchoolCalendar((HalfTerm(Term.AUTUMN, 3, date(2025, 9, 1), date(2025, 10, 1)),)),
            {"half_unknown"},
            id="there is no third half",
        ),
        pytest.param(
            SchoolCalendar((AUTUMN_1, HalfTerm(Term.AUTUMN, 1, date(2025, 11, 3), date(2025, 12, 19)))),
            {"half_term_repeated"},
            id="a half-term is named once a year",
        ),
        pytest.param(
            SchoolCalendar((AUTUMN_1,), (Closure(date(2025, 10, 27), "INSET"),)),
            {"closure_outside_half_terms"},
            id="a closure lies in a half-term",
        ),
        pytest.param(
            SchoolCalendar((AUTUMN_1,), (Closure(date(2025, 9, 1), "INSET"),) * 2),
            {"closure_repeated"},
            id="a closure is listed once",
        ),
        pytest.param(
            SchoolCalendar((AUTUMN_1,), (Closure(date(2025, 9, 1), "INSET"),) * (MOST_CLOSURES + 1)),
            {"closure_repeated", "too_many_closures"},
            id="closures are bounded",
        ),
        pytest.param(
            SchoolCalendar(
                tuple(
                    HalfTerm(Term.AUTUMN, 1, date(2000 + n, 9, 1), date(2000 + n, 9, 1))
                    for n in range(MOST_HALF_TERMS + 1)
                )
            ),
            {"too_many_half_terms"},
            id="half-terms are bounded",
        ),
    ],
)
def test_a_faulty_calendar_is_told_all_its_faults(calendar: SchoolCalendar, codes: set[str]) -> None:
    assert {fault.code for fault in validate_calendar(calendar)} == codes


def _with(calendar: SchoolCalendar, *closed: date, opened: tuple[date, ...] = ()) -> SchoolCalendar:
    kept = tuple(each for each in calendar.closures if each.day not in opened)
    return replace(calendar, closures=(*kept, *(Closure(day, "snow") for day in closed)))


LATER = HalfTerm(Term.AUTUMN, 1, date(2026, 9, 1), date(2026, 10, 23))


@pytest.mark.parametrize(
    ("after", "today", "code", "first"),
    [
        pytest.param(AWKWARD, date(2025, 11, 11), "", None, id="nothing"),
        pytest.param(
            _with(AWKWARD, date(2025, 11, 11)), date(2025, 11, 11), "", date(2025, 11, 11), id="today is closed: snow"
        ),
        pytest.param(
            _with(AWKWARD, date(2025, 11, 10)), date(2025, 11, 11), "", date(2025, 11, 10), id="yesterday is closed"
        ),
        pytest.param(
            _with(AWKWARD, date(2025, 11, 10)), date(2025, 12, 8), "", date(2025, 11, 10), id="28 days ago is closed"
        ),
        pytest.param(
            _with(AWKWARD, date(2025, 11, 10)), date(2025, 12, 9), "day_has_been", date(2025, 11, 10), id="29 days ago"
        ),
        pytest.param(
            _with(AWKWARD, opened=(date(2025, 12, 19),)),
            date(2025, 12, 18),
            "",
            date(2025, 12, 19),
            id="tomorrow is opened",
        ),
        pytest.param(
            _with(AWKWARD, opened=(date(2025, 12, 19),)),
            date(2025, 12, 19),
            "day_has_been",
            date(2025, 12, 19),
            id="today is opened",
        ),
        pytest.param(
            replace(AWKWARD, half_terms=(*AWKWARD.half_terms, LATER)),
            date(2025, 11, 11),
            "",
            date(2026, 9, 1),
            id="a half-term is added",
        ),
        pytest.param(
            _with(replace(AWKWARD, half_terms=(*AWKWARD.half_terms, LATER)), date(2026, 9, 1)),
            date(2026, 9, 10),
            "",
            date(2026, 9, 2),
            id="with a closure of its own, however late it is published",
        ),
        pytest.param(
            replace(AWKWARD, half_terms=AWKWARD.half_terms[:-1]),
            date(2025, 11, 11),
            "published_half_terms_stay",
            date(2026, 6, 1),
            id="one is taken away",
        ),
        pytest.param(
            replace(
                AWKWARD, half_terms=(replace(AWKWARD.half_terms[0], last=date(2025, 10, 24)), *AWKWARD.half_terms[1:])
            ),
            date(2025, 9, 11),
            "published_half_terms_stay",
            date(2025, 10, 23),
            id="one lasts longer",
        ),
    ],
)
def test_what_may_change_under_placements(after: SchoolCalendar, today: date, code: str, first: date | None) -> None:
    verdict = may_change_what_governs(AWKWARD, after, today)
    assert (verdict.code if isinstance(verdict, Refused) else "") == code
    days = days_changed(AWKWARD, after)
    assert (days and days[0]) == first


def test_the_days_changed_reach_from_the_first_to_the_last() -> None:
    after = _with(AWKWARD, date(2025, 11, 13), opened=(date(2025, 12, 19),))
    assert days_changed(AWKWARD, after) == (date(2025, 11, 13), date(2025, 12, 19))


SNOW = date(2025, 11, 10)


@pytest.mark.parametrize(
    ("declared_at", "today", "code"),
    [
        pytest.param(datetime(2025, 11, 10, 7, 30, tzinfo=UTC), SNOW, "", id="in the morning, on the day itself"),
        pytest.param(datetime(2025, 11, 11, 9, 0, tzinfo=UTC), date(2025, 12, 8), "", id="the day after, 28 days on"),
        pytest.param(datetime(2025, 11, 11, 9, 0, tzinfo=UTC), date(2025, 12, 9), "day_has_been", id="29 days on"),
        pytest.param(datetime(2025, 11, 9, 20, 0, tzinfo=UTC), SNOW, "day_has_been", id="known the evening before"),
        pytest.param(datetime(2025, 11, 9, 20, 0, tzinfo=UTC), date(2025, 11, 9), "", id="known, and still to come"),
    ],
)
def test_a_closure_declared_on_its_day_or_later_may_be_taken_back(
    declared_at: datetime, today: date, code: str
) -> None:
    before = replace(AWKWARD, closures=(*AWKWARD.closures, Closure(SNOW, "snow", declared_at)))
    verdict = may_change_what_governs(before, AWKWARD, today)
    assert (verdict.code if isinstance(verdict, Refused) else "") == code


def test_a_calendar_of_nothing_may_gain_anything() -> None:
    assert may_change_what_governs(SchoolCalendar(()), AWKWARD, date(2025, 11, 11))
