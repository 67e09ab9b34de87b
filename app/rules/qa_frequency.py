"""By when an activity with a minimum frequency is due again."""

from datetime import date, timedelta
from enum import StrEnum

from app.rules.qa_frameworks import MinimumFrequency
from app.rules.statistics_periods import StatisticsPeriod, month_period, term_periods

DUE_FROM = timedelta(days=30)
"""So long before its last day an activity is due: Waymark's own."""


class VisitDueState(StrEnum):
    UPCOMING = "upcoming"
    DUE = "due"
    OVERDUE = "overdue"


def due_by(frequency: MinimumFrequency, last_done: date | None, since: date) -> date | None:
    """The last day on which the activity is done in time; None for one that is done as needed.

    `since` is when the council began to watch over the provider by this framework. An annual activity is due a year
    after it was last done, or after `since`; a monthly or termly one by the end of the month or term that follows, at
    first of that in which `since` lies. Source: Bolton AP quality assurance documents, read in the primary source, for
    the frequencies; the days are Waymark's own, and terms end on the same days for all: 31 December, 11 April, 31 July.
    """
    if frequency is MinimumFrequency.AD_HOC:
        return None
    if frequency is MinimumFrequency.ANNUAL:
        return _year_after(last_done or since)
    period = _month if frequency is MinimumFrequency.MONTHLY else _term
    if last_done is None:
        return period(since).last
    return period(period(last_done).last + timedelta(days=1)).last


def visit_due_state(due_on: date, today: date) -> VisitDueState:
    """How an activity stands today. Source: Waymark's own."""
    if today > due_on:
        return VisitDueState.OVERDUE
    return VisitDueState.DUE if today >= due_on - DUE_FROM else VisitDueState.UPCOMING


def _year_after(day: date) -> date:
    leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + 1, day=28) if leap_day else day.replace(year=day.year + 1)


def _month(day: date) -> StatisticsPeriod:
    return month_period(f"{day:%Y-%m}")


def _term(day: date) -> StatisticsPeriod:
    began = day.year if day.month >= 8 else day.year - 1
    year = StatisticsPeriod(date(began, 8, 1), date(began + 1, 7, 31))
    return next(term for _, term in term_periods(year) if day <= term.last)
