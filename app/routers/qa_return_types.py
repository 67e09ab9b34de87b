"""The types of annual return that councils ask their providers for."""

from dataclasses import asdict
from typing import Annotated

from fastapi import Query, Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import OrganisationKind
from app.models.qa_returns import QaReturnType
from app.queries.qa_return_types import current_types, visible_type, visible_types
from app.rules.qa_return_types import SHIPPED
from app.schemas.qa_return_types import (
    QaReturnTypePublish,
    QaReturnTypeRead,
    QaReturnTypesAdopted,
    ReturnTypeSlug,
    ShippedReturnTypeRead,
)
from app.schemas.reference_data import WholeList
from app.schemas.wire import Id, Instant
from app.services import qa_return_types
from app.web.conditional import tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("quality assurance")

Reader = Annotated[Caller, allow(Scope.QA_READ)]
Council = Annotated[Caller, allow(Scope.QA_WRITE, OrganisationKind.COUNCIL)]


@router.get("/qa-return-types", operation_id="list_qa_return_types")
async def list_qa_return_types(
    caller: Reader,
    session: Session,
    pages: Pages,
    council_id: Id | None = None,
    slug: ReturnTypeSlug | None = None,
    current: Annotated[bool, Query(description="Only the latest edition of each.")] = False,
    changed_since: Instant | None = None,
) -> Page[QaReturnTypeRead]:
    """Every edition of the types of every council."""
    statement = current_types(caller) if current else visible_types(caller)
    if council_id is not None:
        statement = statement.where(col(QaReturnType.council_id) == council_id)
    if slug is not None:
        statement = statement.where(col(QaReturnType.slug) == slug)
    if changed_since is not None:
        statement = statement.where(col(QaReturnType.changed_at) >= changed_since)
    rows, page = await pages.rows(session, statement, [col(QaReturnType.id)])
    return page.holding([_read(row[0]) for row in rows])


@router.post("/qa-return-types", operation_id="publish_qa_return_type", status_code=201)
async def publish_qa_return_type(
    body: QaReturnTypePublish, caller: Council, session: Session, response: Response
) -> QaReturnTypeRead:
    """Publishes a type of return, or the next edition of one. Returns in progress stay on their edition."""
    kept = await qa_return_types.publish_type(caller, session, body)
    response.headers["Location"] = f"{qa_return_types.PATH}/{kept.id}"
    tag(response, kept.version)
    return _read(kept)


@router.get("/qa-return-types/{type_id}", operation_id="get_qa_return_type")
async def get_qa_return_type(type_id: Id, caller: Reader, session: Session, response: Response) -> QaReturnTypeRead:
    """One edition."""
    found = await visible_type(caller, session, type_id)
    tag(response, found.version)
    return _read(found)


@router.post("/qa-return-type-adoptions", operation_id="adopt_qa_return_types")
async def adopt_qa_return_types(caller: Council, session: Session) -> QaReturnTypesAdopted:
    """The council takes the shipped types as its own. What it has of that slug stays as it is."""
    adopted = await qa_return_types.adopt_types(caller, session)
    return QaReturnTypesAdopted(items=[_read(each) for each in adopted])


@router.get("/reference-data/qa-return-types", operation_id="list_shipped_qa_return_types")
async def list_shipped_qa_return_types(caller: Annotated[Caller, allow(None)]) -> WholeList[ShippedReturnTypeRead]:
    """The annual returns that are shipped, with their forms."""
    return WholeList(items=[ShippedReturnTypeRead.model_validate(asdict(each)) for each in SHIPPED])


def _read(found: QaReturnType) -> QaReturnTypeRead:
    return QaReturnTypeRead.model_validate(found.model_dump(include=set(QaReturnTypeRead.model_fields)))
