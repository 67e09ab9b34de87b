"""What was sent to the caller's own webhook endpoints, and what became of it."""

from typing import Annotated

from fastapi import Query, Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.webhooks import WebhookAttempt, WebhookDelivery
from app.queries.webhook_deliveries import attempts_of, own_deliveries, own_delivery
from app.rules.webhook_deliveries import DeliveryState
from app.schemas.webhook_deliveries import AttemptRead, MessageType, WebhookDeliveryRead
from app.schemas.wire import Id, Instant
from app.services import webhook_deliveries
from app.web.conditional import tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("webhooks")

Reader = Annotated[Caller, allow(Scope.WEBHOOKS_READ)]
Writer = Annotated[Caller, allow(Scope.WEBHOOKS_WRITE)]


@router.get("/webhook-deliveries", operation_id="list_webhook_deliveries")
async def list_webhook_deliveries(
    caller: Reader,
    session: Session,
    pages: Pages,
    endpoint_id: Id | None = None,
    state: DeliveryState | None = None,
    message_type: Annotated[MessageType | None, Query(alias="type")] = None,
    since: Annotated[Instant | None, Query(alias="changed_since")] = None,
) -> Page[WebhookDeliveryRead]:
    """Every message to the organisation's endpoints in the order of their making, kept for at least 30 days.

    `state=abandoned` is what did not arrive. `changed_since` is by the machine's clock.
    """
    statement = own_deliveries(caller)
    if endpoint_id is not None:
        statement = statement.where(col(WebhookDelivery.endpoint_id) == endpoint_id)
    if state is not None:
        statement = statement.where(col(WebhookDelivery.state) == state)
    if message_type is not None:
        statement = statement.where(col(WebhookDelivery.type) == str(message_type))
    if since is not None:
        statement = statement.where(col(WebhookDelivery.changed_at) >= since)
    rows, page = await pages.rows(session, statement, [col(WebhookDelivery.created_at), col(WebhookDelivery.id)])
    deliveries = [row[0] for row in rows]
    attempts = await attempts_of(session, [each.id for each in deliveries])
    return page.holding([_read(each, attempts[each.id]) for each in deliveries])


@router.get("/webhook-deliveries/{delivery_id}", operation_id="get_webhook_delivery")
async def get_webhook_delivery(
    delivery_id: Id, caller: Reader, session: Session, response: Response
) -> WebhookDeliveryRead:
    """One message with its attempts."""
    return await _shown(session, response, await own_delivery(caller, session, delivery_id))


@router.post("/webhook-deliveries/{delivery_id}/replay", operation_id="replay_webhook_delivery")
async def replay_webhook_delivery(
    delivery_id: Id, caller: Writer, session: Session, response: Response
) -> WebhookDeliveryRead:
    """Sends a message again that was delivered or abandoned, with the same `webhook-id` and all retries anew."""
    return await _shown(
        session, response, await webhook_deliveries.replay_webhook_delivery(caller, session, delivery_id)
    )


async def _shown(session: Session, response: Response, delivery: WebhookDelivery) -> WebhookDeliveryRead:
    tag(response, delivery.version)
    return _read(delivery, (await attempts_of(session, [delivery.id]))[delivery.id])


def _read(delivery: WebhookDelivery, attempts: list[WebhookAttempt]) -> WebhookDeliveryRead:
    shown = delivery.model_dump(include=set(WebhookDeliveryRead.model_fields))
    own = [AttemptRead.model_validate(each.model_dump(include=set(AttemptRead.model_fields))) for each in attempts]
    return WebhookDeliveryRead.model_validate({**shown, "attempts": own})
