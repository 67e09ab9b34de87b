"""The sandbox's calendars: two that real schools published, and one that holds today whatever day it is."""

import json
from datetime import date, timedelta
from importlib.resources import files

import holidays

from app.rules.calendars import Term, school_year_of
from app.schemas.calendars import CalendarWrite, ClosureWrite, HalfTermWrite

MONDAY, FRIDAY = 0, 4


def published_calendars() -> list[CalendarWrite]:
    """The calendars in `sandbox_data/term_dates.json`, which real schools published, as a council would send them."""
    document = json.loads(files("app.sandbox_data").joinpath("term_dates.json").read_text())
    return [
        CalendarWrite.model_validate({"name": c["name"], "half_terms": c["half_terms"], "closures": c["closures"]})
        for c in document["calendars"]
    ]


def calendar_around(today: date) -> CalendarWrite:
    """An invented calendar of the school year that `today` lies in and the one after it."""
    first = int(school_year_of(today)[:4])
    half_terms = [half_term for year in (first, first + 1) for half_term in _school_year(year)]
    return CalendarWrite(
        name=f"Sandbox calendar {first}-{first + 2}", half_terms=half_terms, closures=_bank_holidays(half_terms)
    )


def _school_year(year: int) -> list[HalfTermWrite]:
    spans = [
        (Term.AUTUMN, 1, date(year, 9, 3), date(year, 10, 24)),
        (Term.AUTUMN, 2, date(year, 11, 2), date(year, 12, 19)),
        (Term.SPRING, 1, date(year + 1, 1, 4), date(year + 1, 2, 14)),
        (Term.SPRING, 2, date(year + 1, 2, 22), date(year + 1, 3, 27)),
        (Term.SUMMER, 1, date(year + 1, 4, 12), date(year + 1, 5, 23)),
        (Term.SUMMER, 2, date(year + 1, 6, 1), date(year + 1, 7, 21)),
    ]
    return [
        HalfTermWrite(term=term, half=half, first=_on_or_after(first, MONDAY), last=_on_or_before(last, FRIDAY))
        for term, half, first, last in spans
    ]


def _bank_holidays(half_terms: list[HalfTermWrite]) -> list[ClosureWrite]:
    years = range(half_terms[0].first.year, half_terms[-1].last.year + 1)
    known = holidays.country_holidays("GB", subdiv="ENG", years=years)
    return [
        ClosureWrite(date=day, reason=name[:200])
        for day, name in sorted(known.items())
        if any(h.first <= day <= h.last for h in half_terms)
    ]


def _on_or_after(day: date, weekday: int) -> date:
    return day + timedelta(days=(weekday - day.weekday()) % 7)


def _on_or_before(day: date, weekday: int) -> date:
    return day - timedelta(days=(day.weekday() - weekday) % 7)
