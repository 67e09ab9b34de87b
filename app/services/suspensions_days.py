"""The days for which a pupil is kept away, by the school year: counted and shown, never a reason to refuse."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.placements import Placement
from app.models.suspensions import Suspension
from app.queries.calendars import school_calendars
from app.queries.suspensions import kept_away
from app.rules.calendars import SchoolCalendar, school_year_of
from app.rules.suspensions import (
    SuspensionState,
    SuspensionWarning,
    days_kept_away,
    kept_away_until,
    suspension_state,
    suspension_warnings,
)


@dataclass(frozen=True, slots=True)
class SuspensionDays:
    """`pupil_days` of the suspension itself; `school_year_days` of all that stood, in placements the caller may see."""

    pupil_days: int
    school_year: str
    school_year_days: int
    warnings: tuple[SuspensionWarning, ...]


async def days_of(
    caller: Caller, session: AsyncSession, found: Sequence[Suspension], placements: Mapping[UUID, Placement]
) -> Mapping[UUID, SuspensionDays]:
    """The days of each of these suspensions, by its id; a request that is open warns of what agreeing would lead to."""
    stood = await kept_away(caller, session, {placement.pupil_id for placement in placements.values()})
    by_calendar = {each.calendar_id for _, each in stood} | {each.calendar_id for each in placements.values()}
    calendars = await school_calendars(session, list(by_calendar))
    spans: dict[UUID, list[tuple[SchoolCalendar, date, date]]] = {}
    for suspension, placement in stood:
        until = kept_away_until(suspension.state, suspension.ends_on, suspension.takes_effect_at, suspension.settled_at)
        if until is not None:
            span = (calendars[placement.calendar_id], suspension.starts_on, until)
            spans.setdefault(placement.pupil_id, []).append(span)
    days = {}
    for each in found:
        placement = placements[each.placement_id]
        own = (calendars[placement.calendar_id], each.starts_on, each.ends_on)
        days[each.id] = _days(caller, each, own, spans.get(placement.pupil_id, []))
    return days


def _days(
    caller: Caller,
    suspension: Suspension,
    own: tuple[SchoolCalendar, date, date],
    stood: list[tuple[SchoolCalendar, date, date]],
) -> SuspensionDays:
    state = suspension_state(suspension.state, suspension.takes_effect_at, caller.now)
    year = school_year_of(suspension.starts_on)
    in_view = [*stood, own] if state is SuspensionState.REQUESTED else stood
    warns = state in (SuspensionState.REQUESTED, SuspensionState.AGREED)
    return SuspensionDays(
        sum(1 for _ in own[0].open_pupil_days(own[1], own[2])),
        year,
        days_kept_away(stood, year),
        suspension_warnings(days_kept_away(in_view, year)) if warns else (),
    )
