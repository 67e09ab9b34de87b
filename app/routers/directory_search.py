"""Searching the directory of providers."""

from typing import Annotated

from fastapi import Depends, Query

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import ProviderCategory
from app.queries.directory_search import Wanted, providers_wanted
from app.routers.directory import found_on_page, provider_read
from app.routers.directory_identifiers import NamedByIdentifier
from app.rules.directory_entries import DayOfWeek, TargetGroup
from app.rules.procurement import AttendancePattern, DeliveryOption, KeyStage
from app.schemas.directory import ProviderRead
from app.schemas.directory_search import OutwardCode, SearchText
from app.schemas.wire import Id, Instant
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("directory")

SiteIn = Annotated[
    OutwardCode | None,
    Query(description="A site in this postcode district (`M5`) or area (`M`). There is no search by distance."),
]
Vacancy = Annotated[
    bool | None, Query(description="Whether it has a free place today under an award that you may read.")
]


Groups = Annotated[list[TargetGroup] | None, Query(max_length=15, description="Groups that it serves, all of them.")]
Days = Annotated[
    list[DayOfWeek] | None,
    Query(max_length=7, description="It teaches a session or opens a site on each of these days."),
]


async def _wanted(
    q: Annotated[
        SearchText | None,
        Query(
            description="Words in name, offer, subjects, needs, groups and qualifications, by their English stems;"
            ' `"in quotes"` a phrase, `or` between alternatives, `-` before what must not be there.'
        ),
    ] = None,
    category: ProviderCategory | None = None,
    target_group: Groups = None,
    need: Annotated[SearchText | None, Query(description="Text in one of the needs that it meets.")] = None,
    key_stage: Annotated[KeyStage | None, Query(description="By its target groups; post-16 is 16-18 or 18-25.")] = None,
    qualification: Annotated[SearchText | None, Query(description="Text in the title of a qualification.")] = None,
    day: Days = None,
    pattern: Annotated[AttendancePattern | None, Query(description="Full or part time, as it offers.")] = None,
    delivery_option: DeliveryOption | None = None,
    online: Annotated[bool | None, Query(description="Whether it offers any online way of delivery.")] = None,
    transport: Annotated[bool | None, Query(description="Whether it offers transport.")] = None,
    outward_code: SiteIn = None,
    council_id: Annotated[
        Id | None, Query(description="It stands on a framework of this council, or the council registered it.")
    ] = None,
    framework_id: Annotated[Id | None, Query(description="It holds a lot of this framework.")] = None,
    lot_id: Annotated[Id | None, Query(description="It holds this lot.")] = None,
    vacancy: Vacancy = None,
) -> Wanted:
    return Wanted(
        q=q,
        category=category,
        target_groups=tuple(target_group or ()),
        need=need,
        key_stage=key_stage,
        qualification=qualification,
        days=tuple(day or ()),
        pattern=pattern,
        delivery_option=delivery_option,
        online=online,
        transport=transport,
        outward_code=outward_code,
        council_id=council_id,
        framework_id=framework_id,
        lot_id=lot_id,
        vacancy=vacancy,
    )


@router.get("/providers", operation_id="list_providers")
async def list_providers(
    caller: Annotated[Caller, allow(Scope.DIRECTORY_READ)],
    session: Session,
    pages: Pages,
    wanted: Annotated[Wanted, Depends(_wanted)],
    named: NamedByIdentifier,
    changed_since: Instant | None = None,
) -> Page[ProviderRead]:
    """The providers that the caller may find, searched by any of the filters: all that are given must hold.

    Lots, frameworks, councils and vacancies are searched among the awards that you may read, that have not ended and
    are not suspended today.
    """
    found, page = await found_on_page(session, pages, providers_wanted(caller, wanted), named, changed_since)
    return page.holding([provider_read(entry) for entry in found])
