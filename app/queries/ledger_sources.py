"""What the ledger of expected sessions rests on, for placements that were found and locked already."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.models.attendance import ExpectedSession
from app.models.organisations import Organisation, OrganisationKind
from app.models.part_time_plans import PartTimePlan
from app.models.placements import Placement, Timetable, TimetableSlot
from app.models.suspensions import Suspension
from app.queries.calendars import school_calendars
from app.rules.attendance_waivers import Waiver
from app.rules.ledger import Excused, Key, LedgerRow, LedgerSources, TimetableVersion
from app.rules.part_time_plans import PlanState, weekly_session
from app.rules.placements import PlacementState
from app.rules.suspensions import SuspensionState
from app.rules.timetables import TimetableSlot as Slot

_PLANS_THAT_HELD = (PlanState.AGREED, PlanState.EXTENDED, PlanState.OVERDUE, PlanState.ENDED)

Rows = dict[Key, LedgerRow]


async def ledger_sources(
    session: AsyncSession, placements: Sequence[Placement], today: date
) -> Mapping[UUID, LedgerSources]:
    """What the ledger of each of these placements rests on, in as many queries for one as for many."""
    ids = [each.id for each in placements]
    calendars = await school_calendars(session, list({each.calendar_id for each in placements}))
    versions, excused = await _versions(session, ids), await _excused(session, ids)
    begun = select(col(ExpectedSession.placement_id), func.min(col(ExpectedSession.on_date))).where(
        col(ExpectedSession.placement_id).in_(ids)
    )
    known = {row[0]: row[1] for row in await session.execute(begun.group_by(col(ExpectedSession.placement_id)))}
    return {
        each.id: LedgerSources(
            (each.starts_on, each.ends_on) if each.state is PlacementState.ACCEPTED else None,
            min(known.get(each.id, today), today),
            calendars[each.calendar_id],
            versions[each.id],
            excused[each.id],
        )
        for each in placements
    }


async def ledger_rows(
    session: AsyncSession, placement_ids: Collection[UUID], first: date, last: date
) -> Mapping[UUID, Rows]:
    """The sessions of these placements that the ledger holds from `first` to `last`, locked in one order."""
    statement = (
        select(ExpectedSession)
        .where(col(ExpectedSession.placement_id).in_(placement_ids), col(ExpectedSession.on_date).between(first, last))
        .order_by(col(ExpectedSession.placement_id), col(ExpectedSession.on_date), col(ExpectedSession.session))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    found: defaultdict[UUID, Rows] = defaultdict(dict)
    for each in await session.scalars(statement):
        found[each.placement_id][each.on_date, each.session] = LedgerRow(
            each.starts_at,
            each.ends_at,
            each.online,
            each.due_at,
            None if each.waived_by is None else Waiver(each.waived_by),
            each.first_received_at is not None,
        )
    return found


async def commissioned_by_councils(session: AsyncSession, placements: Sequence[Placement]) -> set[UUID]:
    """Those of these placements whose commissioner is a council."""
    of_councils = select(col(Organisation.id)).where(
        col(Organisation.id).in_({each.commissioner_id for each in placements}),
        col(Organisation.kind) == OrganisationKind.COUNCIL,
    )
    councils = set(await session.scalars(of_councils))
    return {each.id for each in placements if each.commissioner_id in councils}


async def open_suspensions(
    session: AsyncSession, placement_ids: Collection[UUID], first: date, last: date, now: datetime
) -> Sequence[Suspension]:
    """The requests about these placements that touch these days and that may still be agreed, locked."""
    statement = (
        select(Suspension)
        .where(
            col(Suspension.placement_id).in_(placement_ids),
            col(Suspension.state) == SuspensionState.REQUESTED,
            col(Suspension.takes_effect_at) > now,
            col(Suspension.starts_on) <= last,
            col(Suspension.ends_on) >= first,
        )
        .order_by(col(Suspension.starts_on), col(Suspension.id))
        .with_for_update()
    )
    return (await session.scalars(statement)).all()


async def _versions(session: AsyncSession, ids: Collection[UUID]) -> Mapping[UUID, Sequence[TimetableVersion]]:
    slots: defaultdict[UUID, list[Slot]] = defaultdict(list)
    for s in await session.scalars(select(TimetableSlot).where(col(TimetableSlot.placement_id).in_(ids))):
        slots[s.timetable_id].append(Slot(s.weekday, s.session, s.starts_at, s.ends_at, s.online, s.site_id))
    timetables = select(Timetable).where(col(Timetable.placement_id).in_(ids)).order_by(col(Timetable.applies_from))
    found: defaultdict[UUID, list[TimetableVersion]] = defaultdict(list)
    for each in await session.scalars(timetables):
        found[each.placement_id].append(TimetableVersion(each.applies_from, slots[each.id]))
    return found


async def _excused(session: AsyncSession, ids: Collection[UUID]) -> Mapping[UUID, Sequence[Excused]]:
    """What agreed suspensions and part-time plans excuse from; ended early, from what had begun by then."""
    found: defaultdict[UUID, list[Excused]] = defaultdict(list)
    suspensions = select(Suspension).where(
        col(Suspension.placement_id).in_(ids),
        col(Suspension.state).in_((SuspensionState.AGREED, SuspensionState.WITHDRAWN)),
    )
    for s in await session.scalars(suspensions):
        stands = s.state is SuspensionState.AGREED
        if stands or (s.settled_at is not None and s.settled_at >= s.takes_effect_at):
            until = None if stands else s.settled_at
            found[s.placement_id].append(Excused(Waiver.SUSPENSION, s.starts_on, s.ends_on, until))
    plans = select(PartTimePlan).where(
        col(PartTimePlan.placement_id).in_(ids), col(PartTimePlan.state).in_(_PLANS_THAT_HELD)
    )
    for plan in await session.scalars(plans):
        weekly = frozenset(weekly_session(each) for each in plan.sessions_not_attended)
        until = plan.ended_at if plan.state is PlanState.ENDED else None
        excuse = Excused(Waiver.PART_TIME_PLAN, plan.starts_on, plan.ends_on, until, weekly)
        found[plan.placement_id].append(excuse)
    return found
