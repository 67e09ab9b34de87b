"""Every clock that the parties live by, in one call: of a placement, of a provider, or of all that a caller may see."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.queries.clocks import ClockFilters, WithClocks, categories_of, placements_with_clocks
from app.rules.clocks import Clock, ClockKind, ClockState
from app.rules.placement_clocks import Placed
from app.rules.placements import PlacementState
from app.rules.procurement import AttendancePattern
from app.rules.registration_threshold import REGISTERED_CATEGORIES
from app.services.clocks_batch import Batch
from app.services.clocks_sources import CLOCKS, PROVIDER_CLOCKS, calendars_for, plans_for, throughout_for

EVERY_KIND = frozenset(ClockKind)
MOST_LOOKED_AT = 1_000
"""A page ends after so many placements, however few of them match."""
_FIRST_BATCH = 250


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which clocks are asked for; None leaves it open."""

    state: ClockState | None = None
    kind: ClockKind | None = None
    due_before: date | None = None
    filters: ClockFilters = field(default_factory=ClockFilters)

    @property
    def kinds(self) -> frozenset[ClockKind]:
        return EVERY_KIND if self.kind is None else frozenset({self.kind})

    @property
    def everything(self) -> bool:
        return (self.state, self.kind, self.due_before) == (None, None, None)

    def takes(self, clock: Clock) -> bool:
        return (
            (self.kind is None or clock.kind is self.kind)
            and (self.state is None or clock.state is self.state)
            and (self.due_before is None or (clock.due_on is not None and clock.due_on < self.due_before))
        )


@dataclass(frozen=True, slots=True)
class Clocked:
    """A placement, as `queries.clocks` found it, with its clocks."""

    placement: WithClocks
    clocks: Sequence[Clock]


class Providers:
    """What is known of the providers met so far, so that each is asked about once in a call."""

    def __init__(self, caller: Caller | None, session: AsyncSession, today: date, kinds: frozenset[ClockKind]) -> None:
        self.caller, self._session, self.today, self.kinds = caller, session, today, kinds
        self._met: set[UUID] = set()
        self.categories: dict[UUID, str] = {}
        self.clocks: defaultdict[UUID, list[Clock]] = defaultdict(list)

    async def meet(self, providers: Iterable[UUID]) -> None:
        new = set(providers) - self._met
        if not new:
            return
        self._met |= new
        self.categories.update(await categories_of(self._session, new))
        for source in PROVIDER_CLOCKS:
            if source.kinds & self.kinds:
                for provider_id, clock in await source.find(self.caller, self._session, new, self.today):
                    self.clocks[provider_id].append(clock)

    def is_school(self, provider_id: UUID) -> bool:
        return self.categories.get(provider_id) in REGISTERED_CATEGORIES


async def clocks_of(
    session: AsyncSession, rows: Sequence[WithClocks], providers: Providers, since: date | None = None
) -> Mapping[UUID, list[Clock]]:
    """The clocks of placements by id, without those of their providers, which are known to `providers` afterwards.

    For whom, on which day and of which kinds is for `providers` to say; `since` is for the worker, as in `Batch`.
    """
    await providers.meet(row.provider_id for row in rows)
    caller, kinds = providers.caller, providers.kinds
    placed = {row.id: _placed(row, providers) for row in rows}
    batch = Batch(
        caller,
        placed,
        {row.id: row.calendar_id for row in rows},
        await calendars_for(session, [row.calendar_id for row in rows], kinds),
        await plans_for(session, placed.keys(), kinds),
        await throughout_for(caller, session, [id_ for id_, each in placed.items() if each.accepted], kinds),
        providers.today,
        since,
    )
    found: defaultdict[UUID, list[Clock]] = defaultdict(list)
    for source in CLOCKS:
        if source.kinds & kinds:
            for placement_id, clock in await source.find(session, batch):
                found[placement_id].append(clock)
    return found


async def page_of_clocks(
    caller: Caller, session: AsyncSession, wanted: Wanted, after: UUID | None, most: int
) -> tuple[list[Clocked], UUID | None]:
    """The next placements with a clock that is wanted, at most so many, and where to go on; None at the end."""
    providers = Providers(caller, session, caller.today, wanted.kinds)
    found: list[Clocked] = []
    size, looked_at = (most if wanted.everything else _FIRST_BATCH), 0
    while True:
        rows = await placements_with_clocks(caller, session, wanted.filters, after, size)
        clocks = await clocks_of(session, rows, providers)
        for row in rows:
            after = row.id
            taken = [each for each in [*clocks.get(row.id, ()), *_of_provider(row, providers)] if wanted.takes(each)]
            if taken:
                found.append(Clocked(row, taken))
            if len(found) == most:
                return found, after
        looked_at += len(rows)
        if len(rows) < size:
            return found, None
        if looked_at >= MOST_LOOKED_AT:
            return found, after
        size = min(2 * size, MOST_LOOKED_AT - looked_at)


async def clocks_of_placement(caller: Caller, session: AsyncSession, rows: Sequence[WithClocks]) -> list[Clock]:
    """Every clock of one placement, its provider's included; none where it came to nothing."""
    providers = Providers(caller, session, caller.today, EVERY_KIND)
    found = await clocks_of(session, rows, providers)
    return [clock for row in rows for clock in [*found.get(row.id, ()), *_of_provider(row, providers)]]


async def clocks_of_provider(caller: Caller, session: AsyncSession, provider_id: UUID) -> Collection[Clock]:
    """The clocks of a provider that the caller may know of; none for one that does not watch over it."""
    providers = Providers(caller, session, caller.today, EVERY_KIND)
    await providers.meet([provider_id])
    return providers.clocks[provider_id]


def _of_provider(row: WithClocks, providers: Providers) -> Sequence[Clock]:
    """While the placement stands: nothing of a provider's concerns a child that has left it."""
    stands = row.state is PlacementState.ACCEPTED and row.ends_on >= providers.today
    return providers.clocks.get(row.provider_id, ()) if stands else ()


def _placed(row: WithClocks, providers: Providers) -> Placed:
    return Placed(
        path=f"/v1/placements/{row.id}",
        accepted=row.state is PlacementState.ACCEPTED,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        full_time=row.pattern is AttendancePattern.FULL_TIME,
        by_school=providers.is_school(row.provider_id),
    )
