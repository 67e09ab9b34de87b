"""Deliveries of webhooks on the wire: what was sent where, when, and what became of it; never what was answered."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from app.outbox.catalogue import EventType
from app.rules.webhook_deliveries import AbandonedBecause, AttemptResult, DeliveryState
from app.schemas.wire import Body, Count, Id, Instant, Read, Tagged

MessageType = EventType | Literal["webhook.proof"]


class ReplayWhat(StrEnum):
    FAILED = "failed"
    ALL = "all"


class AttemptRead(Read):
    """One attempt. `status` is the HTTP status of the answer, null where there was none."""

    at: Instant
    result: AttemptResult
    status: Annotated[int, Field(ge=100, le=999)] | None
    milliseconds: Annotated[int, Field(ge=0, le=600_000)]


class WebhookDeliveryRead(Tagged):
    """One message to one endpoint; `event_id` is its `webhook-id`, and null for a proof, whose own id is.

    `attempts` are the last fifty, the oldest first.
    """

    id: Id
    endpoint_id: Id
    type: MessageType
    event_id: Id | None
    resource: Annotated[str, Field(max_length=300)] = Field(
        examples=["/v1/placements/3f0c8e0a-8d0e-4a65-9a57-0a1a3c1f2b77"]
    )
    occurred_at: Instant
    state: DeliveryState
    abandoned_because: AbandonedBecause | None
    next_attempt_at: Instant | None
    created_at: Instant
    changed_at: Instant
    attempts: Annotated[list[AttemptRead], Field(max_length=50)]


class EndpointReplay(Body):
    """What is sent again: of events recorded since an instant, by the machine's clock, what was abandoned, or all.

    `all` includes what was never sent because the endpoint was not enabled.
    """

    since: Instant
    what: ReplayWhat = Field(ReplayWhat.FAILED, strict=False)


class EndpointReplayed(Read):
    """How many messages are on their way again. Where there are `more`, ask again since `next_since`."""

    replayed: Count
    more: bool
    next_since: Instant | None
