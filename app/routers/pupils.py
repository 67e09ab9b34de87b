"""Pupils."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import OrganisationKind
from app.models.pupils import Pupil
from app.queries.pupils import concern_today, visible_pupil, visible_pupils
from app.rules.upn import Upn
from app.schemas.pupils import PupilCreate, PupilMove, PupilRead, PupilReceipt, PupilUpdate
from app.schemas.wire import Id, Instant
from app.services import pupils
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("pupils")

Reader = Annotated[Caller, allow(Scope.PUPILS_READ)]
Registrar = Annotated[Caller, allow(Scope.PUPILS_WRITE, OrganisationKind.COUNCIL, OrganisationKind.SCHOOL)]


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
    return page.holding(await _read(caller, session, [row[0] for row in rows]))


@router.post("/pupils", operation_id="register_pupil", status_code=201)
async def register_pupil(
    body: PupilCreate,
    caller: Registrar,
    session: Session,
    response: Response,
) -> PupilReceipt:
    """Registers a child who is to be placed. The answer holds the id alone."""
    pupil = await pupils.register_pupil(caller, session, body)
    response.headers["Location"] = f"{pupils.PATH}/{pupil.id}"
    return _receipt(response, pupil)


@router.get("/pupils/{pupil_id}", operation_id="get_pupil")
async def get_pupil(pupil_id: Id, caller: Reader, session: Session, response: Response) -> PupilRead:
    """One pupil; the UPN only for a client with the scope `pupils:read-upn`."""
    pupil = await visible_pupil(caller, session, pupil_id)
    tag(response, pupil.version)
    return (await _read(caller, session, [pupil]))[0]


@router.patch("/pupils/{pupil_id}", operation_id="correct_pupil")
async def correct_pupil(
    pupil_id: Id,
    body: PupilUpdate,
    expected: ExpectedVersion,
    caller: Registrar,
    session: Session,
    response: Response,
) -> PupilReceipt:
    """Corrects what your organisation registered of a child. The answer holds the id alone.

    Refused as `timetabled_elsewhere` where the UPN shows that the child is expected in two places at once.
    """
    return _receipt(response, await pupils.correct_pupil(caller, session, pupil_id, body, expected))


@router.post("/pupils/{pupil_id}/home-council", operation_id="move_pupil")
async def move_pupil(
    pupil_id: Id,
    body: PupilMove,
    expected: ExpectedVersion,
    caller: Registrar,
    session: Session,
    response: Response,
) -> PupilReceipt:
    """Another council is the child's home council from a day on, and sees the child's placements from that day.

    The council before it keeps what fell in its days. The answer holds the id alone.
    """
    return _receipt(response, await pupils.move_pupil(caller, session, pupil_id, body, expected))


def _receipt(response: Response, pupil: Pupil) -> PupilReceipt:
    tag(response, pupil.version)
    return PupilReceipt(id=pupil.id)


async def _read(caller: Caller, session: Session, found: Sequence[Pupil]) -> list[PupilRead]:
    concerned = await concern_today(caller, session, [each.id for each in found])
    return [_shown(caller, each, each.id in concerned) for each in found]


def _shown(caller: Caller, pupil: Pupil, concerned: bool) -> PupilRead:
    at_home = concerned or pupil.registered_by_id == caller.organisation_id
    return PupilRead(
        id=pupil.id,
        given_name=pupil.given_name,
        family_name=pupil.family_name,
        date_of_birth=pupil.date_of_birth,
        upn=pupil.upn if Scope.PUPILS_READ_UPN in caller.scopes else None,
        upn_held=pupil.upn is not None,
        upn_temporary=Upn(pupil.upn).is_temporary if pupil.upn else None,
        home_council_id=pupil.home_council_id if at_home else None,
        home_council_since=pupil.home_council_since if at_home else None,
        changed_at=pupil.changed_at,
    )
