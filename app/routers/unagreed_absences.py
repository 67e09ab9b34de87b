"""Absences without agreement: a pupil sent home or kept away is reported, flagged, told, and never lost."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Query, Request, Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.unagreed_absences import UnagreedAbsence
from app.queries.placements import placements_by_id
from app.queries.unagreed_absences import (
    counts_by_provider,
    notes_of,
    touching,
    visible_unagreed_absence,
    visible_unagreed_absences,
    with_parties,
)
from app.rules.unagreed_absences import ReviewOutcome, UnagreedAbsenceState, UnagreedKind
from app.schemas.unagreed_absences import (
    ProviderUnagreedAbsences,
    UnagreedAbsenceAddNote,
    UnagreedAbsenceCounts,
    UnagreedAbsenceNoteRead,
    UnagreedAbsenceRead,
    UnagreedAbsenceReport,
    UnagreedAbsenceReview,
)
from app.schemas.wire import Day, Id, Instant
from app.services import unagreed_absences
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.idempotency import keep_instead
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("unagreed-absences")

Reader = Annotated[Caller, allow(Scope.PLACEMENTS_READ)]
Writer = Annotated[Caller, allow(Scope.PLACEMENTS_WRITE)]
First = Annotated[Day | None, Query(alias="from", description="Only reports with a day on or after this one.")]
Last = Annotated[Day | None, Query(alias="to", description="Only reports with a day on or before this one.")]


@router.get("/unagreed-absences", operation_id="list_unagreed_absences")
async def list_unagreed_absences(
    caller: Reader,
    session: Session,
    pages: Pages,
    placement_id: Id | None = None,
    provider_id: Id | None = None,
    host_school_id: Id | None = None,
    kind: UnagreedKind | None = None,
    state: UnagreedAbsenceState | None = None,
    outcome: ReviewOutcome | None = None,
    first: First = None,
    last: Last = None,
    changed_since: Instant | None = None,
) -> Page[UnagreedAbsenceRead]:
    """The reports about every placement that the caller may see, the earliest day first.

    `changed_since` covers notes and reviews.
    """
    statement = touching(caller, visible_unagreed_absences(caller), first=first, last=last)
    statement = with_parties(caller, statement, provider_id=provider_id, host_school_id=host_school_id)
    wanted = {"placement_id": placement_id, "kind": kind, "state": state, "outcome": outcome}
    for column, value in wanted.items():
        if value is not None:
            statement = statement.where(col(getattr(UnagreedAbsence, column)) == value)
    if changed_since is not None:
        statement = statement.where(col(UnagreedAbsence.changed_at) >= changed_since)
    rows, page = await pages.rows(session, statement, [col(UnagreedAbsence.starts_on), col(UnagreedAbsence.id)])
    return page.holding(await _read(caller, session, [row[0] for row in rows]))


@router.get("/unagreed-absence-counts", operation_id="get_unagreed_absence_counts")
async def get_unagreed_absence_counts(
    caller: Reader, session: Session, first: First = None, last: Last = None
) -> UnagreedAbsenceCounts:
    """How often each provider's pupils are reported as sent home or kept away without agreement."""
    rows = await counts_by_provider(caller, session, first, last)
    return UnagreedAbsenceCounts(providers=[ProviderUnagreedAbsences.model_validate(row) for row in rows])


@router.post("/unagreed-absences", operation_id="report_unagreed_absence", status_code=201)
async def report_unagreed_absence(
    request: Request, body: UnagreedAbsenceReport, caller: Writer, session: Session, response: Response
) -> UnagreedAbsenceRead:
    """A party reports that a pupil was sent home or kept away without agreement; all who see the placement are told.

    Taken in whatever state the placement is; what looks odd is named in `flags`. It stays unagreed for ever and flagged
    as a potential unlawful exclusion. The sessions stay expected, since the pupil was expected.
    """
    absence = await unagreed_absences.report_unagreed_absence(caller, session, body)
    response.headers["Location"] = f"{unagreed_absences.PATH}/{absence.id}"
    return await _written(request, caller, session, response, absence)


@router.get("/unagreed-absences/{unagreed_absence_id}", operation_id="get_unagreed_absence")
async def get_unagreed_absence(
    unagreed_absence_id: Id, caller: Reader, session: Session, response: Response
) -> UnagreedAbsenceRead:
    """One report: what happened, what agreement was missing, what the parties added, what the commissioner found."""
    absence = await visible_unagreed_absence(caller, session, unagreed_absence_id)
    return await _shown(caller, session, response, absence)


@router.post("/unagreed-absences/{unagreed_absence_id}/notes", operation_id="add_unagreed_absence_note")
async def add_unagreed_absence_note(
    unagreed_absence_id: Id,
    request: Request,
    body: UnagreedAbsenceAddNote,
    caller: Writer,
    session: Session,
    response: Response,
) -> UnagreedAbsenceRead:
    """A party adds to the report: the provider its response, the school what it did. Notes are never changed."""
    absence = await unagreed_absences.add_note(caller, session, unagreed_absence_id, body)
    return await _written(request, caller, session, response, absence)


@router.post("/unagreed-absences/{unagreed_absence_id}/review", operation_id="review_unagreed_absence")
async def review_unagreed_absence(
    unagreed_absence_id: Id,
    request: Request,
    body: UnagreedAbsenceReview,
    expected: ExpectedVersion,
    caller: Writer,
    session: Session,
    response: Response,
) -> UnagreedAbsenceRead:
    """The commissioner says what it found, once. The report and its flag stay."""
    absence = await unagreed_absences.review_unagreed_absence(caller, session, unagreed_absence_id, body, expected)
    return await _written(request, caller, session, response, absence)


async def _written(
    request: Request, caller: Caller, session: Session, response: Response, absence: UnagreedAbsence
) -> UnagreedAbsenceRead:
    """As `_shown`. What is stored for a repeat of the request holds no free text, which may name the child."""
    shown = await _shown(caller, session, response, absence)
    without: dict[str, Any] = {"what_happened": None, "decided_by": None, "review_note": None, "notes": []}
    keep_instead(request, shown.model_copy(update=without))
    return shown


async def _shown(caller: Caller, session: Session, response: Response, absence: UnagreedAbsence) -> UnagreedAbsenceRead:
    tag(response, absence.version)
    return (await _read(caller, session, [absence]))[0]


async def _read(caller: Caller, session: Session, found: Sequence[UnagreedAbsence]) -> list[UnagreedAbsenceRead]:
    await placements_by_id(caller, session, [each.placement_id for each in found])
    notes = await notes_of(caller, session, [each.id for each in found])
    members = set(UnagreedAbsenceNoteRead.model_fields)
    return [
        UnagreedAbsenceRead.model_validate(
            each.model_dump(include=set(UnagreedAbsenceRead.model_fields))
            | {"notes": [note.model_dump(include=members) for note in notes.get(each.id, [])]}
        )
        for each in found
    ]
