"""Scenarios of a sandbox: what an integrator would otherwise play with several clients and a look at the calendar.

A scenario speaks for several parties. Each act is done by the service that serves their requests, with the party as its
caller, and in a transaction of its own: the duties of the clock must find it committed. The sandbox stays locked until
the end, so that two scenarios come one after the other.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.audit import record_audit
from app.access.caller import Caller, Touched
from app.access.scopes import Scope
from app.db.engine import Sessions
from app.models.attendance import ExpectedSession
from app.models.organisations import OrganisationKind
from app.models.placements import Placement
from app.outbox.tools import Tools
from app.problems import Conflict, Unavailable
from app.queries.api_clients import first_client
from app.queries.calendars import school_calendar
from app.queries.expected_sessions import expected_mornings, next_morning
from app.queries.placements import visible_placement
from app.queries.sandbox import own_sandbox, providers_expecting
from app.rules.calendars import next_lawful_end_dates
from app.rules.london import LONDON
from app.schemas.sandbox import Scenario, ScenarioPlay, ScenarioRead
from app.services.absconding_alerts import raise_alert
from app.services.absconding_alerts_intake import ReceivedAlert
from app.services.attendance_submissions import submit_attendance
from app.services.sandbox_clock import SCHOOL_MORNING, set_clock

LEFT_AT = time(10, 40)
_JUST_AFTER = timedelta(minutes=1)
_ABSCONDED = ReceivedAlert(
    as_received=b"{}",
    last_seen_where="By the gate",
    description="Grey coat, black rucksack. Walked towards the bus stop.",
)


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a scenario plays: requests' sessions for the parties' acts, the worker's tools for the clock's."""

    sessions: Sessions
    workers: Tools | None


@dataclass(slots=True)
class Played:
    """What a scenario brought about."""

    alert_id: UUID | None = None
    reported: int = 0
    ends_on: date | None = None


async def play(caller: Caller, session: AsyncSession, stage: Stage, body: ScenarioPlay) -> ScenarioRead:
    """Plays a scenario to its end. Raises NotFound for a placement out of sight, Conflict where none has a morning."""
    await own_sandbox(caller, session, lock=True)
    morning = await next_morning(caller, session, body.placement_id)
    if morning is None:
        raise Conflict(
            "No placement that you see has a morning ahead. Make one, accept it, and publish its half-terms."
        )
    placement = await visible_placement(caller, session, morning.placement_id)
    played = Played()
    if body.scenario is Scenario.PROVIDER_MISSES_DEADLINE:
        now = await _miss_the_deadline(caller, session, stage, morning, played)
    elif body.scenario is Scenario.PUPIL_ABSCONDS:
        now = await _abscond(caller, session, stage, morning, played)
    else:
        now = await _end_half_term(caller, session, stage, placement, played)
    return ScenarioRead(
        scenario=body.scenario,
        now=now,
        placement_id=placement.id,
        provider_id=placement.provider_id,
        alert_id=played.alert_id,
        reported_count=played.reported,
        ends_on=played.ends_on,
    )


async def _miss_the_deadline(
    caller: Caller, session: AsyncSession, stage: Stage, morning: ExpectedSession, played: Played
) -> datetime:
    now = await _stand_at(caller, session, stage, morning.on_date, SCHOOL_MORNING)
    for provider_id in await _others(caller, stage, morning):
        async with _party(caller, stage, provider_id, now, Scope.ATTENDANCE_WRITE) as (provider, theirs):
            rows = [
                {
                    "placement_id": str(each.placement_id),
                    "on_date": each.on_date.isoformat(),
                    "session": each.session.value,
                }
                | {"fact": "present"}
                for each in await expected_mornings(provider, theirs, morning.on_date)
            ]
            played.reported += (await submit_attendance(provider, theirs, rows, all_or_nothing=False)).recorded_count
    return await _advance(caller, session, stage, max(now, morning.due_at + _JUST_AFTER))


async def _abscond(
    caller: Caller, session: AsyncSession, stage: Stage, morning: ExpectedSession, played: Played
) -> datetime:
    now = await _stand_at(caller, session, stage, morning.on_date, LEFT_AT)
    received = replace(_ABSCONDED, placement_id=morning.placement_id, last_seen_at=now, flags=set())
    async with _party(caller, stage, morning.provider_id, now, Scope.ALERTS_WRITE) as (provider, theirs):
        played.alert_id = (await raise_alert(provider, theirs, received)).alert.id
    return now


async def _end_half_term(
    caller: Caller, session: AsyncSession, stage: Stage, placement: Placement, played: Played
) -> datetime:
    calendar = await school_calendar(session, placement.calendar_id)
    ends = next_lawful_end_dates(calendar, caller.today + timedelta(days=1), 1)
    if not ends:
        raise Conflict("The placement's calendar has no half-term end after today. Publish more half-terms.")
    played.ends_on = ends[0]
    return await _stand_at(caller, session, stage, ends[0] - timedelta(days=1), SCHOOL_MORNING)


async def _stand_at(caller: Caller, session: AsyncSession, stage: Stage, day: date, clock: time) -> datetime:
    """Moves the sandbox's clock to a time of a day in London, unless it is past it."""
    return await _advance(caller, session, stage, datetime.combine(day, clock, LONDON).astimezone(UTC))


async def _advance(caller: Caller, session: AsyncSession, stage: Stage, at: datetime) -> datetime:
    at = max(at, caller.now)
    await set_clock(caller, session, stage.workers, at)
    return at


async def _others(caller: Caller, stage: Stage, morning: ExpectedSession) -> list[UUID]:
    """The sandbox's providers that expect a pupil that morning, all but the one that is to be late."""
    if stage.workers is None or caller.sandbox_id is None:
        raise Unavailable
    async with stage.workers.sessions() as theirs:
        expecting = await providers_expecting(theirs, caller.sandbox_id, morning.on_date)
    return [each for each in expecting if each != morning.provider_id]


@asynccontextmanager
async def _party(
    caller: Caller, stage: Stage, organisation_id: UUID, now: datetime, scope: Scope
) -> AsyncIterator[tuple[Caller, AsyncSession]]:
    """A provider of the sandbox as a caller, audited like any other; its transaction ends with the act."""
    async with stage.sessions() as theirs:
        await _speak_for(theirs, organisation=organisation_id, sandbox=caller.sandbox_id, council=None)
        party = replace(
            caller, organisation_id=organisation_id, kind=OrganisationKind.PROVIDER, now=now, touched=Touched()
        )
        client = await first_client(party, theirs)
        if client is None:
            raise Conflict("A provider of this scenario has no API client. Give it one, or name another placement.")
        await _speak_for(theirs, client=client.id)
        party = replace(party, client_id=client.id, client_name=client.name, scopes=frozenset({scope}))
        yield party, theirs
        await record_audit(theirs, party, "play_scenario", 200, written=True)
        await theirs.commit()


async def _speak_for(session: AsyncSession, **ids: UUID | None) -> None:
    """Tells the database for whom the transaction's statements run, as finding a credential does for a request."""
    for name, id_ in ids.items():
        values = {"name": f"app.{name}", "id": "" if id_ is None else str(id_)}
        await session.execute(text("select set_config(:name, :id, true)"), values)
