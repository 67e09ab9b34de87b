"""The only reading of the machine's clock, and of what day it is for a school.

Everything else takes time as an argument. A school day is a day in Europe/London; instants are aware and in UTC.
"""

from datetime import UTC, date, datetime, time

from app.rules.london import LONDON


def utc_now() -> datetime:
    return datetime.now(UTC)


def london_day(instant: datetime) -> date:
    """The school day on which an instant falls."""
    return instant.astimezone(LONDON).date()


def london_midnight(day: date) -> datetime:
    """The instant, in UTC, at which a school day begins."""
    return datetime.combine(day, time(), LONDON).astimezone(UTC)
