"""Which visits a council owes to which provider, by the minimum frequencies of its own frameworks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.qa import QaFramework
from app.queries.qa_frameworks import current_frameworks
from app.queries.qa_visits_due import frameworks_since, overseen_since, visits_counted
from app.rules.qa_frameworks import DoneBy, MinimumFrequency
from app.rules.qa_frequency import VisitDueState, due_by, visit_due_state

Key = tuple[date, UUID, UUID, str]


@dataclass(frozen=True, slots=True)
class VisitDue:
    """An activity of a current framework that a provider is to be visited for by a day.

    `last_*` tell of the visit that was made last, `planned_*` of the next one that is planned; either may be none.
    """

    provider_id: UUID
    framework_id: UUID
    activity_type: str
    activity_name: str
    minimum_frequency: MinimumFrequency
    last_visit_id: UUID | None
    last_carried_out_on: date | None
    planned_visit_id: UUID | None
    planned_on: date | None
    due_on: date
    state: VisitDueState

    @property
    def key(self) -> Key:
        """What orders a list of them, and no two share."""
        return self.due_on, self.provider_id, self.framework_id, self.activity_type


async def visits_due(caller: Caller, session: AsyncSession, provider_id: UUID | None = None) -> list[VisitDue]:
    """Every visit that falls due some day, for each provider that the calling council watches over; soonest first."""
    overseen = await overseen_since(caller, session)
    providers = [each for each in overseen if provider_id in (None, each)]
    frameworks = await current_frameworks(caller, session)
    began = await frameworks_since(caller, session)
    counted = {
        (row.provider_id, row.series_id, row.activity, row.planned): row
        for row in await visits_counted(caller, session, providers)
    }
    found = [
        due
        for provider in providers
        for framework in frameworks
        for due in _dues(
            framework, provider, max(overseen[provider], began[framework.series_id]), counted, caller.today
        )
    ]
    return sorted(found, key=lambda due: due.key)


def _dues(
    framework: QaFramework,
    provider_id: UUID,
    since: date,
    counted: Mapping[tuple[UUID, UUID, str, bool], Row[Any]],
    today: date,
) -> Iterator[VisitDue]:
    for activity in framework.activity_types:
        if activity["done_by"] != DoneBy.VISIT:
            continue
        about = provider_id, framework.series_id, activity["slug"]
        last, planned = counted.get((*about, False)), counted.get((*about, True))
        frequency = MinimumFrequency(activity["minimum_frequency"])
        due_on = due_by(frequency, last.carried_out_on if last else None, since)
        if due_on is not None:
            yield VisitDue(
                provider_id=provider_id,
                framework_id=framework.id,
                activity_type=activity["slug"],
                activity_name=activity["name"],
                minimum_frequency=frequency,
                last_visit_id=last.id if last else None,
                last_carried_out_on=last.carried_out_on if last else None,
                planned_visit_id=planned.id if planned else None,
                planned_on=planned.planned_on if planned else None,
                due_on=due_on,
                state=visit_due_state(due_on, today),
            )
