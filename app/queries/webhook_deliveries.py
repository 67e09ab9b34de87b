"""What was sent, or is to be, to the caller's own webhook endpoints."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.journal import Event, EventAudience
from app.models.webhooks import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from app.problems import NotFound
from app.rules.webhook_deliveries import PROOF, DeliveryState

MOST_ATTEMPTS_SHOWN = 50


def own_deliveries(caller: Caller) -> Select[WebhookDelivery]:
    return select(WebhookDelivery).where(col(WebhookDelivery.organisation_id) == caller.organisation_id)


async def own_delivery(
    caller: Caller, session: AsyncSession, delivery_id: UUID, *, lock: bool = False
) -> WebhookDelivery:
    """Raises NotFound. Lock the endpoint before the delivery."""
    statement = own_deliveries(caller).where(col(WebhookDelivery.id) == delivery_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = (await session.scalars(statement)).one_or_none()
    if found is None:
        raise NotFound
    return found


async def pending_proof(caller: Caller, session: AsyncSession, endpoint_id: UUID) -> WebhookDelivery | None:
    """The proof that is on its way to an endpoint."""
    statement = own_deliveries(caller).where(
        col(WebhookDelivery.endpoint_id) == endpoint_id,
        col(WebhookDelivery.type) == PROOF,
        col(WebhookDelivery.state) == DeliveryState.PENDING,
    )
    return (await session.scalars(statement.limit(1))).one_or_none()


async def attempts_of(session: AsyncSession, delivery_ids: Sequence[UUID]) -> dict[UUID, list[WebhookAttempt]]:
    """The last attempts of each of these deliveries, the oldest of them first."""
    number = func.row_number().over(
        partition_by=col(WebhookAttempt.delivery_id), order_by=col(WebhookAttempt.id).desc()
    )
    last = (
        select(col(WebhookAttempt.id), number.label("number"))
        .where(col(WebhookAttempt.delivery_id).in_(delivery_ids))
        .subquery()
    )
    statement = (
        select(WebhookAttempt)
        .join(last, last.c.id == col(WebhookAttempt.id))
        .where(last.c.number <= MOST_ATTEMPTS_SHOWN)
        .order_by(col(WebhookAttempt.id))
    )
    found: dict[UUID, list[WebhookAttempt]] = {each: [] for each in delivery_ids}
    for attempt in (await session.scalars(statement)).all():
        found[attempt.delivery_id].append(attempt)
    return found


async def abandoned_since(
    caller: Caller, session: AsyncSession, endpoint: WebhookEndpoint, since: datetime, most: int
) -> Sequence[WebhookDelivery]:
    """Abandoned messages of events recorded since an instant, in the order of recording, locked; never proofs."""
    statement = (
        own_deliveries(caller)
        .where(
            col(WebhookDelivery.endpoint_id) == endpoint.id,
            col(WebhookDelivery.state) == DeliveryState.ABANDONED,
            col(WebhookDelivery.event_id).is_not(None),
            col(WebhookDelivery.recorded_at) >= since,
        )
        .order_by(col(WebhookDelivery.recorded_at), col(WebhookDelivery.id))
        .limit(most)
        .with_for_update()
    )
    return (await session.scalars(statement)).all()


async def feed_since(
    caller: Caller, session: AsyncSession, endpoint: WebhookEndpoint, since: datetime, most: int
) -> Sequence[tuple[Event, WebhookDelivery | None]]:
    """The organisation's events of the endpoint's types recorded since an instant, each with what was sent of it.

    In the order of recording, without those whose message is on its way already.
    """
    of_this = and_(col(WebhookDelivery.event_id) == col(Event.id), col(WebhookDelivery.endpoint_id) == endpoint.id)
    statement = (
        select(Event, WebhookDelivery)
        .join(EventAudience, col(EventAudience.event_id) == col(Event.id))
        .outerjoin(WebhookDelivery, of_this)
        .where(
            col(EventAudience.organisation_id) == caller.organisation_id,
            col(Event.recorded_at) >= since,
            func.coalesce(col(WebhookDelivery.state) != DeliveryState.PENDING, True),
        )
        .order_by(col(Event.recorded_at), col(Event.id))
        .limit(most)
    )
    if endpoint.event_types is not None:
        statement = statement.where(col(Event.type).in_(endpoint.event_types))
    return [(row[0], row[1]) for row in (await session.execute(statement)).all()]
