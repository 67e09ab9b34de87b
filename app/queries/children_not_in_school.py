"""Where the children of a home council are taught, and for how long, on the days on which it is theirs."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.organisations import Site
from app.queries.attendance_summaries import code_values
from app.queries.returns import placements_running
from app.rules.viewers import ViewerBasis

# The slot of a session is that of the version of the timetable which ruled its day.
_PLACES = text(
    """
    with spent as (
        select e.placement_id, e.online, extract(epoch from e.ends_at - e.starts_at)::int / 60 as minutes,
               e.current_fact in ('present', 'late') as came,
               (select s.site_id from timetable_slots s
                where s.timetable_id = (select t.id from timetables t
                                        where t.placement_id = e.placement_id and t.applies_from <= e.on_date
                                        order by t.applies_from desc limit 1)
                  and s.session = e.session and s.weekday = to_char(e.on_date, 'FMday')) as site_id
        from expected_sessions e
        where e.placement_id = any(:placements) and e.on_date between :first and :last
          and (e.waived_by is null or e.waived_by <> all(:not_counted) or e.current_code is not null
               or e.register_code is not null)
          and exists (select 1 from placement_viewers v
                      where v.placement_id = e.placement_id and v.organisation_id = :me and v.basis = :basis
                        and coalesce(v.from_on <= e.on_date, true) and coalesce(e.on_date <= v.until_on, true)))
    select placement_id, online, case when not online then site_id end as site_id,
           count(*)::int as sessions, sum(minutes)::int as minutes,
           count(*) filter (where came)::int as sessions_attended,
           coalesce(sum(minutes) filter (where came), 0)::int as minutes_attended
    from spent group by 1, 2, 3 order by 1, 2, 3
    """
)


def placements_of_residents(caller: Caller, first: date, last: date) -> Select[Any]:
    """The placements that ran from `first` to `last` of children whose home council the caller was on one of those."""
    return placements_running(caller, first, last, (ViewerBasis.HOME_COUNCIL,))


async def time_spent(
    caller: Caller, session: AsyncSession, placements: Collection[UUID], first: date, last: date
) -> Mapping[UUID, Sequence[Row[Any]]]:
    """For each placement a row for each site, with its sessions and minutes; those online and at no site apart."""
    values = {
        "placements": list(placements),
        "first": first,
        "last": last,
        "me": caller.organisation_id,
        "basis": ViewerBasis.HOME_COUNCIL.value,
        "not_counted": code_values(caller)["not_counted"],
    }
    found: defaultdict[UUID, list[Row[Any]]] = defaultdict(list)
    for row in await session.execute(_PLACES, values):
        found[row.placement_id].append(row)
    return found


async def sites_taught_at(
    caller: Caller, session: AsyncSession, provider_ids: Collection[UUID]
) -> Mapping[UUID, Sequence[Site]]:
    """The sites of providers that placements of the caller's name, by provider."""
    del caller  # row security shows it those of its world
    found: defaultdict[UUID, list[Site]] = defaultdict(list)
    statement = select(Site).where(col(Site.organisation_id).in_(provider_ids)).order_by(col(Site.id))
    for each in await session.scalars(statement):
        found[each.organisation_id].append(each)
    return found
