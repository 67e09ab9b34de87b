"""Observations of teaching: written by the observer, shared with the provider, who may comment."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.placements import Placement
from app.models.teaching_observations import TeachingObservation
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import RuleRefused
from app.queries.calendars import school_calendar
from app.queries.placements import visible_placement
from app.queries.teaching_observations import visible_observation, watches_under_framework
from app.rules.calendars import school_year_of
from app.rules.teaching_observations import (
    OBSERVATIONS,
    ObservationState,
    ObserverRole,
    may_observe,
    observer_role,
)
from app.rules.verdict import Refused
from app.schemas.teaching_observations import ObservationRecord, ObservationWrite
from app.services.changes import changed, insist, made, moved
from app.services.placements_parties import role_of

PATH = "/v1/teaching-observations"


async def record_observation(caller: Caller, session: AsyncSession, body: ObservationRecord) -> TeachingObservation:
    """The observer begins a draft. Raises NotFound, RuleRefused."""
    placement, role = await _observed_placement(caller, session, body.placement_id)
    observation = TeachingObservation(
        **made(caller.now),
        **body.model_dump(),
        observer_id=caller.organisation_id,
        observer_role=role,
        state=ObservationState.DRAFT,
    )
    await _date(caller, session, placement, observation)
    session.add(observation)
    await session.flush()
    return observation


async def write_observation(
    caller: Caller, session: AsyncSession, observation_id: UUID, body: ObservationWrite, expected_version: int
) -> TeachingObservation:
    """The observer replaces what a draft says. Raises NotFound, PreconditionFailed, RuleRefused."""
    seen = await visible_observation(caller, session, observation_id)
    placement = await visible_placement(caller, session, seen.placement_id)
    observation = await _moved(caller, session, observation_id, "write", expected_version)
    for member, value in body.model_dump().items():
        setattr(observation, member, value)
    with session.no_autoflush:
        await _date(caller, session, placement, observation)
    await session.flush()
    return observation


async def share_observation(
    caller: Caller, session: AsyncSession, observation_id: UUID, expected_version: int
) -> TeachingObservation:
    """From now on all who see the placement read it. Raises NotFound, PreconditionFailed, RuleRefused."""
    observation = await _moved(caller, session, observation_id, "share", expected_version)
    observation.shared_at = caller.now
    return await _told(caller, session, observation, EventType.OBSERVATION_SHARED)


async def comment_observation(
    caller: Caller, session: AsyncSession, observation_id: UUID, comment: str, expected_version: int
) -> TeachingObservation:
    """The provider's comment, which stands beside what was seen. Raises NotFound, PreconditionFailed, RuleRefused."""
    observation = await _moved(caller, session, observation_id, "comment", expected_version)
    observation.provider_comment, observation.commented_at = comment, caller.now
    return await _told(caller, session, observation, EventType.OBSERVATION_COMMENTED)


async def withdraw_observation(
    caller: Caller, session: AsyncSession, observation_id: UUID, reason: str, expected_version: int
) -> TeachingObservation:
    """It counts no more and stays on record. Raises NotFound, PreconditionFailed, RuleRefused."""
    observation = await _moved(caller, session, observation_id, "withdraw", expected_version)
    observation.withdrawn_because = reason
    return await _told(caller, session, observation, EventType.OBSERVATION_WITHDRAWN)


async def _observed_placement(
    caller: Caller, session: AsyncSession, placement_id: UUID
) -> tuple[Placement, ObserverRole]:
    """The placement, locked for a party, and in which role the caller observes in it."""
    placement = await visible_placement(caller, session, placement_id)
    party = role_of(caller, placement)
    watches = party is None and await watches_under_framework(caller, session, placement_id)
    role = observer_role(party, frameworks_council=watches)
    if isinstance(role, Refused):
        raise RuleRefused(role)
    if party is not None:
        placement = await visible_placement(caller, session, placement_id, lock=True)
    return placement, role


async def _date(caller: Caller, session: AsyncSession, placement: Placement, observation: TeachingObservation) -> None:
    """Says in which term the day lies. Raises RuleRefused where nobody was taught on it in the placement."""
    calendar = await school_calendar(session, placement.calendar_id)
    insist(
        may_observe(
            placement.state,
            calendar,
            observed_on=observation.observed_on,
            starts_on=placement.starts_on,
            ends_on=placement.ends_on,
            today=caller.today,
        )
    )
    half_term = calendar.half_term_of(observation.observed_on)
    assert half_term is not None  # what may be observed lies in one
    observation.school_year, observation.term = school_year_of(half_term.first), half_term.term


async def _moved(
    caller: Caller, session: AsyncSession, observation_id: UUID, verb: str, expected_version: int
) -> TeachingObservation:
    """The observation, locked, in the state that the verb leads to.

    It is judged before it is locked: row security hands the lock to its observer and the provider alone.
    """
    seen = await visible_observation(caller, session, observation_id)
    placement = await visible_placement(caller, session, seen.placement_id)
    others = "provider" if placement.provider_id == caller.organisation_id else "viewer"
    by = "observer" if seen.observer_id == caller.organisation_id else others
    moved(seen, expected_version, OBSERVATIONS, seen.state, verb, by)
    observation = await visible_observation(caller, session, observation_id, lock=True)
    observation.state = moved(observation, expected_version, OBSERVATIONS, observation.state, verb, by)
    changed(observation, caller)
    return observation


async def _told(
    caller: Caller, session: AsyncSession, observation: TeachingObservation, event: EventType
) -> TeachingObservation:
    """Of what was shared all who see the placement are told, of a draft its observer alone."""
    await session.flush()
    shared = observation.shared_at is not None
    await record_event(
        session,
        event,
        f"{PATH}/{observation.id}",
        caller.now,
        placements=[observation.placement_id] if shared else [],
        organisations=[observation.observer_id],
    )
    return observation
