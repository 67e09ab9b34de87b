"""Statistics of placements on the wire. What would tell of one to four children is null and `suppressed`."""

from typing import Annotated

from pydantic import Field

from app.rules.dual_registrations import DualRegistrationReason
from app.rules.outcomes import MoveReason
from app.rules.placement_statistics import Breakdown
from app.schemas.wire import Count, Day, Id, Read, SchoolYear

Percent = Annotated[float, Field(ge=0, le=100, examples=[62.5])]


class CountRead(Read):
    """`count` is null where it is suppressed; zero is shown."""

    count: Count | None
    suppressed: bool


class ShareRead(Read):
    """A part of a whole. `percent` is null where either is suppressed, or the denominator is zero."""

    numerator: Count | None
    denominator: Count | None
    percent: Percent | None
    suppressed: bool


class SustainedRead(ShareRead):
    """Of the moves that were to be checked in the period: sustained; of `unrecorded` ones nobody has said."""

    unrecorded: Count | None


class LengthsRead(Read):
    """Days from the first to the last, both counted, of placements that ended; given from ten placements on."""

    lower_quartile_days: Count | None
    median_days: Count | None
    upper_quartile_days: Count | None
    suppressed: bool


class FiguresRead(Read):
    """`placements` were running on some day of the period; `ended`, and what is said of them, ended in it.

    Shares are of: `outcomes` and `moves_between_settings` of those that ended; `returns_to_mainstream` of the outcomes;
    `back_again` of the returns; `unsuccessful` of the outcomes that say yes or no; `dual_registered` of `placements`.
    """

    placements: CountRead
    started: CountRead
    ended: CountRead
    lengths: LengthsRead
    outcomes: ShareRead
    returns_to_mainstream: ShareRead
    back_again: ShareRead
    moves_between_settings: ShareRead
    unsuccessful: ShareRead
    dual_registered: ShareRead
    transitions_sustained: SustainedRead
    post_16_sustained: SustainedRead


class GroupRead(Read):
    """One group of a breakdown: an organisation, or a value; both null where the placement states none."""

    organisation_id: Id | None
    value: Annotated[str | None, Field(max_length=40, examples=["time_limited"])]
    figures: FiguresRead


class BreakdownRead(Read):
    """`withheld` names the counts that are left out of every group, since any of them would tell the others.

    Where that is true of `placements`, no group is shown.
    """

    by: Breakdown
    withheld: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=40, examples=[[]])]
    groups: Annotated[list[GroupRead], Field(max_length=5000)]


class MoveReasonCount(Read):
    """`reason` is null for moves that follow from the next placement alone, with no outcome recorded."""

    reason: MoveReason | None
    count: CountRead


class DualRegistrationReasonCount(Read):
    reason: DualRegistrationReason
    count: CountRead


class PlacementStatisticsRead(Read):
    """What could be counted on the day `as_of` of the school year from `first_on` to `last_on`."""

    school_year: SchoolYear
    first_on: Day
    last_on: Day
    as_of: Day
    total: FiguresRead
    move_reasons: Annotated[list[MoveReasonCount], Field(max_length=40)]
    dual_registration_reasons: Annotated[list[DualRegistrationReasonCount], Field(max_length=40)]
    breakdown: BreakdownRead | None
