"""What an attempt brought about: delivered, to be tried again, given up; an endpoint proved, or disabled."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.models.webhooks import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from app.outbox.catalogue import EventType
from app.queries.webhook_sending import horizon, locked_for_outcome
from app.rules.webhook_deliveries import PROOF, AbandonedBecause, AttemptResult, DeliveryState
from app.rules.webhook_endpoints import DisabledBecause, EndpointState, has_failed_too_long
from app.rules.webhook_retries import wait_after
from app.services.webhook_stopping import disable, moved_on, tell

LAST_SEQ = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """One attempt: of which message, to which url, under which lease, and what came of it. Times are the machine's."""

    delivery_id: UUID
    url: str
    leased_until: datetime
    at: datetime
    ended_at: datetime
    result: AttemptResult
    status: int | None = None
    asked: timedelta | None = None


async def note_outcome(session: AsyncSession, outcome: Outcome) -> None:
    """Keeps the attempt and what follows from it. Does not commit.

    Where somebody else has taken the message meanwhile, a failure says nothing any more; a success does, unless it was
    at a url that is the endpoint's no longer.
    """
    found = await locked_for_outcome(session, outcome.delivery_id)
    if found is None:
        return
    endpoint, delivery, stands_at = found
    session.add(
        WebhookAttempt(
            delivery_id=delivery.id,
            organisation_id=delivery.organisation_id,
            at=outcome.at,
            result=outcome.result,
            status=outcome.status,
            milliseconds=int((outcome.ended_at - outcome.at).total_seconds() * 1000),
        )
    )
    if delivery.state is not DeliveryState.PENDING or endpoint.url != outcome.url:
        return
    if outcome.result is AttemptResult.SUCCEEDED:
        _settle(delivery, DeliveryState.DELIVERED, outcome.ended_at)
        endpoint.failing_since = None
        endpoint.held_until = None
        if delivery.type == PROOF:
            await _enable(session, endpoint, outcome.ended_at, stands_at)
    elif delivery.leased_until == outcome.leased_until:
        await _failed(session, endpoint, delivery, outcome, stands_at)
    await session.flush()


async def _failed(
    session: AsyncSession,
    endpoint: WebhookEndpoint,
    delivery: WebhookDelivery,
    outcome: Outcome,
    stands_at: datetime | None,
) -> None:
    now = outcome.ended_at
    if delivery.type == PROOF:
        _settle(delivery, DeliveryState.ABANDONED, now, AbandonedBecause.PROOF_FAILED)
        return
    delivery.failures += 1
    wait = wait_after(delivery.failures, secrets.randbelow(1001) / 1000, outcome.asked)
    if wait is None:
        _settle(delivery, DeliveryState.ABANDONED, now, AbandonedBecause.RETRIES_EXHAUSTED)
    else:
        delivery.next_attempt_at = now + wait
        delivery.leased_until = None
        delivery.changed_at = now
        delivery.version += 1
    endpoint.failing_since = endpoint.failing_since or outcome.at
    if outcome.asked is not None:
        endpoint.held_until = now + outcome.asked
    if outcome.result is AttemptResult.GONE:
        await session.flush()
        await disable(session, endpoint, DisabledBecause.GONE, now, stands_at or now)
    elif has_failed_too_long(endpoint.failing_since, now):
        await session.flush()
        await disable(session, endpoint, DisabledBecause.FAILING, now, stands_at or now)


async def _enable(session: AsyncSession, endpoint: WebhookEndpoint, now: datetime, stands_at: datetime | None) -> None:
    """From here on it has every event that commits later. One that is enabled already keeps its place in the feed."""
    endpoint.proven_at = now
    moved_on(endpoint, now)
    if endpoint.state is not EndpointState.ENABLED:
        endpoint.state = EndpointState.ENABLED
        endpoint.disabled_because = None
        endpoint.position_txid, endpoint.position_seq = await horizon(session) - 1, LAST_SEQ
        await tell(session, endpoint, EventType.WEBHOOK_ENDPOINT_ENABLED, stands_at or now)


def _settle(
    delivery: WebhookDelivery, state: DeliveryState, now: datetime, because: AbandonedBecause | None = None
) -> None:
    delivery.state = state
    delivery.abandoned_because = because
    delivery.next_attempt_at = None
    delivery.leased_until = None
    delivery.changed_at = now
    delivery.version += 1
