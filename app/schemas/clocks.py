"""Clocks on the wire."""

from typing import Annotated

from pydantic import Field

from app.rules.clocks import ClockKind, ClockState
from app.schemas.wire import Count, Day, Id, Read, ShortText

MOST_CLOCKS = 500


class ClockEntry(Read):
    """One clock, as of today.

    `due` from fourteen days before `due_on`, `overdue` after it; what is done weekly is due in its week, what a
    provider renews from thirty days before, a sustained check on its day and for four weeks. `subject` is the path of
    what it is about. A counter has `counted` and `limit` and may have no day: it is `due` once its limit is reached. A
    host school's check that is overdue has in `counted` how many of its kind were missed. No clock refuses anything.
    """

    kind: ClockKind
    subject: Annotated[
        str, Field(max_length=100, examples=["/v1/part-time-plans/3f0c8e0a-8d0e-4a65-9a57-0a1a3c1f2b77"])
    ]
    state: ClockState
    due_on: Day | None
    done_on: Day | None
    counted: Count | None
    limit: Count | None
    source: ShortText
    to_do: ShortText


class PlacementClocks(Read):
    """A placement's clocks, and those of its provider that the caller may know of."""

    placement_id: Id
    provider_id: Id
    host_school_id: Id | None
    clocks: Annotated[list[ClockEntry], Field(max_length=MOST_CLOCKS)]


class ProviderClocks(Read):
    provider_id: Id
    clocks: Annotated[list[ClockEntry], Field(max_length=MOST_CLOCKS)]
