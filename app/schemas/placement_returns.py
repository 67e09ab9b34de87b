"""The returns that schools file of placements commissioned and ended, on the wire."""

from typing import Annotated

from pydantic import Field

from app.schemas.wire import Body, Count, Day, Id, Instant, Name, Read, ShortText, Tagged

ReturnPeriod = Annotated[
    str,
    Field(
        pattern=r"^20[0-9]{2}-((0[1-9]|1[0-2])|[0-9]{2}-(autumn|spring|summer))$",
        json_schema_extra={"minLength": 7, "maxLength": 14},
        examples=["2026-10"],
        description="A month (`2026-10`) or a term of a school year (`2026-27-autumn`).",
    ),
]
MOST_LINES = 5000


class PlacementReturnFile(Body):
    """The return of a period that is over. Its lines are worked out from the school's placements.

    `nil_return` says on purpose whether there are none; the wrong word is refused.
    """

    period: ReturnPeriod
    nil_return: bool = Field(examples=[False])
    filed_by: Name = Field(examples=["A. Head, headteacher"])
    note: ShortText | None = Field(default=None, examples=["One placement was backdated"])


class PlacementReturnLineRead(Read):
    placement_id: Id
    commissioned: bool
    ended: bool


class PlacementReturnRead(Tagged):
    """A return as it was filed. `superseded_by_id` is the one filed later for the same period, which stands instead.

    `commissioned` and `ended` count all of it; `placements` are those that the reader may see, and
    `placements_not_shown` are the others.
    """

    id: Id
    school_id: Id
    council_id: Id
    period: ReturnPeriod
    first_on: Day
    last_on: Day
    number: Count
    nil_return: bool
    commissioned: Count
    ended: Count
    placements: Annotated[list[PlacementReturnLineRead], Field(max_length=MOST_LINES)]
    placements_not_shown: Count
    filed_by: Name
    filed_at: Instant
    note: ShortText | None
    superseded_by_id: Id | None
    changed_at: Instant


class MissingPlacementReturnRead(Read):
    """A school of the council's that has filed nothing for the period. `overdue`: the period is over."""

    school_id: Id
    school_name: Name
    period: ReturnPeriod
    last_on: Day
    overdue: bool
