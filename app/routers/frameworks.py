"""Procurement: frameworks, lots and lot awards."""

from typing import Annotated

from fastapi import Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.frameworks import Framework, Lot, LotAward
from app.models.organisations import OrganisationKind
from app.queries.frameworks import (
    visible_award,
    visible_awards,
    visible_framework,
    visible_frameworks,
    visible_lot,
    visible_lots,
)
from app.schemas.frameworks import (
    FrameworkCreate,
    FrameworkRead,
    LotAwardCreate,
    LotAwardRead,
    LotAwardUpdate,
    LotCreate,
    LotRead,
)
from app.schemas.wire import Day, Id, Instant
from app.services import frameworks
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("frameworks")

Reader = Annotated[Caller, allow(Scope.FRAMEWORKS_READ)]
Council = Annotated[Caller, allow(Scope.FRAMEWORKS_WRITE, OrganisationKind.COUNCIL)]


@router.get("/frameworks", operation_id="list_frameworks")
async def list_frameworks(
    caller: Reader,
    session: Session,
    pages: Pages,
    council_id: Id | None = None,
    changed_since: Instant | None = None,
) -> Page[FrameworkRead]:
    """Every council's frameworks."""
    statement = visible_frameworks(caller)
    if council_id is not None:
        statement = statement.where(col(Framework.council_id) == council_id)
    if changed_since is not None:
        statement = statement.where(col(Framework.changed_at) >= changed_since)
    rows, page = await pages.rows(session, statement, [col(Framework.id)])
    return page.holding([_framework(row[0]) for row in rows])


@router.post("/frameworks", operation_id="open_framework", status_code=201)
async def open_framework(body: FrameworkCreate, caller: Council, session: Session, response: Response) -> FrameworkRead:
    """Opens a framework of the calling council. Add its lots next."""
    framework = await frameworks.open_framework(caller, session, body)
    response.headers["Location"] = f"/v1/frameworks/{framework.id}"
    return _framework_shown(response, framework)


@router.get("/frameworks/{framework_id}", operation_id="get_framework")
async def get_framework(framework_id: Id, caller: Reader, session: Session, response: Response) -> FrameworkRead:
    """One framework; its lots are at `/v1/lots?framework_id=`."""
    return _framework_shown(response, await visible_framework(caller, session, framework_id))


@router.post("/frameworks/{framework_id}/lots", operation_id="add_lot", status_code=201)
async def add_lot(framework_id: Id, body: LotCreate, caller: Council, session: Session, response: Response) -> LotRead:
    """Adds a lot to the calling council's framework: what a placement bought under it may be."""
    lot = await frameworks.add_lot(caller, session, framework_id, body)
    response.headers["Location"] = f"/v1/lots/{lot.id}"
    return _lot_shown(response, lot)


@router.get("/lots", operation_id="list_lots")
async def list_lots(
    caller: Reader,
    session: Session,
    pages: Pages,
    framework_id: Id | None = None,
    changed_since: Instant | None = None,
) -> Page[LotRead]:
    """Every council's lots."""
    statement = visible_lots(caller)
    if framework_id is not None:
        statement = statement.where(col(Lot.framework_id) == framework_id)
    if changed_since is not None:
        statement = statement.where(col(Lot.changed_at) >= changed_since)
    rows, page = await pages.rows(session, statement, [col(Lot.framework_id), col(Lot.number), col(Lot.id)])
    return page.holding([_lot(row[0]) for row in rows])


@router.get("/lots/{lot_id}", operation_id="get_lot")
async def get_lot(lot_id: Id, caller: Reader, session: Session, response: Response) -> LotRead:
    return _lot_shown(response, await visible_lot(caller, session, lot_id))


@router.get("/lot-awards", operation_id="list_lot_awards")
async def list_lot_awards(
    caller: Reader,
    session: Session,
    pages: Pages,
    provider_id: Id | None = None,
    lot_id: Id | None = None,
    council_id: Id | None = None,
    on: Day | None = None,
    changed_since: Instant | None = None,
) -> Page[LotAwardRead]:
    """The awards the caller may see: a council its own, a provider those it holds, a school those of its council.

    `on` keeps those that hold on that day.
    """
    statement = visible_awards(caller)
    wanted = ((LotAward.provider_id, provider_id), (LotAward.lot_id, lot_id), (LotAward.council_id, council_id))
    for column, value in wanted:
        if value is not None:
            statement = statement.where(col(column) == value)
    if on is not None:
        statement = statement.where(col(LotAward.starts_on) <= on, col(LotAward.ends_on) >= on)
    if changed_since is not None:
        statement = statement.where(col(LotAward.changed_at) >= changed_since)
    rows, page = await pages.rows(session, statement, [col(LotAward.id)])
    return page.holding([_award(row[0]) for row in rows])


@router.post("/lot-awards", operation_id="award_lot", status_code=201)
async def award_lot(body: LotAwardCreate, caller: Council, session: Session, response: Response) -> LotAwardRead:
    """Awards a lot of the calling council to a provider in its directory, for a period of the framework."""
    award = await frameworks.award_lot(caller, session, body)
    response.headers["Location"] = f"/v1/lot-awards/{award.id}"
    return _award_shown(response, award)


@router.get("/lot-awards/{award_id}", operation_id="get_lot_award")
async def get_lot_award(award_id: Id, caller: Reader, session: Session, response: Response) -> LotAwardRead:
    return _award_shown(response, await visible_award(caller, session, award_id))


@router.patch("/lot-awards/{award_id}", operation_id="shorten_lot_award")
async def shorten_lot_award(
    award_id: Id,
    body: LotAwardUpdate,
    expected: ExpectedVersion,
    caller: Council,
    session: Session,
    response: Response,
) -> LotAwardRead:
    """Brings the end of the calling council's award forward, to today at the earliest."""
    return _award_shown(response, await frameworks.shorten_award(caller, session, award_id, body, expected))


def _framework_shown(response: Response, framework: Framework) -> FrameworkRead:
    tag(response, framework.version)
    return _framework(framework)


def _lot_shown(response: Response, lot: Lot) -> LotRead:
    tag(response, lot.version)
    return _lot(lot)


def _award_shown(response: Response, award: LotAward) -> LotAwardRead:
    tag(response, award.version)
    return _award(award)


def _framework(framework: Framework) -> FrameworkRead:
    return FrameworkRead.model_validate(framework)


def _lot(lot: Lot) -> LotRead:
    return LotRead.model_validate(lot)


def _award(award: LotAward) -> LotAwardRead:
    return LotAwardRead.model_validate(award)
