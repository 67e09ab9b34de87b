"""Observations of teaching: what school, commissioner and council saw at the provider, term by term."""

from operator import eq, ge, le
from typing import Annotated, Any

from fastapi import Query, Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import OrganisationKind
from app.models.teaching_observations import TeachingObservation
from app.queries.teaching_observations import (
    in_standing,
    terms_of_year,
    terms_to_observe,
    visible_observation,
    visible_observations,
    with_provider,
)
from app.rules.calendars import Term, school_year_of
from app.rules.teaching_observations import ObservationState, ObserverRole, TermStanding, term_standing
from app.schemas.progress_reports import SchoolYear
from app.schemas.teaching_observations import (
    ObservationComment,
    ObservationDueRead,
    ObservationRead,
    ObservationRecord,
    ObservationWithdraw,
    ObservationWrite,
)
from app.schemas.wire import Day, Id, Instant
from app.services import teaching_observations
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("teaching observations")

Reader = Annotated[Caller, allow(Scope.REPORTS_READ)]
Observer = Annotated[Caller, allow(Scope.REPORTS_WRITE)]
Provider = Annotated[Caller, allow(Scope.REPORTS_WRITE, OrganisationKind.PROVIDER)]


@router.get("/teaching-observations", operation_id="list_teaching_observations")
async def list_teaching_observations(
    caller: Reader,
    session: Session,
    pages: Pages,
    placement_id: Id | None = None,
    provider_id: Id | None = None,
    observer_id: Id | None = None,
    state: ObservationState | None = None,
    school_year: SchoolYear | None = None,
    term: Term | None = None,
    observed_from: Day | None = None,
    observed_to: Day | None = None,
    changed_since: Instant | None = None,
) -> Page[ObservationRead]:
    """What was shared about placements that the caller may see, and the caller's own drafts."""
    filters: list[tuple[Any, Any, Any]] = [
        (TeachingObservation.placement_id, eq, placement_id),
        (TeachingObservation.observer_id, eq, observer_id),
        (TeachingObservation.state, eq, state),
        (TeachingObservation.school_year, eq, school_year),
        (TeachingObservation.term, eq, term),
        (TeachingObservation.observed_on, ge, observed_from),
        (TeachingObservation.observed_on, le, observed_to),
        (TeachingObservation.changed_at, ge, changed_since),
    ]
    statement = visible_observations(caller).where(
        *[compare(col(field), value) for field, compare, value in filters if value is not None]
    )
    if provider_id is not None:
        statement = with_provider(caller, statement, provider_id)
    rows, page = await pages.rows(
        session, statement, [col(TeachingObservation.observed_on), col(TeachingObservation.id)]
    )
    caller.sees_placements(*(row[0].placement_id for row in rows))
    return page.holding([_read(row[0]) for row in rows])


@router.post("/teaching-observations", operation_id="record_teaching_observation", status_code=201)
async def record_teaching_observation(
    body: ObservationRecord, caller: Observer, session: Session, response: Response
) -> ObservationRead:
    """Host school, commissioner or the framework's council writes down what it saw. Nobody else reads the draft."""
    observation = await teaching_observations.record_observation(caller, session, body)
    response.headers["Location"] = f"{teaching_observations.PATH}/{observation.id}"
    return _shown(response, observation)


@router.get("/teaching-observations-due", operation_id="list_teaching_observations_due")
async def list_teaching_observations_due(
    caller: Reader,
    session: Session,
    pages: Pages,
    placement_id: Id | None = None,
    provider_id: Id | None = None,
    state: TermStanding | None = None,
    school_year: Annotated[SchoolYear | None, Query(description="The present one, where none is named.")] = None,
) -> Page[ObservationDueRead]:
    """The terms that have begun in placements that the caller may see: observed or not, and by when they are to be."""
    terms = await terms_of_year(caller, session, school_year or school_year_of(caller.today))
    due = terms_to_observe(caller, terms)
    found = due.selected_columns
    if placement_id is not None:
        due = due.where(found["placement_id"] == placement_id)
    if provider_id is not None:
        due = due.where(found["provider_id"] == provider_id)
    if state is not None:
        due = in_standing(caller, due, state)
    rows, page = await pages.rows(session, due, [found["due_on"], found["placement_id"]])
    caller.sees_placements(*(row.placement_id for row in rows))
    return page.holding([_due(caller, row) for row in rows])


@router.get("/teaching-observations/{observation_id}", operation_id="get_teaching_observation")
async def get_teaching_observation(
    observation_id: Id, caller: Reader, session: Session, response: Response
) -> ObservationRead:
    """One observation."""
    return _shown(response, await visible_observation(caller, session, observation_id))


@router.put("/teaching-observations/{observation_id}", operation_id="write_teaching_observation")
async def write_teaching_observation(
    observation_id: Id,
    body: ObservationWrite,
    expected: ExpectedVersion,
    caller: Observer,
    session: Session,
    response: Response,
) -> ObservationRead:
    """The observer replaces what a draft says."""
    found = await teaching_observations.write_observation(caller, session, observation_id, body, expected)
    return _shown(response, found)


@router.post("/teaching-observations/{observation_id}/sharing", operation_id="share_teaching_observation")
async def share_teaching_observation(
    observation_id: Id, expected: ExpectedVersion, caller: Observer, session: Session, response: Response
) -> ObservationRead:
    """The observer shares it with the provider and all who see the placement. It does not change any more."""
    found = await teaching_observations.share_observation(caller, session, observation_id, expected)
    return _shown(response, found)


@router.put("/teaching-observations/{observation_id}/provider-comment", operation_id="comment_teaching_observation")
async def comment_teaching_observation(
    observation_id: Id,
    body: ObservationComment,
    expected: ExpectedVersion,
    caller: Provider,
    session: Session,
    response: Response,
) -> ObservationRead:
    """The provider's comment, beside what was seen; it replaces the one before."""
    found = await teaching_observations.comment_observation(caller, session, observation_id, body.text, expected)
    return _shown(response, found)


@router.post("/teaching-observations/{observation_id}/withdrawal", operation_id="withdraw_teaching_observation")
async def withdraw_teaching_observation(
    observation_id: Id,
    body: ObservationWithdraw,
    expected: ExpectedVersion,
    caller: Observer,
    session: Session,
    response: Response,
) -> ObservationRead:
    """The observer withdraws it, with a reason: it counts no more and stays on record for those who could read it."""
    found = await teaching_observations.withdraw_observation(caller, session, observation_id, body.reason, expected)
    return _shown(response, found)


def _shown(response: Response, observation: TeachingObservation) -> ObservationRead:
    tag(response, observation.version)
    return _read(observation)


def _read(observation: TeachingObservation) -> ObservationRead:
    return ObservationRead.model_validate(observation.model_dump(include=set(ObservationRead.model_fields)))


def _due(caller: Caller, row: Any) -> ObservationDueRead:
    observed = {f"{role.value}_observed_on": row._mapping[f"{role.value}_observed_on"] for role in ObserverRole}
    return ObservationDueRead(
        placement_id=row.placement_id,
        provider_id=row.provider_id,
        school_year=row.school_year,
        term=Term(row.term),
        due_on=row.due_on,
        state=term_standing(row.due_on, caller.today, observed=any(observed.values())),
        **observed,
    )
