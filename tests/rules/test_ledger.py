"""How the ledger follows what it rests on: a row for each clause."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from app.rules.attendance_waivers import Waiver, code_of_waiver
from app.rules.calendars import Closure, HalfTerm, SchoolCalendar, SchoolSession, Term
from app.rules.ledger import (
    Excused,
    Key,
    LedgerRow,
    LedgerSources,
    TimetableVersion,
    changes_to,
    ledger_of,
    may_let_off,
)
from app.rules.timetables import TimetableSlot, Weekday
from app.rules.verdict import Refused

MON, TUE, WED = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)
AM, PM = SchoolSession.AM, SchoolSession.PM
CALENDAR = SchoolCalendar((HalfTerm(Term.AUTUMN, 2, date(2026, 11, 2), date(2026, 12, 18)),))
NOW = datetime(2026, 11, 24, 9, 40, tzinfo=UTC)


def slots(at: time = time(9), *days: Weekday) -> tuple[TimetableSlot, ...]:
    return tuple(TimetableSlot(day, AM, at, time(12)) for day in days or tuple(Weekday))


SOURCES = LedgerSources((MON, date(2026, 12, 18)), MON, CALENDAR, [TimetableVersion(MON, slots())], ())


def row(day: date, waived_by: Waiver | None = None, *, received: bool = False, at: int = 9) -> LedgerRow:
    due = datetime(day.year, day.month, day.day, at, 30, tzinfo=UTC)
    return LedgerRow(time(at), time(12), False, due, waived_by, received)


STORED: Mapping[Key, LedgerRow] = {(day, AM): row(day) for day in (MON, TUE, WED)}
CLOSED = replace(CALENDAR, closures=tuple(Closure(day, "snow") for day in (MON, TUE, WED)))
NEVER = [TimetableVersion(MON, slots(time(9), Weekday.FRIDAY))]


@pytest.mark.parametrize(
    ("sources", "waiver"),
    [
        pytest.param(replace(SOURCES, calendar=CLOSED), Waiver.CLOSURE, id="closed"),
        pytest.param(replace(SOURCES, versions=NEVER), Waiver.NOT_TIMETABLED, id="not timetabled"),
        pytest.param(replace(SOURCES, runs=None), Waiver.PLACEMENT_OVER, id="called off"),
        pytest.param(replace(SOURCES, runs=(date(2026, 11, 2), date(2026, 11, 20))), Waiver.PLACEMENT_OVER, id="over"),
    ],
)
def test_what_is_expected_no_longer_goes_or_says_why(sources: LedgerSources, waiver: Waiver) -> None:
    changes = changes_to(STORED, sources, MON, WED, NOW)
    assert changes.altered == {(day, AM): row(day, waiver) for day in (MON, TUE)}
    assert (changes.removed, changes.added, changes.owed) == ([(WED, AM)], {}, [])
    assert changes.let_off == [(MON, AM), (TUE, AM)]
    received = {key: replace(each, received=True) for key, each in STORED.items()}
    kept = changes_to(received, sources, MON, WED, NOW)
    assert kept.altered == {key: replace(each, waived_by=waiver) for key, each in received.items()}
    assert (kept.removed, kept.let_off) == ([], [])
    back = changes_to(kept.altered, SOURCES, MON, WED, NOW)
    assert back.altered == received


def test_what_is_true_already_stays() -> None:
    changes = changes_to(STORED, SOURCES, MON, WED, NOW)
    assert (changes.altered, changes.added, changes.removed) == ({}, {}, [])


def test_what_was_received_keeps_its_deadline_and_what_excuses_it() -> None:
    stored = {(TUE, AM): row(TUE, Waiver.SUSPENSION, received=True)}
    later = replace(SOURCES, versions=[TimetableVersion(MON, slots(time(10)))])
    assert changes_to(stored, later, TUE, TUE, NOW).altered == {}


def test_a_later_start_is_due_anew() -> None:
    later = replace(SOURCES, versions=[TimetableVersion(MON, slots()), TimetableVersion(TUE, slots(time(10)))])
    changes = changes_to(STORED, later, MON, WED, NOW)
    assert changes.altered == {(day, AM): row(day, at=10) for day in (TUE, WED)}
    assert (changes.let_off, set(changes.due_anew)) == ([(TUE, AM)], {(TUE, AM)})


def test_nothing_is_added_of_a_day_before_it_was_known() -> None:
    assert changes_to({}, SOURCES, MON, WED, NOW).owed == [(MON, AM), (TUE, AM), (WED, AM)]
    assert changes_to({}, SOURCES.known_only_from(WED), MON, WED, NOW).owed == [(WED, AM)]


def test_what_is_owed_again_may_be_left_waived() -> None:
    stored = {**STORED, (TUE, AM): row(TUE, Waiver.CLOSURE)}
    changes = changes_to(stored, SOURCES, MON, WED, NOW)
    assert (changes.owed, changes.altered) == ([(TUE, AM)], {(TUE, AM): row(TUE)})
    assert changes.without_owed().altered == {}


@pytest.mark.parametrize(
    ("excused", "waivers"),
    [
        pytest.param([Excused(Waiver.SUSPENSION, TUE, TUE)], [None, "suspension", None], id="its days"),
        pytest.param(
            [Excused(Waiver.SUSPENSION, MON, WED, datetime(2026, 11, 24, 9, 0, tzinfo=UTC))],
            ["suspension", "suspension", None],
            id="ended when a session began",
        ),
        pytest.param(
            [Excused(Waiver.PART_TIME_PLAN, MON, WED, None, frozenset({(Weekday.MONDAY, AM), (Weekday.TUESDAY, PM)}))],
            ["part_time_plan", None, None],
            id="the sessions named",
        ),
        pytest.param(
            [Excused(Waiver.SUSPENSION, MON, TUE), Excused(Waiver.PART_TIME_PLAN, TUE, WED)],
            ["suspension", "part_time_plan", "part_time_plan"],
            id="the plan before the suspension",
        ),
    ],
)
def test_a_pupil_is_excused(excused: list[Excused], waivers: list[str | None]) -> None:
    found = ledger_of(replace(SOURCES, excused=excused), MON, WED)
    assert [each.waived_by for _, each in found] == waivers


def test_a_provider_does_not_let_itself_off() -> None:
    assert may_let_off(True, [])
    assert may_let_off(False, [(MON, AM)])
    refusal = may_let_off(True, [(MON, AM)])
    assert isinstance(refusal, Refused)
    assert refusal.code == "owed_already"


def test_a_closed_session_takes_y4_and_one_not_timetabled_no_code() -> None:
    closed = code_of_waiver(Waiver.CLOSURE)
    assert closed is not None
    assert closed.code.code == "Y4"
    assert code_of_waiver(Waiver.NOT_TIMETABLED) is code_of_waiver(Waiver.PLACEMENT_OVER) is None
