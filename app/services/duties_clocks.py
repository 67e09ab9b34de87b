"""Telling once that a clock is due, and once that it is overdue.

Clocks change with the day, so that each world is swept once a day, in batches of placements by id; how far a sweep has
got is noted in `clock_sweeps`. What was told is noted in `clock_tellings`.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.clock import london_day, london_midnight
from app.outbox.catalogue import EventType
from app.outbox.recording import Telling
from app.queries.clocks import WithClocks, placements_to_sweep
from app.rules.clocks import TOLD_OTHERWISE, Clock, ClockKind, ClockState, told_as
from app.services.clocks import EVERY_KIND, Providers, clocks_of
from app.services.duties_batch import Batch

TOLD = EVERY_KIND - TOLD_OTHERWISE

_EVENTS = {ClockState.DUE: EventType.CLOCK_DUE, ClockState.OVERDUE: EventType.CLOCK_OVERDUE}
_OF_REPORTS = {ClockState.DUE: EventType.REPORT_DUE, ClockState.OVERDUE: EventType.REPORT_OVERDUE}

_SWEEP = text(
    """
    insert into clock_sweeps (world, day) values (:world, :today)
    on conflict (world) do update
    set after = case when clock_sweeps.day = :today then clock_sweeps.after end, day = :today
    where clock_sweeps.swept_on is null or clock_sweeps.swept_on < :today
    returning swept_on, after
    """
)
_GO_ON = text("update clock_sweeps set after = :after, swept_on = coalesce(:swept_on, swept_on) where world = :world")
_TOLD = text(
    """
    insert into clock_tellings (subject, kind, due, state, told_at)
    select t.subject, t.kind, t.due, t.state, :until
    from jsonb_to_recordset(cast(:tellings as jsonb)) as t(subject text, kind text, due text, state text)
    on conflict do nothing
    returning subject, kind, due, state
    """
)
_COUNCILS = text(
    """
    select o.id, array(
        select a.council_id from lot_awards a where a.provider_id = o.id
        union select o.registered_by_id where o.registered_by_id is not null) as councils
    from organisations o where o.id = any(cast(:providers as uuid[]))
    """
)


@dataclass(frozen=True, slots=True)
class _Told:
    """A state of a clock that came about on a day, and whose clock it is: a placement's or a provider's."""

    clock: Clock
    state: ClockState
    came_on: date
    placement_id: UUID | None = None
    provider_id: UUID | None = None

    @property
    def key(self) -> tuple[str, str, str, str]:
        due = self.clock.due_on.isoformat() if self.clock.due_on else ""
        return self.clock.subject, self.clock.kind.value, due, self.state.value


async def tell_clocks(session: AsyncSession, sandbox_id: UUID | None, until: datetime, most: int | None) -> Batch:
    """What has become due or overdue since the day before. It counts the placements looked at.

    Source: Waymark's own, on `rules.clocks.told_as`.
    """
    today, world = london_day(until), str(sandbox_id or "live")
    sweep = (await session.execute(_SWEEP, {"world": world, "today": today})).one_or_none()
    if sweep is None:
        return Batch(0, [])
    rows = await placements_to_sweep(session, sandbox_id, today, sweep.after, most)
    found = await _found(session, rows, sweep.swept_on, today)
    told = await _keep(session, found, until)
    finished = most is None or len(rows) < most
    after = None if finished else rows[-1].id
    await session.execute(_GO_ON, {"world": world, "after": after, "swept_on": today if finished else None})
    return Batch(len(rows), await _tellings(session, told))


async def _found(session: AsyncSession, rows: Sequence[WithClocks], swept_on: date | None, today: date) -> list[_Told]:
    providers = Providers(None, session, today, TOLD)
    clocks = await clocks_of(session, rows, providers, swept_on)
    told = [
        _Told(clock, state, came_on, placement_id=placement_id)
        for placement_id, each in clocks.items()
        for clock in each
        for state, came_on in told_as(clock, swept_on, today)
    ]
    return told + [
        _Told(clock, state, came_on, provider_id=provider_id)
        for provider_id, each in providers.clocks.items()
        for clock in each
        for state, came_on in told_as(clock, swept_on, today)
    ]


async def _keep(session: AsyncSession, found: Iterable[_Told], until: datetime) -> list[_Told]:
    """Notes what is to be told; those that were told before are left out."""
    by_key = {each.key: each for each in found}
    if not by_key:
        return []
    rows = [dict(zip(("subject", "kind", "due", "state"), key, strict=True)) for key in by_key]
    new = await session.execute(_TOLD, {"tellings": json.dumps(rows), "until": until})
    return [by_key[row.subject, row.kind, row.due, row.state] for row in new.all()]


async def _tellings(session: AsyncSession, told: Sequence[_Told]) -> list[Telling]:
    """One event for all of a placement's, or a provider's, clocks that came into a state on one day."""
    councils = await _councils(session, {each.provider_id for each in told if each.provider_id})
    events = {
        Telling(
            *_told_as(each),
            london_midnight(each.came_on),
            placements=(each.placement_id,) if each.placement_id else (),
            organisations=(each.provider_id, *councils[each.provider_id]) if each.provider_id else (),
        )
        for each in told
    }
    return sorted(events, key=lambda each: (each.occurred_at, each.event, each.resource))


def _told_as(told: _Told) -> tuple[EventType, str]:
    """The event, and where its reader looks: progress reports have events of their own."""
    if told.clock.kind is ClockKind.PROGRESS_REPORT:
        return _OF_REPORTS[told.state], told.clock.subject
    if told.placement_id:
        return _EVENTS[told.state], f"/v1/placements/{told.placement_id}/clocks"
    return _EVENTS[told.state], f"/v1/providers/{told.provider_id}/clocks"


async def _councils(session: AsyncSession, providers: set[UUID]) -> Mapping[UUID, tuple[UUID, ...]]:
    """The councils that watch over each provider: the same as `councils_overseeing` says to its callers."""
    if not providers:
        return {}
    found = await session.execute(_COUNCILS, {"providers": list(providers)})
    return {row.id: tuple(row.councils) for row in found}
