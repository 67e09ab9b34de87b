"""Calendars on the wire: the half-terms and closures that an organisation publishes."""

from typing import Annotated

from pydantic import Field

from app.rules.calendars import MOST_CLOSURES, MOST_HALF_TERMS, Term
from app.schemas.wire import Body, Day, Id, Instant, Name, Read, Tagged

Half = Annotated[int, Field(ge=1, le=2, examples=[1])]


class HalfTermWrite(Body):
    """First and last days for pupils, both included."""

    term: Term = Field(strict=False)
    half: Half
    first: Day
    last: Day


class ClosureWrite(Body):
    """A day inside a half-term on which pupils do not attend: INSET, bank holiday."""

    date: Day
    reason: Name


class CalendarWrite(Body):
    """The whole calendar. Half-terms come in order and do not overlap; closures lie inside them."""

    name: Name
    half_terms: Annotated[list[HalfTermWrite], Field(min_length=1, max_length=MOST_HALF_TERMS)]
    closures: Annotated[list[ClosureWrite], Field(max_length=MOST_CLOSURES)] = []


class HalfTermRead(Read):
    """`last_open_pupil_day` is the only day in the half-term on which a placement may end by notice."""

    term: Term
    half: Half
    first: Day
    last: Day
    last_open_pupil_day: Day | None


class ClosureRead(Read):
    """`declared_at` says since when it is known: on the day or after it, it was an emergency."""

    date: Day
    reason: Name
    declared_at: Instant


class CalendarRead(Tagged):
    id: Id
    owner_id: Id
    name: Name
    half_terms: Annotated[list[HalfTermRead], Field(max_length=MOST_HALF_TERMS)]
    closures: Annotated[list[ClosureRead], Field(max_length=MOST_CLOSURES)]
    changed_at: Instant
