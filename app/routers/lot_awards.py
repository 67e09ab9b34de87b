"""Awards of lots to providers, and the places that are free under them."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Query, Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.frameworks import Lot, LotAward
from app.models.organisations import OrganisationKind
from app.queries.award_suspensions import suspensions_of
from app.queries.frameworks import visible_lots
from app.queries.lot_awards import changed_since, visible_award, visible_awards, with_state
from app.queries.vacancies import places_free, vacancies_on
from app.rules.lot_awards import AwardState
from app.schemas.lot_awards import (
    CapacityWrite,
    LotAwardCreate,
    LotAwardRead,
    LotAwardUpdate,
    VacanciesDeclare,
    VacancyRead,
)
from app.schemas.wire import Day, Id, Instant
from app.services import lot_awards
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("frameworks")

Reader = Annotated[Caller, allow(Scope.FRAMEWORKS_READ)]
Council = Annotated[Caller, allow(Scope.FRAMEWORKS_WRITE, OrganisationKind.COUNCIL)]
Provider = Annotated[Caller, allow(Scope.FRAMEWORKS_WRITE, OrganisationKind.PROVIDER)]


@router.get("/lot-awards", operation_id="list_lot_awards")
async def list_lot_awards(
    caller: Reader,
    session: Session,
    pages: Pages,
    provider_id: Id | None = None,
    lot_id: Id | None = None,
    council_id: Id | None = None,
    framework_id: Id | None = None,
    state: AwardState | None = None,
    on: Day | None = None,
    ends_before: Day | None = None,
    since: Annotated[Instant | None, Query(alias="changed_since")] = None,
) -> Page[LotAwardRead]:
    """The awards the caller may see: a council its own, a provider those it holds, a school those of its council.

    `on` keeps those that hold on that day, `ends_before` those whose last day comes before that one. `changed_since`
    covers those that time alone made begin, end, be suspended or free again.
    """
    statement = visible_awards(caller)
    wanted = ((LotAward.provider_id, provider_id), (LotAward.lot_id, lot_id), (LotAward.council_id, council_id))
    for column, value in wanted:
        if value is not None:
            statement = statement.where(col(column) == value)
    if framework_id is not None:
        lots = visible_lots(caller).where(col(Lot.framework_id) == framework_id).with_only_columns(col(Lot.id))
        statement = statement.where(col(LotAward.lot_id).in_(lots))
    if state is not None:
        statement = with_state(statement, state, caller.today)
    if on is not None:
        statement = statement.where(col(LotAward.starts_on) <= on, col(LotAward.ends_on) >= on)
    if ends_before is not None:
        statement = statement.where(col(LotAward.ends_on) < ends_before)
    if since is not None:
        statement = changed_since(statement, since, caller.today)
    rows, page = await pages.rows(session, statement, [col(LotAward.id)])
    return page.holding(await _read(caller, session, [row[0] for row in rows]))


@router.post("/lot-awards", operation_id="award_lot", status_code=201)
async def award_lot(body: LotAwardCreate, caller: Council, session: Session, response: Response) -> LotAwardRead:
    """Awards a lot of the calling council to a provider in its directory, for a period of the framework."""
    award = await lot_awards.award_lot(caller, session, body)
    response.headers["Location"] = f"/v1/lot-awards/{award.id}"
    return await _shown(caller, session, response, award)


@router.get("/lot-awards/{award_id}", operation_id="get_lot_award")
async def get_lot_award(award_id: Id, caller: Reader, session: Session, response: Response) -> LotAwardRead:
    """One award; the places free under it on a day are at `/v1/vacancies`."""
    return await _shown(caller, session, response, await visible_award(caller, session, award_id))


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
    award = await lot_awards.shorten_award(caller, session, award_id, body, expected)
    return await _shown(caller, session, response, award)


@router.put("/lot-awards/{award_id}/capacity", operation_id="set_lot_award_capacity")
async def set_lot_award_capacity(
    award_id: Id,
    body: CapacityWrite,
    expected: ExpectedVersion,
    caller: Council,
    session: Session,
    response: Response,
) -> LotAwardRead:
    """Says how many places the calling council's award has. `If-Match` takes the award's ETag."""
    award = await lot_awards.set_capacity(caller, session, award_id, body, expected)
    return await _shown(caller, session, response, award)


@router.put("/lot-awards/{award_id}/vacancies", operation_id="declare_vacancies")
async def declare_vacancies(
    award_id: Id,
    body: VacanciesDeclare,
    expected: ExpectedVersion,
    caller: Provider,
    session: Session,
    response: Response,
) -> LotAwardRead:
    """The provider has fewer places free than its award leaves. `If-Match` takes the award's ETag."""
    award = await lot_awards.declare_vacancies(caller, session, award_id, body, expected)
    return await _shown(caller, session, response, award)


@router.get("/vacancies", operation_id="list_vacancies")
async def list_vacancies(
    caller: Reader,
    session: Session,
    pages: Pages,
    on: Day | None = None,
    lot_id: Id | None = None,
    provider_id: Id | None = None,
    council_id: Id | None = None,
    at_least: Annotated[int | None, Query(ge=0, le=100_000)] = None,
) -> Page[VacancyRead]:
    """The places free on a day (today unless `on` names another), under the awards that the caller may see.

    Only awards that hold on the day and are not suspended. `at_least` leaves out those where nobody said a number.
    """
    day = on or caller.today
    statement = vacancies_on(caller, day)
    wanted = ((LotAward.lot_id, lot_id), (LotAward.provider_id, provider_id), (LotAward.council_id, council_id))
    for column, value in wanted:
        if value is not None:
            statement = statement.where(col(column) == value)
    if at_least is not None:
        statement = statement.where(places_free(day) >= at_least)
    rows, page = await pages.rows(session, statement, [col(LotAward.id)])
    shown = set(VacancyRead.model_fields) - {"on_date"}
    return page.holding(
        [VacancyRead.model_validate({"on_date": day, **{k: row._mapping[k] for k in shown}}) for row in rows]
    )


async def _shown(caller: Caller, session: Session, response: Response, award: LotAward) -> LotAwardRead:
    tag(response, award.version)
    return (await _read(caller, session, [award]))[0]


async def _read(caller: Caller, session: Session, awards: Sequence[LotAward]) -> list[LotAwardRead]:
    stops = await suspensions_of(caller, session, [each.id for each in awards])
    return [
        LotAwardRead.model_validate(
            each.model_dump(include=set(LotAwardRead.model_fields))
            | {"state": lot_awards.state_of(each, stops.get(each.id, []), caller)}
        )
        for each in awards
    ]
