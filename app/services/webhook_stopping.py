"""Sending no more to an endpoint: asked for by its organisation, or found out by the worker."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.models.webhooks import WebhookDelivery, WebhookEndpoint
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.rules.webhook_deliveries import AbandonedBecause, DeliveryState
from app.rules.webhook_endpoints import DisabledBecause, EndpointState

PATH = "/v1/webhook-endpoints"


def moved_on(endpoint: WebhookEndpoint, at: datetime) -> None:
    """The endpoint's row must be locked. `at` is the machine's time."""
    endpoint.changed_at = at
    endpoint.version += 1


async def disable(
    session: AsyncSession, endpoint: WebhookEndpoint, because: DisabledBecause, at: datetime, occurred_at: datetime
) -> None:
    """Ends it until it is proved anew, gives up what is on its way, and tells the feed. The row must be locked.

    `at` is the machine's time, `occurred_at` the domain's.
    """
    endpoint.state = EndpointState.DISABLED
    endpoint.disabled_because = because
    endpoint.failing_since = None
    endpoint.held_until = None
    moved_on(endpoint, at)
    await abandon_pending(session, endpoint.id, AbandonedBecause.ENDPOINT_DISABLED, at)
    await tell(session, endpoint, EventType.WEBHOOK_ENDPOINT_DISABLED, occurred_at)


async def abandon_pending(session: AsyncSession, endpoint_id: UUID, because: AbandonedBecause, at: datetime) -> None:
    """Gives up every message on its way to an endpoint; a replay sends those of events again."""
    await session.execute(
        update(WebhookDelivery)
        .where(
            col(WebhookDelivery.endpoint_id) == endpoint_id,
            col(WebhookDelivery.state) == DeliveryState.PENDING,
        )
        .values(
            state=DeliveryState.ABANDONED,
            abandoned_because=because,
            next_attempt_at=None,
            leased_until=None,
            changed_at=at,
            version=col(WebhookDelivery.version) + 1,
        )
        .execution_options(synchronize_session="fetch")
    )


async def tell(session: AsyncSession, endpoint: WebhookEndpoint, event: EventType, occurred_at: datetime) -> None:
    await record_event(session, event, f"{PATH}/{endpoint.id}", occurred_at, organisations=[endpoint.organisation_id])
