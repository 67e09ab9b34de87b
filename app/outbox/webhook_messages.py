"""What a webhook says: the item of the feed, in the envelope of Standard Webhooks. Ids only, nothing about a child."""

import json
from uuid import UUID

from app.models.webhooks import WebhookDelivery
from app.rules.london import written_in_utc
from app.rules.webhook_deliveries import PROOF


def message_id_of(delivery: WebhookDelivery) -> UUID:
    """What receivers tell repeats by: the event's id, the same in the feed and at every endpoint."""
    return delivery.event_id or delivery.id


def body_of(delivery: WebhookDelivery) -> bytes:
    """The same bytes at every attempt."""
    data: dict[str, str]
    if delivery.type == PROOF:
        data = {"endpoint_id": str(delivery.endpoint_id), "challenge": delivery.challenge or ""}
    else:
        data = {
            "id": str(message_id_of(delivery)),
            "type": delivery.type,
            "occurred_at": written_in_utc(delivery.occurred_at),
            "recorded_at": written_in_utc(delivery.recorded_at),
            "resource": delivery.resource,
        }
    message = {"type": delivery.type, "timestamp": written_in_utc(delivery.occurred_at), "data": data}
    return json.dumps(message, separators=(",", ":")).encode()
