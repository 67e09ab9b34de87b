"""Procurement: frameworks and lots."""

from typing import Annotated

from fastapi import Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.frameworks import Framework, Lot
from app.models.organisations import OrganisationKind
from app.queries.frameworks import visible_framework, visible_frameworks, visible_lot, visible_lots
from app.schemas.frameworks import FrameworkCreate, FrameworkRead, FrameworkUpdate, LotCreate, LotRead, LotUpdate
from app.schemas.wire import Id, Instant
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
    """One framework; its lots are at `/v1/lots?framework_id=`, its windows at `/v1/framework-windows?framework_id=`."""
    return _framework_shown(response, await visible_framework(caller, session, framework_id))


@router.patch("/frameworks/{framework_id}", operation_id="change_framework")
async def change_framework(
    framework_id: Id,
    body: FrameworkUpdate,
    expected: ExpectedVersion,
    caller: Council,
    session: Session,
    response: Response,
) -> FrameworkRead:
    """Changes the name of the calling council's framework, or what new placements under it require."""
    return _framework_shown(response, await frameworks.change_framework(caller, session, framework_id, body, expected))


@router.post("/frameworks/{framework_id}/extensions", operation_id="extend_framework")
async def extend_framework(
    framework_id: Id, expected: ExpectedVersion, caller: Council, session: Session, response: Response
) -> FrameworkRead:
    """Makes the next of the extensions that the framework allows: its last day moves. Awards keep theirs."""
    return _framework_shown(response, await frameworks.extend_framework(caller, session, framework_id, expected))


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


@router.patch("/lots/{lot_id}", operation_id="change_lot")
async def change_lot(
    lot_id: Id, body: LotUpdate, expected: ExpectedVersion, caller: Council, session: Session, response: Response
) -> LotRead:
    """Changes the calling council's lot where that breaks no award and no placement made under it.

    Once providers have applied for it or hold it, only what it leaves open may still be fixed.
    """
    return _lot_shown(response, await frameworks.change_lot(caller, session, lot_id, body, expected))


def _framework_shown(response: Response, framework: Framework) -> FrameworkRead:
    tag(response, framework.version)
    return _framework(framework)


def _lot_shown(response: Response, lot: Lot) -> LotRead:
    tag(response, lot.version)
    return _lot(lot)


def _framework(framework: Framework) -> FrameworkRead:
    return FrameworkRead.model_validate(framework.model_dump(include=set(FrameworkRead.model_fields)))


def _lot(lot: Lot) -> LotRead:
    return LotRead.model_validate(lot.model_dump(include=set(LotRead.model_fields)))
