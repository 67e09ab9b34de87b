"""Absences without agreement as a caller may see them: of placements that it saw on their first day."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Row, Select, desc, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.organisations import Organisation
from app.models.placements import Placement
from app.models.suspensions import Suspension
from app.models.unagreed_absences import UnagreedAbsence, UnagreedAbsenceNote
from app.problems import NotFound
from app.queries.placements import may_see_on, visible_placement_ids, visible_placements
from app.queries.suspensions import STANDING, visible_suspensions
from app.rules.unagreed_absences import ReviewOutcome, UnagreedAbsenceState, UnagreedKind


def visible_unagreed_absences(caller: Caller) -> Select[UnagreedAbsence]:
    return select(UnagreedAbsence).where(
        col(UnagreedAbsence.placement_id).in_(visible_placement_ids(caller)),
        may_see_on(caller, col(UnagreedAbsence.placement_id), col(UnagreedAbsence.starts_on)),
    )


async def visible_unagreed_absence(
    caller: Caller, session: AsyncSession, unagreed_absence_id: UUID, *, lock: bool = False
) -> UnagreedAbsence:
    """Raises NotFound. Lock the placement before the report."""
    statement = visible_unagreed_absences(caller).where(col(UnagreedAbsence.id) == unagreed_absence_id)
    if lock:
        statement = statement.with_for_update(of=UnagreedAbsence).execution_options(populate_existing=True)
    found = (await session.scalars(statement)).one_or_none()
    if found is None:
        raise NotFound
    return found


def with_parties(
    caller: Caller, statement: Select[UnagreedAbsence], *, provider_id: UUID | None, host_school_id: UUID | None
) -> Select[UnagreedAbsence]:
    """Only those of placements with this provider, of this host school, or both."""
    if provider_id is None and host_school_id is None:
        return statement
    placements = visible_placements(caller)
    if provider_id is not None:
        placements = placements.where(col(Placement.provider_id) == provider_id)
    if host_school_id is not None:
        placements = placements.where(col(Placement.host_school_id) == host_school_id)
    return statement.where(col(UnagreedAbsence.placement_id).in_(placements.with_only_columns(col(Placement.id))))


def touching(
    caller: Caller, statement: Select[UnagreedAbsence], *, first: date | None, last: date | None
) -> Select[UnagreedAbsence]:
    """Only those with a day from `first` to `last`, both included."""
    if first is not None:
        statement = statement.where(col(UnagreedAbsence.ends_on) >= first)
    if last is not None:
        statement = statement.where(col(UnagreedAbsence.starts_on) <= last)
    return statement


async def notes_of(
    caller: Caller, session: AsyncSession, ids: Collection[UUID]
) -> Mapping[UUID, Sequence[UnagreedAbsenceNote]]:
    """What the parties added to these reports, by the report's id, in the order written."""
    statement = (
        select(UnagreedAbsenceNote)
        .where(
            col(UnagreedAbsenceNote.unagreed_absence_id).in_(ids),
            col(UnagreedAbsenceNote.placement_id).in_(visible_placement_ids(caller)),
        )
        .order_by(col(UnagreedAbsenceNote.written_at), col(UnagreedAbsenceNote.id))
    )
    found: defaultdict[UUID, list[UnagreedAbsenceNote]] = defaultdict(list)
    for each in (await session.scalars(statement)).all():
        found[each.unagreed_absence_id].append(each)
    return found


async def outcomes_of_sending_home(
    caller: Caller, session: AsyncSession, placement_id: UUID, day: date
) -> Sequence[ReviewOutcome | None]:
    """What became of each report that the pupil was sent home that day; None for one not reviewed yet."""
    statement = visible_unagreed_absences(caller).where(
        col(UnagreedAbsence.placement_id) == placement_id,
        col(UnagreedAbsence.kind) == UnagreedKind.SENT_HOME,
        col(UnagreedAbsence.starts_on) == day,
    )
    return [each.outcome for each in await session.scalars(statement)]


async def suspension_asked_for(
    caller: Caller, session: AsyncSession, placement_id: UUID, day: date
) -> Suspension | None:
    """The suspension of that day that was asked for last, whatever became of it."""
    statement = (
        visible_suspensions(caller)
        .where(
            col(Suspension.placement_id) == placement_id,
            col(Suspension.starts_on) <= day,
            col(Suspension.ends_on) >= day,
        )
        .order_by(desc(col(Suspension.created_at)), desc(col(Suspension.state).in_(STANDING)), col(Suspension.id))
        .limit(1)
    )
    return (await session.scalars(statement)).one_or_none()


async def counts_by_provider(
    caller: Caller, session: AsyncSession, first: date | None, last: date | None
) -> Sequence[Row[Any]]:
    """For each provider with reports that the caller may see: incidents and reports, the most incidents first."""
    reports = touching(caller, visible_unagreed_absences(caller), first=first, last=last).subquery()
    each = reports.c
    incidents = func.count(func.distinct(func.row(each.placement_id, each.kind, each.starts_on)))
    statement = (
        cast(
            Select[Any],
            select(
                col(Placement.provider_id).label("provider_id"),
                col(Organisation.name).label("provider_name"),
                incidents.label("incidents"),
                func.count().label("reports"),
                func.count().filter(each.kind == UnagreedKind.SENT_HOME).label("sent_home"),
                func.count().filter(each.kind == UnagreedKind.KEPT_AWAY).label("kept_away"),
                func.count().filter(each.state == UnagreedAbsenceState.OPEN).label("open"),
                func.count().filter(each.outcome == ReviewOutcome.UNLAWFUL_EXCLUSION_CONFIRMED).label("confirmed"),
            ),
        )
        .select_from(reports)
        .join(Placement, col(Placement.id) == each.placement_id)
        .join(Organisation, col(Organisation.id) == col(Placement.provider_id))
        .group_by(col(Placement.provider_id), col(Organisation.name))
        .order_by(desc("incidents"), col(Placement.provider_id))
    )
    return cast(Sequence[Row[Any]], (await session.execute(statement)).all())
