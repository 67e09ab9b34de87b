"""Attendance counted in the database, over the days of each placement that the caller may see.

`attendance_counted` (migration 0023) reads the ledger's key alone, for the days that the caller's rows as a viewer
hold, and gives a row for each placement, code and circumstance; what a code counts as comes from the rules.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, TextClause, case, exists, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import SQLCoreOperations
from sqlmodel import col

from app.access.caller import Caller
from app.models.attendance import ExpectedSession
from app.models.organisations import Organisation, OrganisationKind
from app.models.placements import Placement
from app.queries.placements import may_see_on, visible_placement_ids
from app.rules.attendance_summaries import (
    PERSISTENT_PERCENT,
    SEVERE_PERCENT,
    CountedAs,
    SummaryGroup,
    codes_counted_as,
    waivers_counted_as,
    waivers_not_counted,
)

NOBODY = UUID(int=0)
"""Stands for the host school of a child on no school's roll, and for the council where there is none."""

_COUNCIL = "case when o.kind = 'council' then o.id else o.council_id end"
_KEYS = {
    SummaryGroup.PUPIL: "p.pupil_id",
    SummaryGroup.PLACEMENT: "p.id",
    SummaryGroup.PROVIDER: "p.provider_id",
    SummaryGroup.HOST_SCHOOL: f"coalesce(p.host_school_id, '{NOBODY}')",
    SummaryGroup.COUNCIL: f"coalesce({_COUNCIL}, '{NOBODY}')",
}


def _session_counts(counted_as: CountedAs) -> str:
    """Whether a group of sessions counts so: by its code, or where nothing was received by what waives it."""
    return f"c.code = any(:{counted_as}_codes) or c.due and c.waived_by = any(:{counted_as}_waivers)"


_EXPECTED = "(c.waived_by is null or c.waived_by <> all(:not_counted))"
_CONDITIONS = {
    "expected": _EXPECTED,
    **{each.value: _session_counts(each) for each in CountedAs},
    "not_reported": "c.code is null and c.waived_by is null and c.due",
    "not_yet_due": f"c.code is null and not c.due and {_EXPECTED}",
    "late": "c.fact = 'late'",
    "online": f"c.online and {_EXPECTED}",
    "online_came": "c.online and c.fact in ('present', 'late')",
}
TALLY = ", ".join(
    f"coalesce(sum(c.sessions) filter (where {condition}), 0)::int as {name}" for name, condition in _CONDITIONS.items()
)
"""The columns of `rules.attendance_summaries.Tally`, of the rows `c` of `attendance_counted`."""

_SUMMED = """
with mine as materialized (
    select p.id, p.pupil_id, {key} as key, p.starts_on,
           (select min(h.last_on) from calendar_half_terms h
            where h.calendar_id = p.calendar_id and h.last_on >= p.starts_on) as started_by
    from placements p left join organisations o on o.id = p.commissioner_id
    where p.id in (select v.placement_id from placement_viewers v where v.organisation_id = :me)
      and {key} = any(:keys)
      and coalesce(p.pupil_id = cast(:pupil_id as uuid), true)
      and coalesce(p.id = cast(:placement_id as uuid), true)
      and coalesce(p.provider_id = cast(:provider_id as uuid), true)
      and (cast(:host_school_id as uuid) is null or p.host_school_id = :host_school_id)
      and (cast(:council_id as uuid) is null or {council} = :council_id)
), counted as materialized (
    select m.key, m.pupil_id, m.id, m.starts_on, m.started_by, {tally}
    from mine m
    join attendance_counted(
        (select array_agg(id) from mine), (select array_agg(cast(:first as date)) from mine),
        (select array_agg(cast(:last as date)) from mine), null, :now) c on c.placement_id = m.id
    group by 1, 2, 3, 4, 5
), began as (
    select k.key, sum(c.attended + c.authorised + c.unauthorised)::int as began_possible,
           sum(c.authorised + c.unauthorised)::int as began_absent
    from counted k
    join (select c.placement_id, {tally}
          from attendance_counted(
              (select array_agg(id order by id) from counted), (select array_agg(starts_on order by id) from counted),
              (select array_agg(started_by order by id) from counted), null, :now) c
          group by 1) c on c.placement_id = k.id
    group by 1
), of_pupils as (
    select key, pupil_id, sum(attended + authorised + unauthorised) as possible,
           sum(authorised + unauthorised) as absent
    from counted group by 1, 2
), pupils as (
    select key, count(*) as pupils, count(*) filter (where possible > 0) as pupils_possible,
           count(*) filter (where possible > 0 and 100 * absent >= :persistent * possible) as pupils_persistent,
           count(*) filter (where possible > 0 and 100 * absent >= :severe * possible) as pupils_severe
    from of_pupils group by 1
)
select k.key, count(*) as placements, (array_agg(k.pupil_id))[1] as pupil_id,
       {sums},
       p.pupils, p.pupils_possible, p.pupils_persistent, p.pupils_severe,
       coalesce(b.began_possible, 0) as began_possible, coalesce(b.began_absent, 0) as began_absent
from counted k join pupils p on p.key = k.key left join began b on b.key = k.key
group by k.key, p.pupils, p.pupils_possible, p.pupils_persistent, p.pupils_severe, b.began_possible, b.began_absent
order by k.key
"""
_SUMS = ", ".join(f"sum(k.{name})::int as {name}" for name in _CONDITIONS)


@dataclass(frozen=True, slots=True)
class SummaryFilters:
    """Which placements are asked for; None leaves it open. The council is the one that commissions, or whose school."""

    pupil_id: UUID | None = None
    placement_id: UUID | None = None
    provider_id: UUID | None = None
    host_school_id: UUID | None = None
    council_id: UUID | None = None


def summary_keys(caller: Caller, by: SummaryGroup, first: date, last: date, filters: SummaryFilters) -> Select[Any]:
    """What there is to sum, as one column `key`: pupils, placements or organisations with a session of these days.

    `NOBODY` stands for the organisation that there is not.
    """
    sessions = exists().where(
        col(ExpectedSession.placement_id) == col(Placement.id),
        is_counted(caller),
        col(ExpectedSession.on_date).between(first, last),
        may_see_on(caller, col(ExpectedSession.placement_id), col(ExpectedSession.on_date)),
    )
    council = case(
        (col(Organisation.kind) == OrganisationKind.COUNCIL, col(Organisation.id)), else_=col(Organisation.council_id)
    )
    keys: dict[SummaryGroup, SQLCoreOperations[Any]] = {
        SummaryGroup.PUPIL: col(Placement.pupil_id),
        SummaryGroup.PLACEMENT: col(Placement.id),
        SummaryGroup.PROVIDER: col(Placement.provider_id),
        SummaryGroup.HOST_SCHOOL: func.coalesce(col(Placement.host_school_id), NOBODY),
        SummaryGroup.COUNCIL: func.coalesce(council, NOBODY),
    }
    wanted = {
        col(Placement.pupil_id): filters.pupil_id,
        col(Placement.id): filters.placement_id,
        col(Placement.provider_id): filters.provider_id,
        col(Placement.host_school_id): filters.host_school_id,
        council: filters.council_id,
    }
    mine = (
        select(cast(ColumnElement[UUID], keys[by]).label("key"))
        .select_from(Placement)
        .outerjoin(Organisation, col(Organisation.id) == col(Placement.commissioner_id))
        .where(col(Placement.id).in_(visible_placement_ids(caller)), sessions)
        .where(*(column == value for column, value in wanted.items() if value is not None))
        .distinct()
        .subquery()
    )
    return select(mine.c.key)


def is_counted(caller: Caller) -> ColumnElement[bool]:
    """Whether a session is counted at all, for every caller: one that is no part of the timetable any more is not."""
    del caller
    said = col(ExpectedSession.current_code).is_not(None) | col(ExpectedSession.register_code).is_not(None)
    waived_by = col(ExpectedSession.waived_by)
    return or_(said, waived_by.is_(None), waived_by.not_in([each.value for each in waivers_not_counted()]))


def code_values(caller: Caller) -> dict[str, Any]:
    """The parameters of `TALLY`: the codes and waivers that count as each, the same for every caller."""
    del caller
    return {
        **{f"{each}_codes": list(codes_counted_as(each)) for each in CountedAs},
        "not_counted": [waiver.value for waiver in waivers_not_counted()],
        **{f"{each}_waivers": [waiver.value for waiver in waivers_counted_as(each)] for each in CountedAs},
    }


def _summing(by: SummaryGroup) -> TextClause:
    return text(_SUMMED.format(key=_KEYS[by], council=_COUNCIL, tally=TALLY, sums=_SUMS))


async def summed(
    caller: Caller,
    session: AsyncSession,
    by: SummaryGroup,
    first: date,
    last: date,
    filters: SummaryFilters,
    keys: Sequence[UUID],
) -> Sequence[Row[Any]]:
    """A row for each of the keys, in their order: the members of a `Tally`, the pupils, and how it began."""
    values = {
        "me": caller.organisation_id,
        "keys": list(keys),
        "first": first,
        "last": last,
        "now": caller.now,
        "persistent": PERSISTENT_PERCENT,
        "severe": SEVERE_PERCENT,
        **asdict(filters),
        **code_values(caller),
    }
    return (await session.execute(_summing(by), values)).all()
