"""Every clock that the parties live by: what is due, overdue, done, and what to do about it."""

from collections.abc import Iterable
from typing import Annotated
from uuid import UUID

from fastapi import Query

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import OrganisationKind
from app.queries.clocks import ClockFilters, WithClocks, placement_with_clocks
from app.queries.directory import visible_organisation
from app.queries.placements import visible_placement
from app.rules.clocks import Clock, ClockKind, ClockState
from app.schemas.clocks import ClockEntry, PlacementClocks, ProviderClocks
from app.schemas.wire import Day, Id
from app.services import clocks
from app.services.clocks import Wanted
from app.web.edge import Session
from app.web.pages import Cut, Page, Pages
from app.web.router import edge_router

router = edge_router("clocks")

Reader = Annotated[Caller, allow(Scope.PLACEMENTS_READ)]


@router.get("/clocks", operation_id="list_clocks")
async def list_clocks(
    caller: Reader,
    session: Session,
    pages: Pages,
    state: ClockState | None = None,
    kind: ClockKind | None = None,
    due_before: Annotated[Day | None, Query(description="Clocks with a day, and that before this one.")] = None,
    provider_id: Id | None = None,
    host_school_id: Id | None = None,
) -> Page[PlacementClocks]:
    """The clocks of every placement that the caller may see, placement by placement, as of today.

    A placement comes with those of its clocks that match, or not at all. A page may hold fewer placements than `limit`,
    even none, and yet have a `next_cursor`. Placements that ended more than a year ago are left out.
    """
    after = next(iter(pages.position([UUID])), None)
    wanted = Wanted(state, kind, due_before, ClockFilters(provider_id, host_school_id))
    found, last = await clocks.page_of_clocks(caller, session, wanted, after, pages.limit)
    caller.sees_placements(*(each.placement.id for each in found))
    caller.sees_pupils(*(each.placement.pupil_id for each in found))
    next_cursor = None if last is None else pages.cursor_at([str(last)])
    if next_cursor is not None:
        pages.link(next_cursor)
    return Cut(next_cursor).holding([_read(each.placement, each.clocks) for each in found])


@router.get("/placements/{placement_id}/clocks", operation_id="get_placement_clocks")
async def get_placement_clocks(placement_id: Id, caller: Reader, session: Session) -> PlacementClocks:
    """Every clock of one placement, done ones included. One that was declined or withdrawn has none."""
    placement = await visible_placement(caller, session, placement_id)
    rows = await placement_with_clocks(caller, session, placement.id)
    return PlacementClocks(
        placement_id=placement.id,
        provider_id=placement.provider_id,
        host_school_id=placement.host_school_id,
        clocks=_reads(await clocks.clocks_of_placement(caller, session, rows)),
    )


@router.get("/providers/{provider_id}/clocks", operation_id="get_provider_clocks")
async def get_provider_clocks(provider_id: Id, caller: Reader, session: Session) -> ProviderClocks:
    """The clocks of a provider itself: for the provider, and for the councils that watch over it."""
    provider = await visible_organisation(caller, session, OrganisationKind.PROVIDER, provider_id)
    found = await clocks.clocks_of_provider(caller, session, provider.id)
    return ProviderClocks(provider_id=provider.id, clocks=_reads(found))


def _read(placement: WithClocks, found: Iterable[Clock]) -> PlacementClocks:
    return PlacementClocks(
        placement_id=placement.id,
        provider_id=placement.provider_id,
        host_school_id=placement.host_school_id,
        clocks=_reads(found),
    )


def _reads(found: Iterable[Clock]) -> list[ClockEntry]:
    return [ClockEntry.model_validate(each) for each in found]
