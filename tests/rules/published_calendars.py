"""Calendars for the rules: real published ones, and a small one with every awkward shape."""

import json
from datetime import date
from pathlib import Path

import app
from app.rules.calendars import Closure, HalfTerm, SchoolCalendar, Term


def _read(name: str) -> SchoolCalendar:
    document = json.loads((Path(app.__file__).parent / "sandbox_data" / "term_dates.json").read_text())
    found = next(each for each in document["calendars"] if each["name"].startswith(name))
    return SchoolCalendar(
        tuple(
            HalfTerm(
                Term(each["term"]), each["half"], date.fromisoformat(each["first"]), date.fromisoformat(each["last"])
            )
            for each in found["half_terms"]
        ),
        tuple(Closure(date.fromisoformat(each["date"]), each["reason"]) for each in found["closures"]),
    )


STAFFORDSHIRE = _read("Staffordshire")
PORTSMOUTH = _read("Portsmouth")

AWKWARD = SchoolCalendar(
    (
        HalfTerm(Term.AUTUMN, 1, date(2025, 9, 1), date(2025, 10, 22)),  # ends on a Wednesday
        HalfTerm(Term.AUTUMN, 2, date(2025, 11, 3), date(2025, 12, 19)),  # ends on a Friday that is INSET
        HalfTerm(Term.SPRING, 1, date(2026, 1, 5), date(2026, 2, 15)),  # ends on a Sunday
        HalfTerm(Term.SPRING, 2, date(2026, 2, 23), date(2026, 4, 3)),  # ends on Good Friday
        HalfTerm(Term.SUMMER, 1, date(2026, 4, 20), date(2026, 4, 21)),  # closed throughout
        HalfTerm(Term.SUMMER, 2, date(2026, 6, 1), date(2026, 7, 21)),  # ends on a Tuesday after a closed Monday
    ),
    (
        Closure(date(2025, 12, 19), "INSET"),
        Closure(date(2026, 4, 3), "Good Friday"),
        Closure(date(2026, 4, 20), "flood"),
        Closure(date(2026, 4, 21), "flood"),
        Closure(date(2026, 7, 20), "INSET"),
    ),
)
