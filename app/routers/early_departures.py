"""Early departures: a pupil is sent home before the day is over, only with the consent of school and parents."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Query, Request, Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.early_departures import EarlyDeparture, ParentalConsent
from app.models.organisations import OrganisationKind
from app.models.placements import Placement
from app.queries.agreements import agreements_of
from app.queries.early_departures import (
    changed_since,
    consents_of,
    visible_early_departure,
    visible_early_departures,
    with_state,
)
from app.queries.placements import placements_by_id
from app.rules.early_departures import EarlyDepartureState
from app.schemas.agreements import AgreementGive
from app.schemas.early_departures import (
    DepartureRecord,
    EarlyDepartureRead,
    EarlyDepartureRequest,
    ParentalConsentRead,
    ParentalConsentRecord,
)
from app.schemas.wire import Day, Id, Instant
from app.services import early_departures, early_departures_consents
from app.services.agreements import shown_agreements
from app.services.placements_parties import role_of
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.idempotency import keep_instead
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("early-departures")

Reader = Annotated[Caller, allow(Scope.PLACEMENTS_READ)]
Provider = Annotated[Caller, allow(Scope.PLACEMENTS_WRITE, OrganisationKind.PROVIDER)]


@router.get("/early-departures", operation_id="list_early_departures")
async def list_early_departures(
    caller: Reader,
    session: Session,
    pages: Pages,
    placement_id: Id | None = None,
    on_date: Day | None = None,
    state: EarlyDepartureState | None = None,
    since: Annotated[Instant | None, Query(alias="changed_since")] = None,
) -> Page[EarlyDepartureRead]:
    """The early departures of every placement that the caller may see, the earliest day first.

    `changed_since` covers requests that lapsed.
    """
    statement = visible_early_departures(caller)
    if placement_id is not None:
        statement = statement.where(col(EarlyDeparture.placement_id) == placement_id)
    if on_date is not None:
        statement = statement.where(col(EarlyDeparture.on_date) == on_date)
    if state is not None:
        statement = with_state(caller, statement, state)
    if since is not None:
        statement = changed_since(caller, statement, since)
    rows, page = await pages.rows(session, statement, [col(EarlyDeparture.on_date), col(EarlyDeparture.id)])
    return page.holding(await _read(caller, session, [row[0] for row in rows]))


@router.post("/early-departures", operation_id="request_early_departure", status_code=201)
async def request_early_departure(
    request: Request, body: EarlyDepartureRequest, caller: Provider, session: Session, response: Response
) -> EarlyDepartureRead:
    """The provider asks, before it sends a pupil home. Needs the host school's agreement and the parents' consent.

    Too late to ask is refused, and the refusal names the operation that reports what happened without agreement.
    """
    departure = await early_departures.request_early_departure(caller, session, body)
    response.headers["Location"] = f"{early_departures.PATH}/{departure.id}"
    return await _written(request, caller, session, response, departure)


@router.get("/early-departures/{early_departure_id}", operation_id="get_early_departure")
async def get_early_departure(
    early_departure_id: Id, caller: Reader, session: Session, response: Response
) -> EarlyDepartureRead:
    """One early departure: who must agree, what the parents said, and whose word is still missing."""
    return await _shown(caller, session, response, await visible_early_departure(caller, session, early_departure_id))


@router.post("/early-departures/{early_departure_id}/agreements", operation_id="answer_early_departure")
async def answer_early_departure(
    early_departure_id: Id,
    request: Request,
    body: AgreementGive,
    caller: Annotated[Caller, allow(Scope.AGREEMENTS_WRITE)],
    session: Session,
    response: Response,
) -> EarlyDepartureRead:
    """The host school agrees or refuses, for itself alone and once.

    The commissioner does where there is no host school, or where it is the provider.
    """
    departure = await early_departures_consents.answer_early_departure(caller, session, early_departure_id, body)
    return await _written(request, caller, session, response, departure)


@router.post("/early-departures/{early_departure_id}/parental-consents", operation_id="record_parental_consent")
async def record_parental_consent(
    early_departure_id: Id,
    request: Request,
    body: ParentalConsentRecord,
    caller: Provider,
    session: Session,
    response: Response,
) -> EarlyDepartureRead:
    """The provider records what a parent or carer answered it, as evidence, before the pupil leaves.

    One who refuses is enough for there to be no early departure.
    """
    departure = await early_departures_consents.record_parental_consent(caller, session, early_departure_id, body)
    return await _written(request, caller, session, response, departure)


@router.post("/early-departures/{early_departure_id}/withdrawal", operation_id="withdraw_early_departure")
async def withdraw_early_departure(
    early_departure_id: Id,
    request: Request,
    expected: ExpectedVersion,
    caller: Provider,
    session: Session,
    response: Response,
) -> EarlyDepartureRead:
    """The provider withdraws: the pupil stays. Also of what was agreed, when the pupil stayed after all."""
    departure = await early_departures.withdraw_early_departure(caller, session, early_departure_id, expected)
    return await _written(request, caller, session, response, departure)


@router.post("/early-departures/{early_departure_id}/departure", operation_id="record_departure")
async def record_departure(
    early_departure_id: Id,
    request: Request,
    body: DepartureRecord,
    expected: ExpectedVersion,
    caller: Provider,
    session: Session,
    response: Response,
) -> EarlyDepartureRead:
    """The pupil has left, as agreed: when, and handed to whom. That day's attendance stays the provider's to state.

    Without everybody's agreement it is refused with `still_to_agree`; `report_as` names where to report it instead.
    """
    departure = await early_departures.record_departure(caller, session, early_departure_id, body, expected)
    return await _written(request, caller, session, response, departure)


async def _written(
    request: Request, caller: Caller, session: Session, response: Response, departure: EarlyDeparture
) -> EarlyDepartureRead:
    """As `_shown`. What is stored for a repeat of the request names nobody beside the child."""
    shown = await _shown(caller, session, response, departure)
    unnamed = [each.model_copy(update={"given_by": None, "note": None}) for each in shown.parental_consents]
    keep_instead(
        request,
        shown.model_copy(update={"parental_consents": unnamed, "collected_by": None, "handed_to": None}),
    )
    return shown


async def _shown(caller: Caller, session: Session, response: Response, departure: EarlyDeparture) -> EarlyDepartureRead:
    tag(response, departure.version)
    return (await _read(caller, session, [departure]))[0]


async def _read(caller: Caller, session: Session, found: Sequence[EarlyDeparture]) -> list[EarlyDepartureRead]:
    ids = [each.id for each in found]
    placements = await placements_by_id(caller, session, [each.placement_id for each in found])
    answers = await agreements_of(session, "early_departure_id", ids)
    consents = await consents_of(caller, session, ids)
    reads = []
    for each in found:
        placement, said = placements[each.placement_id], consents.get(each.id, [])
        given = answers.get(each.id, [])
        shown = each.model_dump(include=set(EarlyDepartureRead.model_fields)) | {
            "state": early_departures.state_of(each, caller),
            **shown_agreements(early_departures.parties_of(placement), given),
            **_people(caller, placement, each, said),
            "still_to_agree": early_departures.missing_of(placement, given, said),
        }
        reads.append(EarlyDepartureRead.model_validate(shown))
    return reads


def _people(
    caller: Caller, placement: Placement, departure: EarlyDeparture, said: Sequence[ParentalConsent]
) -> dict[str, Any]:
    """What names people beside the child: for the parties alone."""
    members = set(ParentalConsentRead.model_fields)
    if role_of(caller, placement) is not None:
        return {"parental_consents": [each.model_dump(include=members) for each in said]}
    unnamed = {"given_by": None, "note": None}
    return {
        "parental_consents": [each.model_dump(include=members) | unnamed for each in said],
        "collected_by": None,
        "handed_to": None,
    }
