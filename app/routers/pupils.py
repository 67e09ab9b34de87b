"""Pupils."""

from typing import Annotated

from fastapi import Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import OrganisationKind
from app.models.pupils import Pupil
from app.queries.pupils import visible_pupil, visible_pupils
from app.rules.upn import Upn
from app.schemas.pupils import PupilCreate, PupilRead, PupilReceipt
from app.schemas.wire import Id, Instant
from app.services import pupils
from app.web.conditional import tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("pupils")

Reader = Annotated[Caller, allow(Scope.PUPILS_READ)]


@router.get("/pupils", operation_id="list_pupils")
async def list_pupils(
    caller: Reader, session: Session, pages: Pages, changed_since: Instant | None = None
) -> Page[PupilRead]:
    """The pupils that the caller registered or sees a placement of."""
    statement = visible_pupils(caller)
    if changed_since is not None:
        statement = statement.where(col(Pupil.changed_at) >= changed_since)
    rows, page = await pages.rows(session, statement, [col(Pupil.id)])
    caller.sees_pupils(*(row[0].id for row in rows))
    return page.holding([_read(caller, row[0]) for row in rows])


@router.post("/pupils", operation_id="register_pupil", status_code=201)
async def register_pupil(
    body: PupilCreate,
    caller: Annotated[Caller, allow(Scope.PUPILS_WRITE, OrganisationKind.COUNCIL, OrganisationKind.SCHOOL)],
    session: Session,
    response: Response,
) -> PupilReceipt:
    """Registers a child who is to be placed. The answer holds the id alone."""
    pupil = await pupils.register_pupil(caller, session, body)
    response.headers["Location"] = f"/v1/pupils/{pupil.id}"
    tag(response, pupil.version)
    return PupilReceipt(id=pupil.id)


@router.get("/pupils/{pupil_id}", operation_id="get_pupil")
async def get_pupil(pupil_id: Id, caller: Reader, session: Session, response: Response) -> PupilRead:
    """One pupil; the UPN only for a client with the scope `pupils:read-upn`."""
    pupil = await visible_pupil(caller, session, pupil_id)
    tag(response, pupil.version)
    return _read(caller, pupil)


def _read(caller: Caller, pupil: Pupil) -> PupilRead:
    return PupilRead(
        id=pupil.id,
        given_name=pupil.given_name,
        family_name=pupil.family_name,
        date_of_birth=pupil.date_of_birth,
        upn=pupil.upn if Scope.PUPILS_READ_UPN in caller.scopes else None,
        upn_held=pupil.upn is not None,
        upn_temporary=Upn(pupil.upn).is_temporary if pupil.upn else None,
        home_council_id=pupil.home_council_id,
        changed_at=pupil.changed_at,
    )
