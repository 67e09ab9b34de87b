"""Messages that an organisation asks for: the proof of an endpoint, and what is to be sent again.

Nothing is sent here: the worker finds what is due within a second.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.clock import utc_now
from app.models.journal import Event
from app.models.webhooks import WebhookDelivery, WebhookEndpoint
from app.outbox.webhook_secrets import new_challenge
from app.problems import FieldError, Invalid
from app.queries.webhook_deliveries import abandoned_since, feed_since, own_delivery, pending_proof
from app.queries.webhook_endpoints import own_endpoint
from app.rules.webhook_deliveries import PROOF, WEBHOOK_DELIVERIES, DeliveryState
from app.rules.webhook_endpoints import WEBHOOK_ENDPOINTS, may_replay, may_replay_since
from app.schemas.webhook_deliveries import EndpointReplay, EndpointReplayed, ReplayWhat
from app.services.changes import insist, made, state_after
from app.services.webhook_stopping import PATH as ENDPOINTS

PATH = "/v1/webhook-deliveries"
MOST_REPLAYED = 2_000


async def prove_webhook_endpoint(caller: Caller, session: AsyncSession, endpoint_id: UUID) -> WebhookDelivery:
    """The proof, to be sent at once; the one that is on its way already, where there is one."""
    endpoint = await own_endpoint(caller, session, endpoint_id, lock=True)
    state_after(WEBHOOK_ENDPOINTS, endpoint.state, "prove", "organisation")
    endpoint.held_until = None  # whoever asks for a proof says that the receiver is ready
    under_way = await pending_proof(caller, session, endpoint.id)
    if under_way is not None:
        return under_way
    now = utc_now()
    proof = WebhookDelivery(
        **made(now),
        endpoint_id=endpoint.id,
        organisation_id=endpoint.organisation_id,
        type=PROOF,
        occurred_at=now,
        recorded_at=now,
        resource=f"{ENDPOINTS}/{endpoint.id}",
        challenge=new_challenge(),
        state=DeliveryState.PENDING,
        next_attempt_at=now,
    )
    session.add(proof)
    await session.flush()
    return proof


async def replay_webhook_delivery(caller: Caller, session: AsyncSession, delivery_id: UUID) -> WebhookDelivery:
    """Sends one message of an event again, with the same `webhook-id`. Raises NotFound, RuleRefused, Invalid."""
    found = await own_delivery(caller, session, delivery_id)
    endpoint = await own_endpoint(caller, session, found.endpoint_id, lock=True)
    delivery = await own_delivery(caller, session, delivery_id, lock=True)
    after = state_after(WEBHOOK_DELIVERIES, delivery.state, "replay", "organisation")
    if delivery.type == PROOF:
        raise Invalid([FieldError("", "proof_not_replayed", "a proof has one challenge: ask for another proof")])
    insist(may_replay(endpoint.state))
    _send_again(delivery, after, utc_now())
    await session.flush()
    return delivery


async def replay_webhook_endpoint(
    caller: Caller, session: AsyncSession, endpoint_id: UUID, body: EndpointReplay
) -> EndpointReplayed:
    """Sends many messages again, `MOST_REPLAYED` at a time. Raises NotFound, RuleRefused."""
    endpoint = await own_endpoint(caller, session, endpoint_id, lock=True)
    now = utc_now()
    insist(may_replay(endpoint.state))
    insist(may_replay_since(body.since, now))
    if body.what is ReplayWhat.FAILED:
        failed = await abandoned_since(caller, session, endpoint, body.since, MOST_REPLAYED + 1)
        for delivery in failed[:MOST_REPLAYED]:
            _send_again(delivery, DeliveryState.PENDING, now)
        recorded = [each.recorded_at for each in failed]
    else:
        told = await feed_since(caller, session, endpoint, body.since, MOST_REPLAYED + 1)
        for event, sent in told[:MOST_REPLAYED]:
            if sent is None:
                session.add(message_of(endpoint, event, now))
            else:
                _send_again(sent, DeliveryState.PENDING, now)
        recorded = [event.recorded_at for event, _ in told]
    await session.flush()
    more = len(recorded) > MOST_REPLAYED
    return EndpointReplayed(
        replayed=min(len(recorded), MOST_REPLAYED), more=more, next_since=recorded[-1] if more else None
    )


def message_of(endpoint: WebhookEndpoint, event: Event, now: datetime) -> WebhookDelivery:
    """The message that tells an endpoint of an event, due at once."""
    return WebhookDelivery(
        **made(now),
        endpoint_id=endpoint.id,
        organisation_id=endpoint.organisation_id,
        event_id=event.id,
        type=event.type,
        occurred_at=event.occurred_at,
        recorded_at=event.recorded_at,
        resource=event.resource,
        state=DeliveryState.PENDING,
        next_attempt_at=now,
    )


def _send_again(delivery: WebhookDelivery, state: DeliveryState, now: datetime) -> None:
    delivery.state = state
    delivery.abandoned_because = None
    delivery.failures = 0
    delivery.next_attempt_at = now
    delivery.leased_until = None
    delivery.changed_at = now
    delivery.version += 1
