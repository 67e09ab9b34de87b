"""The feed of events: thin, so that nothing about a child travels with them."""

from typing import Annotated

from pydantic import Field

from app.outbox.catalogue import EventType
from app.schemas.wire import Id, Instant, Read


class EventRead(Read):
    """Something that happened. Read `resource` for what it is now."""

    id: Id
    type: EventType
    occurred_at: Instant = Field(description="When it happened, by the domain's clock.")
    recorded_at: Instant = Field(description="When it was recorded, by the machine's clock.")
    resource: Annotated[str, Field(max_length=300)] = Field(
        examples=["/v1/placements/3f0c8e0a-8d0e-4a65-9a57-0a1a3c1f2b77"]
    )


class EventPage(Read):
    """A stretch of the feed, the oldest first.

    `next_cursor` is always given: keep it, and poll with it. `more` says whether there is more already.
    """

    items: Annotated[list[EventRead], Field(max_length=200)]
    next_cursor: Annotated[str, Field(max_length=600)]
    more: bool
