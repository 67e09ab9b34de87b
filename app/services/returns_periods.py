"""The period that a return is asked for."""

from dataclasses import dataclass
from uuid import UUID

from app.access.caller import Caller
from app.problems import Invalid, ParameterError
from app.rules.calendars import Term
from app.rules.statistics_periods import month_before, month_period, school_year_period, term_periods
from app.services.returns import Asked


@dataclass(frozen=True, slots=True)
class PeriodNamed:
    """A month, a school year, or a term of one; nothing named is the last month that has ended."""

    month: str | None = None
    school_year: str | None = None
    term: Term | None = None


def asked_for(
    caller: Caller,
    named: PeriodNamed,
    provider_id: UUID | None = None,
    host_school_id: UUID | None = None,
    school_id: UUID | None = None,
) -> Asked:
    """`school_id` is the school that commissioned. Raises Invalid for a period named twice, or for no school year."""
    if named.month is not None and (named.school_year or named.term):
        raise Invalid([ParameterError("month", "days_given_twice", "give month, or school_year and term")])
    if named.term is not None and named.school_year is None:
        raise Invalid([ParameterError("school_year", "required", "a term is of a school year")])
    if named.school_year is None:
        month = named.month or month_before(caller.today)
        return Asked(month, month_period(month), provider_id, host_school_id, school_id)
    year = school_year_period(named.school_year)
    if year is None:
        raise Invalid([ParameterError("school_year", "not_as_written", "Must be a school year written like 2026-27.")])
    if named.term is None:
        return Asked(named.school_year, year, provider_id, host_school_id, school_id)
    term = dict(term_periods(year))[named.term]
    return Asked(f"{named.school_year}-{named.term}", term, provider_id, host_school_id, school_id)
