"""What the dues of a council's visits are worked out from: its providers, its frameworks, its visits."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.clock import london_day
from app.models.frameworks import LotAward
from app.models.organisations import Organisation, OrganisationKind
from app.models.qa import QaFramework

# For each provider, framework and activity: the visit that was made last, and the one that is planned next.
_COUNTED = text(
    """
    select distinct on (provider_id, series_id, activity, planned)
           provider_id, series_id, activity, planned, id, planned_on, carried_out_on
    from (
        select v.provider_id, f.series_id, v.activity_type as activity, v.state = 'planned' as planned, v.id,
               v.planned_on, v.carried_out_on
        from qa_visits v join qa_frameworks f on f.id = v.framework_id
        where v.council_id = :me and v.state <> 'cancelled'
        union all
        select v.provider_id, f.series_id, p.counts_as, v.state = 'planned', v.id, v.planned_on, v.carried_out_on
        from qa_visit_partners p join qa_visits v on v.id = p.visit_id join qa_frameworks f on f.id = p.framework_id
        where p.council_id = :me and p.state = 'joined' and v.state <> 'cancelled'
    ) as counted
    where provider_id = any(cast(:providers as uuid[]))
    order by provider_id, series_id, activity, planned,
             case when planned then planned_on - date '2000-01-01' else date '2000-01-01' - carried_out_on end, id
    """
)


async def overseen_since(caller: Caller, session: AsyncSession) -> Mapping[UUID, date]:
    """The providers that the calling council watches over today, as `rules.oversight` has it, and since which day."""
    me = caller.organisation_id
    awarded = select(col(LotAward.provider_id), func.min(col(LotAward.starts_on))).where(
        col(LotAward.council_id) == me, col(LotAward.ends_on) >= caller.today
    )
    registered = select(col(Organisation.id), col(Organisation.created_at)).where(
        col(Organisation.registered_by_id) == me, col(Organisation.kind) == OrganisationKind.PROVIDER
    )
    since = {row[0]: row[1] for row in await session.execute(awarded.group_by(col(LotAward.provider_id)))}
    for provider_id, created_at in await session.execute(registered):
        day = london_day(created_at)
        since[provider_id] = min(since.get(provider_id, day), day)
    return since


async def frameworks_since(caller: Caller, session: AsyncSession) -> Mapping[UUID, date]:
    """When each series of the calling council's QA frameworks began."""
    began = select(col(QaFramework.series_id), func.min(col(QaFramework.created_at))).where(
        col(QaFramework.council_id) == caller.organisation_id
    )
    return {row[0]: london_day(row[1]) for row in await session.execute(began.group_by(col(QaFramework.series_id)))}


async def visits_counted(caller: Caller, session: AsyncSession, providers: Sequence[UUID]) -> Sequence[Row[Any]]:
    """The last visit made and the next one planned, by provider, series and activity; joint ones as they count."""
    found = await session.execute(_COUNTED, {"me": caller.organisation_id, "providers": list(providers)})
    return found.all()
