"""The placements whose clocks are asked for together, with what their sources need."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from app.access.caller import Caller
from app.rules.calendars import SchoolCalendar
from app.rules.placement_clocks import Placed, Planned

D = TypeVar("D")


@dataclass(frozen=True, slots=True)
class Batch:
    """Placements whose clocks are asked for; `calendar_of` gives the governing calendar of each, `plans` its plans.

    `calendars`, `plans` and `throughout` hold what the kinds asked for need; `throughout` are the accepted ones that
    the caller sees from their first day to their last. The worker says when it asked last: `since`.
    """

    caller: Caller | None
    placed: Mapping[UUID, Placed]
    calendar_of: Mapping[UUID, UUID]
    calendars: Mapping[UUID, SchoolCalendar]
    plans: Mapping[UUID, Sequence[Planned]]
    throughout: frozenset[UUID]
    today: date
    since: date | None = None

    def calendar(self, placement_id: UUID) -> SchoolCalendar:
        return self.calendars[self.calendar_of[placement_id]]

    def asked_by(
        self, deadlines: Callable[[SchoolCalendar, date, date], Iterable[D]]
    ) -> Callable[[UUID], tuple[D, ...]]:
        """What a calendar asks of each placement, worked out once for all that have the same days under it."""
        known: dict[tuple[UUID, date, date], tuple[D, ...]] = {}

        def asked(placement_id: UUID) -> tuple[D, ...]:
            placed = self.placed[placement_id]
            days = self.calendar_of[placement_id], placed.starts_on, placed.ends_on
            if days not in known:
                known[days] = tuple(deadlines(self.calendar(placement_id), placed.starts_on, placed.ends_on))
            return known[days]

        return asked
